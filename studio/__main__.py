"""The one entry point: no arguments open the window, anything else is the command line."""

import sys

from studio.app.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

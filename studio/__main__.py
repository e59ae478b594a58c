"""The one entry point: no arguments open the window, anything else is the command line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run with these arguments, or with the process's own; returns the exit code."""
    try:
        run = load_command_line()
    except KeyboardInterrupt:  # while modules load
        return INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "studio":
            raise
        sys.stderr.write(
            f"atelier: {error.name} is not installed; run `python -m pip install -e .` first.\n"
        )
        return 2
    return run(sys.argv[1:] if argv is None else argv)


def load_command_line() -> Callable[[Sequence[str]], int]:
    from studio.app.cli import main as command_line

    return command_line


if __name__ == "__main__":
    sys.exit(main())

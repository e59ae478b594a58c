"""The command line; without arguments it opens the window. Commands load only what they need."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NoReturn

from studio import __version__
from studio.app.desktop import desktop_problem
from studio.core.errors import StudioError
from studio.core.project import SUFFIX

DONE, BAD_INPUT, INTERRUPTED = 0, 2, 130
EXAMPLES = """examples:
  atelier                                         open the window
  atelier demo --out tour                         see what it can do, without a window
  atelier check holiday-photos                    what is in a folder, and what is wrong with it
  atelier train holiday-photos --medium artwork --out runs/holiday
  atelier generate runs/holiday --seeds 0-15 --out pictures"""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence instead of printing the usage above it."""

    def error(self, message: str) -> NoReturn:
        sentence = message.rstrip(".")
        self.exit(BAD_INPUT, f"{self.prog}: {sentence}. See {self.prog} --help.\n")


def main(argv: Sequence[str]) -> int:
    """Run one command, or the window; returns the exit code."""
    _print_anything()
    try:
        if not argv or (len(argv) == 1 and argv[0].endswith(SUFFIX)):
            return open_window(argv)
        arguments = build_parser().parse_args(list(argv))
        command: Callable[[argparse.Namespace], int] = arguments.command
        code = command(arguments)
        sys.stdout.flush()
        return code
    except StudioError as error:
        print(f"atelier: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output is gone, as in `atelier models | head`.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def open_window(argv: Sequence[str]) -> int:
    """Open the window, or say in one sentence what this machine lacks for it."""
    problem = desktop_problem()
    if problem:
        print(f"atelier: {problem}", file=sys.stderr)
        return BAD_INPUT
    return load_module("studio.app.run").run(list(argv))


def load_module(name: str) -> ModuleType:
    """Import a command's module when it is wanted."""
    return importlib.import_module(name)


def _print_anything() -> None:
    """File names may hold what this console cannot show; that must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _command(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def call(arguments: argparse.Namespace) -> int:
        return getattr(load_module(f"studio.app.{module}"), function)(arguments)

    return call


def build_parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    parser = Parser(
        prog="atelier",
        description="Make pictures, music and patterns with GANs trained on your own folders.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Atelier {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, text: str, module: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=_command(module, name))
        return command

    _add_check(add("check", "Say what is in a folder and what is wrong with it.", "cli_folder"))
    _add_train(add("train", "Train a model on a folder; Ctrl+C stops safely.", "cli_train"))
    _add_generate(add("generate", "Write results of a model as files.", "cli_models"))
    _add_measure(add("measure", "Compare a model with a folder, in figures.", "cli_measure"))
    _add_card(add("card", "Print what a model is and how good, as Markdown.", "cli_measure"))
    models = add("models", "List the models there are.", "cli_models")
    _add_json(models)
    demo = add("demo", "The whole tour without a window, in two minutes.", "cli_demo")
    demo.add_argument("--out", required=True, metavar="FOLDER", help="where the files go")
    _add_device(demo)
    bench = add("bench", "Measure how fast Atelier is on this machine.", "cli_bench")
    _add_json(bench)
    _add_device(bench)
    return parser


def _add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print figures as JSON")


def _add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device", metavar="D", help="auto, cuda, mps or cpu (default: your settings, else auto)"
    )
    command.add_argument(
        "--threads", type=_count, metavar="N", help="CPU threads (default: all cores but one)"
    )


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument(
        "--medium", metavar="M", help="artwork, music or pattern (default: what fits the files)"
    )
    _add_json(command)
    _add_remedy(command)
    command.add_argument(
        "--sheets", metavar="FOLDER", help="write contact sheets of near copies and outliers there"
    )


def _add_remedy(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--remedy", metavar="WORD", action="append", help="take a remedy that check offers"
    )


def _add_train(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="FOLDER", nargs="?", help="not needed with --resume")
    command.add_argument("--medium", metavar="M", help="artwork, music or pattern")
    command.add_argument("--out", required=True, metavar="RUN", help="folder of the training run")
    command.add_argument(
        "--size", type=_size, metavar="N", help="side in pixels: 32, 64, 128, 256, 512 (default 64)"
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument(
        "--kimg", type=_positive, metavar="N", help="thousand examples to show (default 200)"
    )
    length.add_argument("--seconds", type=_positive, metavar="N", help="time to train instead")
    command.add_argument("--resume", action="store_true", help="go on with the run in --out")
    _add_device(command)
    command.add_argument("--seed", type=_count, metavar="N", help="random seed (default 0)")
    _add_remedy(command)
    command.add_argument("--name", metavar="TEXT", help="the model's name (default: the folder's)")
    command.add_argument("--licence", metavar="TEXT", help="of the files, kept in the model")
    command.add_argument("--credit", metavar="TEXT", help="whom to name, kept in the model")
    command.add_argument("--events", action="store_true", help="print progress as JSON lines")


def _add_generate(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument("--seeds", required=True, metavar="S", help="like 0-15 or 1,4,9")
    command.add_argument("--out", required=True, metavar="FOLDER")
    command.add_argument(
        "--psi", type=_psi, metavar="P", help="variety: 0 the average, 1 everything (default 0.7)"
    )
    command.add_argument("--format", metavar="F", help="png; mid or wav for music")
    _add_device(command)


def _add_measure(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument(
        "--fid", action="store_true", help="FID as well, with the optional package torch-fidelity"
    )
    _add_json(command)
    _add_device(command)


def _add_card(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="measure it against these files, too"
    )
    _add_device(command)


def _size(text: str) -> int:
    if text not in ("32", "64", "128", "256", "512"):
        raise argparse.ArgumentTypeError(f"{text} is not 32, 64, 128, 256 or 512")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to 4294967295")
    return int(text)


def _positive(text: str) -> float:
    return _between(text, 0, 1e9)


def _psi(text: str) -> float:
    return _between(text, -1e-9, 2)


def _between(text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from error
    if not low < number <= high:
        raise argparse.ArgumentTypeError(f"{text} is not between {max(low, 0):g} and {high:g}")
    return number

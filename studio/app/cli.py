"""The command line; without arguments it opens the window. Commands load only what they need."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from studio import __version__
from studio.app.cli_options import (
    add_bench,
    add_device,
    add_find,
    add_json,
    add_remedy,
    add_reroll,
    add_train,
    psi,
)
from studio.app.cli_parser import BAD_INPUT, Parser
from studio.app.cli_result_options import add_results
from studio.app.cli_team import quiet_threads
from studio.app.cli_text import plain
from studio.app.cli_verb_options import TASTE_TEXTS, TEXTS, add_taste, add_verbs
from studio.app.desktop import desktop_problem
from studio.core.errors import StudioError
from studio.core.files import said_by
from studio.core.project import SUFFIX

DONE, INTERRUPTED = 0, 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)  # for our output: that of files is a StudioError
EXAMPLES = """examples:
  atelier                                         open the window
  atelier demo --out tour                         see what it can do, without a window
  atelier check holiday-photos                    what is in a folder, and what is wrong with it
  atelier train holiday-photos --medium artwork --out runs/holiday
  atelier generate runs/holiday --seeds 0-15 --out pictures"""


def main(argv: Sequence[str]) -> int:
    """Run one command, or the window; returns the exit code."""
    _print_anything()
    try:
        if not argv or (len(argv) == 1 and argv[0].endswith(SUFFIX)):
            return open_window(argv)
        return _run(argv)
    except StudioError as error:
        return _refused(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output is gone, as in `atelier models | head`
        _print_nowhere()
        return DONE
    except OSError as error:
        if error.filename is not None:
            return _refused(f"{error.filename} cannot be used: {error.strerror}.")
        if error.errno not in NO_ROOM and not _output_fails():
            raise
        return _refused(f"The output could not be written: {said_by(error)}.")


def _run(argv: Sequence[str]) -> int:
    try:
        arguments = build_parser().parse_args(list(argv))
    except SystemExit:
        sys.stdout.flush()  # what --help says
        raise
    command: Callable[[argparse.Namespace], int] = arguments.command
    code = command(arguments)
    sys.stdout.flush()
    return code


def _refused(sentence: str) -> int:
    """Say why; what strangers' files brought into it must not reach the terminal as it is."""
    print(f"atelier: {plain(sentence)}", file=sys.stderr)
    if _output_fails():
        _print_nowhere()
    return BAD_INPUT


def open_window(argv: Sequence[str]) -> int:
    """Open the window, or say in one sentence what this machine lacks for it."""
    problem = desktop_problem()
    if problem:
        return _refused(problem)
    quiet_threads()
    return load_module("studio.app.run").run(list(argv))


def load_module(name: str) -> ModuleType:
    """Import a command's module when it is wanted."""
    return importlib.import_module(name)


def _print_anything() -> None:
    """File names may hold what this console cannot show; that must not end a command.

    Nor must a console that there is none of, as in `atelier models >&-`.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure: Any = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _output_fails() -> bool:
    """Whether it was our output that could not be written: what waits in it fails again."""
    try:
        sys.stdout.flush()
    except OSError:
        return True
    return False


def _print_nowhere() -> None:
    """Throw away what is left to print, or Python would stumble over it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def call(arguments: argparse.Namespace) -> int:
        return getattr(load_module(f"studio.app.{module}"), function)(arguments)

    return call


def build_parser() -> Parser:
    """Every command with its options."""
    parser = Parser(
        prog="atelier",
        description="Make pictures, music and patterns with GANs trained on your own folders.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"Atelier {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, text: str, module: str) -> Parser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=_command(module, name.replace("-", "_")))
        return command

    _add_check(add("check", "Say what is in a folder and what is wrong with it.", "cli_folder"))
    add_train(add("train", "Train a model on a folder; Ctrl+C stops safely.", "cli_train"))
    _add_generate(add("generate", "Write results of a model as files.", "cli_models"))
    verbs = {name: add(name, text, "cli_verbs") for name, text in TEXTS.items()}
    add_verbs(verbs)
    for command in verbs.values():
        add_results(command)
        add_device(command)
    add_reroll(add("reroll", "Keep a part of a result, make the rest anew.", "cli_fit"))
    add_find(add("find", "Bring your own picture, tile or clip into a model.", "cli_fit"))
    _add_sliders(add("sliders", "List what steers a model.", "cli_sliders"))
    _add_steer(add("steer", "Write a result of a model moved along sliders.", "cli_sliders"))
    add_taste({name: add(name, text, "cli_taste") for name, text in TASTE_TEXTS.items()})
    _add_measure(add("measure", "Compare a model with a folder, in figures.", "cli_measure"))
    _add_card(add("card", "Print what a model is and how good, as Markdown.", "cli_measure"))
    _add_fingerprint(
        add("fingerprint", "Give a model what it needs to tell copies.", "cli_fingerprint")
    )
    models = add("models", "List the models there are.", "cli_models")
    add_json(models)
    show = add("show", "Say how an exported file was made.", "cli_show")
    show.add_argument("file", metavar="FILE", help="a picture, MIDI or WAV file that Atelier wrote")
    add_json(show)
    demo = add("demo", "The whole tour without a window, in two minutes.", "cli_demo")
    demo.add_argument("--out", required=True, metavar="FOLDER", help="where the files go")
    add_device(demo)
    bench = add("bench", "Measure how fast Atelier is on this machine.", "cli_bench")
    add_json(bench)
    add_device(bench)
    add_bench(bench)
    return parser


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument(
        "--medium", metavar="M", help="artwork, music or pattern (default: what fits the files)"
    )
    add_json(command)
    add_remedy(command)
    command.add_argument(
        "--sheets", metavar="FOLDER", help="write contact sheets of near copies and outliers there"
    )


def _add_generate(command: Parser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument("--seeds", required=True, metavar="S", help="like 0-15 or 1,4,9")
    command.add_argument("--out", required=True, metavar="FOLDER")
    command.add_argument(
        "--psi", type=psi, metavar="P", help="variety: 0 the average, 1 everything (default 0.7)"
    )
    add_results(command)
    add_device(command)


def _add_sliders(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    add_json(command)
    add_device(command)


def _add_steer(command: Parser) -> None:
    command.add_argument(
        "work", metavar="WORK", help="MODEL:SEED, like fruit:7, or an exported file"
    )
    command.add_argument(
        "--slider",
        action="append",
        required=True,
        metavar="NAME=VALUE",
        help="like Warmth=2; names and ranges: atelier sliders MODEL; may be given several times",
    )
    command.add_argument("--out", required=True, metavar="FOLDER")
    add_results(command)
    add_device(command)


def _add_measure(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument("folder", metavar="FOLDER")
    command.add_argument(
        "--fid", action="store_true", help="FID as well, with the optional package torch-fidelity"
    )
    add_json(command)
    add_device(command)


def _add_fingerprint(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument("folder", metavar="FOLDER", help="the files that it learnt from")
    add_remedy(command)


def _add_card(command: argparse.ArgumentParser) -> None:
    command.add_argument("model", metavar="MODEL", help="a file, a run, or a name from `models`")
    command.add_argument(
        "folder", metavar="FOLDER", nargs="?", help="measure it against these files, too"
    )
    add_device(command)

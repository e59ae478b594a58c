"""Options that several commands share, and those of `atelier train`."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from studio.app.cli_parser import Parser
from studio.app.cli_result_options import add_results
from studio.core.train_ranges import ALLOWED, MOST_SEED, Span

MOST_DIGITS = 20


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print figures as JSON")


def add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device", metavar="D", help="auto, cuda, mps or cpu (default: your settings, else auto)"
    )
    command.add_argument(
        "--threads", type=count, metavar="N", help="CPU threads (default: all cores but one)"
    )


def add_bench(command: argparse.ArgumentParser) -> None:
    """What `atelier bench latency` can be told."""
    command.add_argument(
        "what",
        nargs="?",
        choices=("latency",),
        help="latency: drag sliders in the real window and time them up to the pixels",
    )
    group = command.add_argument_group("latency")
    group.add_argument(
        "--model", nargs="+", metavar="MODEL", help="models to drag (default: by --size)"
    )
    group.add_argument(
        "--size",
        type=size,
        nargs="+",
        default=[64, 256],
        metavar="N",
        help="sides in pixels (default 64 256); without a starter of that size one is made up",
    )
    group.add_argument(
        "--channels",
        type=channels,
        metavar="BASE/MOST",
        help="widths of made-up models (default: those of training)",
    )
    group.add_argument(
        "--moves", type=count, default=80, metavar="N", help="of a drag (default 80)"
    )
    group.add_argument(
        "--while-training", action="store_true", help="let a training run beside the window"
    )


def add_remedy(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--remedy", metavar="WORD", action="append", help="take a remedy that check offers"
    )


def add_train(command: argparse.ArgumentParser) -> None:
    """Everything that a training can be started with; most of it is decided by itself."""
    add = command.add_argument
    add("folder", metavar="FOLDER", nargs="?", help="not needed with --resume")
    add("--medium", metavar="M", help="artwork, music or pattern")
    add("--out", required=True, metavar="RUN", help="folder of the training run")
    add("--resume", action="store_true", help="go on with the run in --out")
    add(
        "--preset",
        choices=("draft", "good", "best"),
        help="size, widths, batch and length chosen for this folder and machine",
    )
    add(
        "--from",
        dest="start_model",
        metavar="MODEL",
        help="go on from a model: a file, a run, a name from `models`, or nearest, which is the "
        "one whose results are most like the folder",
    )
    length = command.add_mutually_exclusive_group()
    length.add_argument(
        "--kimg", type=positive, metavar="N", help="thousand examples to show (default 200)"
    )
    length.add_argument("--seconds", type=positive, metavar="N", help="time to train instead")
    add("--size", type=size, metavar="N", help="side in pixels: 32, 64, 128, 256, 512 (default 64)")
    add_device(command)
    add(
        "--processes",
        type=count,
        metavar="N",
        help="train with so many processes (default: one a graphics card)",
    )
    add_remedy(command)
    add("--name", metavar="TEXT", help="the model's name (default: the folder's)")
    add("--licence", metavar="TEXT", help="of the files, kept in the model")
    add("--credit", metavar="TEXT", help="whom to name, kept in the model")
    add("--events", action="store_true", help="print progress as JSON lines")
    add("--background", action="store_true", help="leave the processor to other programs first")
    _add_expert(command.add_argument_group("for experts, chosen by themselves otherwise"))


def _add_expert(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--batch", type=within("batch"), metavar="N", help="examples a step")
    add(
        "--channels",
        type=channels,
        metavar="BASE/MOST",
        help="widths: BASE / resolution, at most MOST, like 2048/128",
    )
    add("--learning-rate", type=rate, metavar="R", help="of both networks")
    add("--gamma", type=positive, metavar="G", help="strength of the penalties R1 and R2")
    add(
        "--augment",
        type=chance,
        metavar="P",
        help="chance of each change to an example, 0 to 0.85; fixed then",
    )
    add(
        "--freeze",
        type=within("freeze"),
        metavar="N",
        help="with --from: blocks of the discriminator that stay as they are",
    )
    add(
        "--no-mirror",
        dest="mirror",
        action="store_const",
        const=False,
        help="pictures have a left and a right, like writing",
    )
    add(
        "--no-held-out",
        dest="held_out",
        action="store_const",
        const=False,
        help="learn from every file, keep none back to measure with",
    )
    add(
        "--no-guardian",
        dest="guardian",
        action="store_const",
        const=False,
        help="say nothing and change nothing when training goes wrong",
    )
    add("--seed", type=count, metavar="N", help="random seed (default 0)")


def add_reroll(command: Parser) -> None:
    """Everything but what is kept made anew."""
    add = command.add_argument
    add("work", metavar="WORK", help="MODEL:SEED, like fruit:12, or an exported file")
    add(
        "--keep",
        metavar="WHAT",
        action="append",
        default=[],
        help="a mask, white is kept; for music like bars=1-2 or tracks=bass; can be repeated",
    )
    add("--out", required=True, metavar="FOLDER")
    add("--count", type=count, default=1, metavar="N", help="how many (default 1)")
    add("--seed", type=count, default=1, metavar="N", help="the first one's (default 1)")
    add("--instant", action="store_true", help="search and blend only: fits less, takes no time")
    add_results(command)
    add_device(command)


def add_find(command: Parser) -> None:
    """A person's own file as a model can make it."""
    add = command.add_argument
    add("file", metavar="FILE", help="a picture, a tile, a MIDI file")
    add("--model", required=True, metavar="MODEL", help="a file, a run, or a name from `models`")
    add("--out", required=True, metavar="FOLDER")
    add("--tune", action="store_true", help="make a private copy of the model that knows the file")
    add("--name", metavar="TEXT", help="the copy's name (default: the model's, with the file's)")
    add("--tuned", metavar="PATH", help="where the copy goes (default: your models)")
    add("--steps", type=count, default=0, metavar="N", help="how long to look (default 300)")
    add("--seed", type=count, default=0, metavar="N", help="where to begin (default 0)")
    add_results(command)
    add_device(command)


def size(text: str) -> int:
    if text not in ("32", "64", "128", "256", "512"):
        raise argparse.ArgumentTypeError(f"{text} is not 32, 64, 128, 256 or 512")
    return int(text)


def count(text: str, most: int = MOST_SEED) -> int:
    return whole(text, 0, most)


def whole(text: str, low: int, high: int) -> int:
    if not _is_digits(text) or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from {low} to {high}")
    return int(text)


def _is_digits(text: str) -> bool:
    """Whether it is a number that Python reads: it refuses those of thousands of digits."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def span(name: str) -> Span:
    """What a setting of a training may be."""
    found = ALLOWED[name]
    assert isinstance(found, Span)
    return found


def within(name: str) -> Callable[[str], int]:
    """Reads a whole number that this setting may be; what is below 0 is said by leaving it out."""
    return lambda text: count(text, int(span(name).most))


def positive(text: str) -> float:
    return between(text, 0, 1e9)


def rate(text: str) -> float:
    return between(text, 0, span("learning_rate").most)


def psi(text: str) -> float:
    return between(text, -1e-9, 2)


def between(text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text} is not a number") from error
    if not low < number <= high:
        raise argparse.ArgumentTypeError(f"{text} is not between {max(low, 0):g} and {high:g}")
    return number


def share(text: str) -> float:
    return between(text, -1e-9, 1)


def chance(text: str) -> float:
    return between(text, -1e-9, 0.85)


def channels(text: str) -> tuple[int, int]:
    base, _, most = text.partition("/")
    allowed, widest = span("channel_base"), int(span("channel_max").most)
    least, largest = int(allowed.least), int(allowed.most)
    is_whole = _is_digits(base) and _is_digits(most)
    if not is_whole or not (
        0 < int(most) <= min(int(base), widest) and least <= int(base) <= largest
    ):
        raise argparse.ArgumentTypeError(
            f"{text} is not two numbers like 2048/128: the first {least} to {largest}, the "
            f"second at most {widest} and no more than the first"
        )
    return int(base), int(most)

"""The arguments of `atelier vary`, `breed`, `morph` and `mix`, and of those about a taste."""

from __future__ import annotations

from studio.app.cli_options import add_device, share, whole
from studio.app.cli_options import count as natural
from studio.app.cli_parser import Parser
from studio.app.cli_result_options import add_results
from studio.core.latent import LAYER_GROUPS
from studio.core.verbs import MOST_STEPS, MUTATION

TEXTS = {
    "vary": "Write neighbours of a result.",
    "breed": "Write children of two results or more.",
    "morph": "Write the steps of a way from result to result.",
    "mix": "Write a result with the coarse, middle or fine layers of another.",
}
TASTE_TEXTS = {
    "like": "Remember that you like results; it stays on this machine.",
    "dislike": "Remember that you do not like results; it stays on this machine.",
    "for-you": "Write results like those that you like.",
    "forget": "Forget what you liked and disliked of a model.",
}
STRENGTH = 0.3


def add_verbs(parsers: dict[str, Parser]) -> None:
    """The arguments of the four commands."""
    for name in ("vary", "mix"):
        parsers[name].add_argument(
            "work", metavar="WORK", help="a result, as MODEL:SEED or an exported file"
        )
    for name in ("breed", "morph"):
        parsers[name].add_argument(
            "works", metavar="WORK", nargs="+", help="as MODEL:SEED or an exported file"
        )
    vary, breed, morph, mix = (parsers[name] for name in ("vary", "breed", "morph", "mix"))
    vary.add_argument("--strength", type=share, default=STRENGTH, metavar="S",
                      help="how far, 0 to 1 (default %(default)s)")  # fmt: skip
    breed.add_argument("--mutation", type=share, default=MUTATION, metavar="M",
                       help="how far children drift, 0 to 1 (default %(default)s)")  # fmt: skip
    for command in (vary, breed):
        command.add_argument("--layers", nargs="+", choices=LAYER_GROUPS, default=LAYER_GROUPS,
                             help="change these only, the others are locked")  # fmt: skip
        command.add_argument("--count", type=count, default=8, metavar="N", help="default 8")
    morph.add_argument("--steps", type=count, default=16, metavar="N", help="default 16")
    morph.add_argument("--loop", action="store_true", help="come back to the first")
    mix.add_argument("--from", dest="other", required=True, metavar="WORK")
    mix.add_argument("--layers", nargs="+", choices=LAYER_GROUPS, required=True,
                     help="what comes from the other")  # fmt: skip
    for command in parsers.values():
        command.add_argument("--out", required=True, metavar="FOLDER")


def add_taste(parsers: dict[str, Parser]) -> None:
    """The arguments of like, dislike, for-you and forget."""
    for name in ("like", "dislike"):
        parsers[name].add_argument(
            "works", metavar="WORK", nargs="+", help="as MODEL:SEED or an exported file"
        )
        add_device(parsers[name])
    for name in ("for-you", "forget"):
        parsers[name].add_argument(
            "model", metavar="MODEL", help="a file, a run, or a name from `models`"
        )
    command = parsers["for-you"]
    command.add_argument("--out", required=True, metavar="FOLDER")
    command.add_argument("--count", type=count, default=8, metavar="N", help="default 8")
    command.add_argument("--seed", type=natural, default=0, metavar="N",
                         help="another one gives others")  # fmt: skip
    add_results(command)
    add_device(command)


def count(text: str) -> int:
    return whole(text, 1, MOST_STEPS)

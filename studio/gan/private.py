"""Writes a tuned network as a model of its own, and reads it back to be sure."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from studio.core.errors import StudioError
from studio.core.fingerprints import MAX_BYTES
from studio.core.kind import Found
from studio.core.latent import Recipe
from studio.core.model_file import FINGERPRINTS, read_tensor
from studio.core.private_copy import PrivateCopy
from studio.core.work import Finished, Preview, Progress, Work
from studio.gan.checkpoint import save_model
from studio.gan.explore import Playable
from studio.gan.picture_file import png
from studio.gan.tune import Aim, Tuned, TunePlan, tune

PREVIEW_PX = 64
LEAST_GAIN = 0.95  # of the shortfall before: a copy that changes other results must be worth it
SAME = 0.01  # a share of the shortfall: what was read back may differ by the order of sums


@dataclass(frozen=True)
class Showing:
    """How a medium makes a document with a network, pictures it, and says how near it came."""

    document: Callable[[Playable, Recipe], Any]
    picture: Callable[[Any, int], np.ndarray]
    figures: Callable[[Any], dict[str, float]]
    said: Mapping[str, Any] | None = None
    """What else the header must keep for the medium."""


def private_copy(
    play: Playable, aim: Aim, found: Found, copy: PrivateCopy, seed: int, plan: TunePlan,
    showing: Showing,
) -> Work:  # fmt: skip
    """Preview(document) on the way, Finished(Found) whose recipe is for the new model.

    The file is there, whole and looked through, before it is Finished, and not at all where that
    does not come. StudioError where it cannot be written, would hide another file, what was found
    belongs to another model, is near enough already, or nothing was gained; DiskFull where there is
    no room.
    """
    copy.refuse_taken()
    if found.recipe.model != play.header.id:
        raise StudioError("This was found in another model: find it again in this one.")
    if aim.on(play).shortfall(found.recipe.latent) <= plan.enough:
        raise StudioError("The model makes this file as it is already: it needs no copy.")
    for event in tune(play, aim, found.recipe.latent, seed, plan):
        if isinstance(event, Preview):
            yield Preview(showing.document(event.value, found.recipe))
        elif isinstance(event, Progress):
            yield event
        else:
            yield Finished(_written(event.value, aim, found, copy, seed, showing))


def _written(
    tuned: Tuned, aim: Aim, found: Found, copy: PrivateCopy, seed: int, showing: Showing
) -> Found:
    if tuned.after > LEAST_GAIN * tuned.before:
        raise StudioError("Tuning comes no nearer to this file: no copy was written.")
    said = {
        "minutes": round(tuned.seconds / 60, 1),
        "steps": tuned.steps,
        "seed": seed,
        "device": tuned.play.device.words,
        **(showing.said or {}),
    }
    picture = showing.picture(showing.document(tuned.play, found.recipe), PREVIEW_PX)
    rows = _fingerprints(tuned.play)
    header = copy.header(tuned.play.header, said)
    if rows is None:
        header = replace(header, fingerprints={})
    save_model(copy.path, tuned.play.network, header, png(picture), rows=rows)
    try:
        return _read_back(tuned, aim, found, copy, showing)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(copy.path)
        raise


def _fingerprints(play: Playable) -> np.ndarray | None:
    """By which the copy, too, knows the files that the original learnt from."""
    try:
        rows = read_tensor(play.path, FINGERPRINTS, MAX_BYTES)
    except (ValueError, TypeError, StudioError):
        return None  # damaged ones are of no use in a copy either
    return None if rows is None else rows.copy()


def _read_back(tuned: Tuned, aim: Aim, found: Found, copy: PrivateCopy, showing: Showing) -> Found:
    """What the file gives, which is no other than what was tuned."""
    play = tuned.play.opened(copy.path)
    again = aim.on(play).shortfall(found.recipe.latent)
    if abs(again - tuned.after) > SAME * max(tuned.before, tuned.after):
        raise StudioError(f"{copy.path.name} could not be read back as it was written.")
    recipe = replace(found.recipe, model=play.header.id)
    document = showing.document(play, recipe)
    return Found(document.recipe, document, {**showing.figures(document), "steps": tuned.steps})

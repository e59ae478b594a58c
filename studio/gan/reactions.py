"""Carries out what the guardian asks for, the same in every process of a team."""

from __future__ import annotations

from collections.abc import Sequence

from studio.core.errors import StudioError
from studio.gan.guardian import (
    DOUBLE_GAMMA,
    FLOAT32,
    HALF_RATE,
    MORE_AUGMENTATION,
    QUARTER_GAMMA,
    ROLL_BACK,
    SHOW_COPIES,
    STOP,
    Finding,
    Guardian,
)
from studio.gan.store import CheckpointStore, kimg_of
from studio.gan.train import MOST_AUGMENTATION, Trainer

ACTIONS = (
    ROLL_BACK,
    FLOAT32,
    HALF_RATE,
    DOUBLE_GAMMA,
    QUARTER_GAMMA,
    MORE_AUGMENTATION,
    SHOW_COPIES,
    STOP,
)
AUGMENTATION_STEP = 0.2
NOWHERE = Finding("nonfinite", "alarm", "There is no checkpoint to go back to.")


def agreed_actions(findings: Sequence[Finding], trainer: Trainer) -> set[str]:
    """What the leader's findings ask for; the others learn it as one number."""
    wanted = {action for finding in findings for action in finding.actions}
    code = sum(2**place for place, action in enumerate(ACTIONS) if action in wanted)
    code = int(trainer.team.agree(code, trainer.device))
    return {action for place, action in enumerate(ACTIONS) if code & 2**place}


def react(
    actions: set[str], trainer: Trainer, store: CheckpointStore, guardian: Guardian
) -> Finding | None:
    """Change the training as asked; a finding where that was not possible."""
    problem = None
    if ROLL_BACK in actions:
        problem = _roll_back(trainer, store, guardian)
    if FLOAT32 in actions:
        trainer.full_precision = True
        trainer.make_ready()
    if HALF_RATE in actions:
        trainer.set_rate(trainer.rate / 2)
    if DOUBLE_GAMMA in actions:
        trainer.gamma *= 2
    if QUARTER_GAMMA in actions:
        trainer.gamma /= 4
    if MORE_AUGMENTATION in actions:
        trainer.augment = min(MOST_AUGMENTATION, trainer.augment + AUGMENTATION_STEP)
    return problem


def _roll_back(trainer: Trainer, store: CheckpointStore, guardian: Guardian) -> Finding | None:
    """Weights of the last checkpoint from before the trouble; settings and clock stay as they are.

    The clock goes on, so that other batches come than those that led into the trouble.
    """
    limit = trainer.team.agree(guardian.memory.healthy_kimg + 1e-3, trainer.device)
    found = store.load_before(limit) or store.load_good()
    if found is None:
        return NOWHERE
    now = trainer.counters()
    try:
        trainer.restore(found.tensors, {**found.values, **now})
    except StudioError:  # nobody's but ours lie there, unless somebody put one there
        return NOWHERE
    if trainer.team.leads:  # whoever resumes must not find what came of the trouble
        store.forget_after(kimg_of(found.path))
    return None

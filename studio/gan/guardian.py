"""Watches over a training: notices what goes wrong, says it in words, and knows what to do.

Thresholds start from the failure modes that papers and users report (StyleGAN2-ADA, R3GAN, Meehan
et al. 2020 on copying); each was tried by provoking it. It decides on values alone: session.py
carries out what it asks for. Most reactions happen at most three times, then only words are left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

MOST_REACTIONS = 3
BROKEN_STEPS = 3  # gradients that were not finite before a roll-back
LOG_2 = math.log(2)

ROLL_BACK = "roll_back"
FLOAT32 = "float32"
HALF_RATE = "half_rate"
DOUBLE_GAMMA = "double_gamma"
QUARTER_GAMMA = "quarter_gamma"
MORE_AUGMENTATION = "more_augmentation"
SHOW_COPIES = "show_copies"
STOP = "stop"


@dataclass(frozen=True)
class Check:
    """What is known at one look: means since the last one, and held-out figures where there are."""

    kimg: float
    figures: Mapping[str, float]  # loss_d, loss_g, r1, r2, ... of train.py
    held_out: Mapping[str, float]  # kid_rand, coverage, nearest_ratio, diversity ... of metrics.py
    augment: float = 0.0
    gamma: float = 1.0


@dataclass(frozen=True)
class Finding:
    """One thing noticed. level: note, warning or alarm; actions are what to do about it."""

    alarm: str
    level: str
    text: str
    reaction: str = ""
    actions: tuple[str, ...] = ()


@dataclass
class Memory:
    """What the guardian remembers; goes into the checkpoint."""

    reactions: dict[str, int] = field(default_factory=dict)
    said: dict[str, float] = field(default_factory=dict)  # alarm -> kimg of the last word
    streaks: dict[str, int] = field(default_factory=dict)
    r1: list[float] = field(default_factory=list)
    broken: int = 0
    best: float | None = None  # the least shortfall so far
    best_kimg: float = 0.0
    widest: float = 0.0  # the greatest diversity so far
    healthy_kimg: float = 0.0  # up to here a roll-back may go


def memory_of(state: Mapping[str, Any]) -> Memory:
    """What a guardian left as JSON; TypeError, AttributeError or OverflowError if it is odd."""
    memory, usual = Memory(**state), vars(Memory())
    for name, value in vars(memory).items():
        for one in _numbers(value, usual[name]):
            if not isinstance(one, (int, float)):
                raise TypeError(f"{name} is no number")
            float(one)  # JSON knows whole numbers of any length
    return memory


def _numbers(value: Any, usual: Any) -> list[Any]:
    """What must be numbers in a value that usually looks like this one."""
    if isinstance(usual, dict):
        return list(value.values())
    if isinstance(usual, list):
        return list(value)
    return [] if value is None and usual is None else [value]


class Guardian:
    """Feed it steps() often and check() at fixed distances in kimg; it answers with findings."""

    def __init__(self, total_kimg: float, examples: int, memory: Memory | None = None):
        self._total, self._examples = total_kimg, examples
        self.memory = memory or Memory()

    def state(self) -> dict[str, Any]:
        """Plain JSON values, out of which memory_of makes what another Guardian goes on with."""
        return dict(self.memory.__dict__)

    def steps(self, kimg: float, figures: Mapping[str, float]) -> list[Finding]:
        """After a few steps: numbers that broke, penalties that leap."""
        memory = self.memory
        broken = int(figures.get("broken", 0))
        losses = [figures.get(name, 0.0) for name in ("loss_d", "loss_g", "r1", "r2")]
        memory.broken += broken
        if (broken and memory.broken >= BROKEN_STEPS) or not all(map(math.isfinite, losses)):
            memory.broken = 0
            return [self._numbers_broke(kimg)]
        if broken:
            words = f"{broken} training step{'s' if broken > 1 else ''} gave broken numbers."
            return [Finding("nonfinite", "note", words, "Left out; training goes on.")]
        return self._leap(kimg, figures.get("r1"))

    def _numbers_broke(self, kimg: float) -> Finding:
        words = "The numbers of this training broke again and again (infinite or undefined)."
        if not self._may("nonfinite", kimg):
            return Finding(
                "nonfinite", "alarm", words,
                "Three roll-backs did not help; training stops, the best model is kept.", (STOP,),
            )  # fmt: skip
        return Finding(
            "nonfinite", "alarm", words,
            "Went back to the last good checkpoint; slower learning rate, full precision.",
            (ROLL_BACK, HALF_RATE, FLOAT32),
        )  # fmt: skip

    def _leap(self, kimg: float, r1: float | None) -> list[Finding]:
        """R1 a hundred times its usual: the penalty is too weak to hold the discriminator."""
        if r1 is None:
            return []
        history = self.memory.r1
        usual = median(history) if len(history) >= 20 else None
        history.append(round(r1, 6))
        del history[:-60]
        if usual is None or r1 < 100 * max(usual, 1e-4) or not self._may("gamma_low", kimg):
            return []
        history.clear()
        words = f"The discriminator's slope (R1) leapt to {r1:.3g}, a hundred times its usual."
        return [Finding("gamma_low", "warning", words, "Gamma doubled.", (DOUBLE_GAMMA,))]

    def check(self, now: Check) -> list[Finding]:
        """At each held-out look: collapse, copying, overfitting, gamma, whether more helps."""
        if now.kimg < self._warm_up:
            self._remember_best(now)
            return []
        found = [
            one
            for look in (self._collapse, self._copying, self._overfit, self._gamma, self._plateau)
            if (one := look(now)) is not None
        ]
        if not any(one.level == "alarm" for one in found):
            self.memory.healthy_kimg = now.kimg
        return found

    @property
    def _warm_up(self) -> float:
        """Before this many kimg everything looks collapsed."""
        return min(8.0, 0.15 * self._total)

    def _collapse(self, now: Check) -> Finding | None:
        """All results alike: mean distance of two results against that of two files."""
        wide = now.held_out.get("diversity")
        if wide is None:
            return None
        memory = self.memory
        memory.widest = max(memory.widest, min(wide, 1.0))
        fell = wide < 0.6 and wide < 0.7 * memory.widest
        streak = self._streak("collapse", wide < 0.3 or fell)
        if streak < 2 and not (wide < 0.3 and memory.widest > 0.6):
            return None
        words = f"Results look more and more alike: {wide:.0%} of the variety of your files."
        if wide >= 0.3:
            if self._silent("collapse", now.kimg):
                return None
            return Finding("collapse", "warning", words, "Watching; nothing changed yet.")
        words = f"Results are nearly all alike ({wide:.0%} of the variety of your files): collapse."
        if not self._may("collapse", now.kimg):
            return self._last_word("collapse", now.kimg, words)
        memory.streaks["collapse"] = 0
        return Finding(
            "collapse", "alarm", words,
            "Went back to the last good checkpoint with twice the gamma and a slower rate.",
            (ROLL_BACK, DOUBLE_GAMMA, HALF_RATE),
        )  # fmt: skip

    def _copying(self, now: Check) -> Finding | None:
        """Results nearer to training files than held-out files are."""
        near = now.held_out.get("nearest_ratio")
        if near is None or self._streak("copying", near < 0.7) < 2:
            return None
        level = "alarm" if near < 0.4 else "warning"
        words = (
            f"Results lie {near:.2f} times as far from the training files as new files do "
            "(about 1 is healthy): they begin to copy."
        )
        if self._silent(f"copying-{level}", now.kimg):
            return None
        if not self._may("copying", now.kimg):
            last = self._last_word("copying", now.kimg, words)
            return last and Finding(
                last.alarm, last.level, last.text,
                "Stop here, or add more files: more training makes copies.", (SHOW_COPIES,),
            )  # fmt: skip
        actions = (SHOW_COPIES, MORE_AUGMENTATION)
        return Finding("copying", level, words, "More augmentation.", actions)

    def _overfit(self, now: Check) -> Finding | None:
        """The discriminator knows the training files by heart although augmentation is at its end.

        overfit is r_v of ADA (Karras et al. 2020, section 3): 0 not at all, 1 entirely.
        """
        value = now.held_out.get("overfit")
        at_cap = now.augment >= 0.84
        if value is None or self._streak("overfit", value > 0.7 and at_cap) < 3:
            return None
        words = (
            f"The discriminator knows your files by heart ({value:.2f} of 1) although "
            "augmentation is at its strongest."
        )
        if not self._may("overfit", now.kimg):
            return self._last_word("overfit", now.kimg, words)
        self.memory.streaks["overfit"] = 0
        return Finding("overfit", "warning", words, "Gamma doubled.", (DOUBLE_GAMMA,))

    def _gamma(self, now: Check) -> Finding | None:
        """The penalty holds the discriminator too loosely or too tightly."""
        loss_d, loss_g = now.figures.get("loss_d", 0.5), now.figures.get("loss_g", 0.7)
        wins = self._streak("gamma_low", loss_d < 0.05 or loss_g > 4)
        stuck = abs(loss_d - LOG_2) < 0.02 and abs(loss_g - LOG_2) < 0.04
        penalty = now.gamma / 2 * (now.figures.get("r1", 0.0) + now.figures.get("r2", 0.0))
        tight = self._streak("gamma_high", stuck and penalty > loss_d / 20)
        if wins >= 3 and self._may("gamma_low", now.kimg):
            self.memory.streaks["gamma_low"] = 0
            words = (
                "The discriminator wins nearly always "
                f"(losses {loss_d:.2f} and {loss_g:.1f}; about 0.5 and 1 are healthy)."
            )
            return Finding("gamma_low", "warning", words, "Gamma doubled.", (DOUBLE_GAMMA,))
        if tight >= 4 and self._may("gamma_high", now.kimg):
            self.memory.streaks["gamma_high"] = 0
            words = "Neither network learns: both losses stand at chance and the penalty is strong."
            return Finding("gamma_high", "warning", words, "Gamma quartered.", (QUARTER_GAMMA,))
        return None

    def _plateau(self, now: Check) -> Finding | None:
        """No better on held-out files for a third of the way so far; without any, no word."""
        self._remember_best(now)
        if "overfit" not in now.held_out:  # which is told of files kept back only
            return None
        memory = self.memory
        since = now.kimg - memory.best_kimg
        length = min(self._total, 1000, 2 * now.kimg)  # a run by the clock does not know its own
        patience = max(0.5 * memory.best_kimg, 0.1 * length, 3 * self._warm_up)
        if memory.best is None or since < patience or self._silent("plateau", now.kimg):
            return None
        return Finding(
            "plateau", "note",
            f"No better on files kept back since {memory.best_kimg:.0f} kimg.",
            "The model from then is kept as the best. More training will hardly help; "
            "more or other files may.",
        )  # fmt: skip

    def _remember_best(self, now: Check) -> None:
        shortfall = now.held_out.get("shortfall")
        memory = self.memory
        if shortfall is not None and (memory.best is None or shortfall < memory.best):
            memory.best, memory.best_kimg = shortfall, now.kimg

    def _streak(self, name: str, is_so: bool) -> int:
        """How many looks in a row something has been so."""
        self.memory.streaks[name] = self.memory.streaks.get(name, 0) + 1 if is_so else 0
        return self.memory.streaks[name]

    def _may(self, alarm: str, kimg: float) -> bool:
        """Whether another reaction is left, and count it."""
        used = self.memory.reactions.get(alarm, 0)
        if used >= MOST_REACTIONS:
            return False
        self.memory.reactions[alarm] = used + 1
        self.memory.said[alarm] = kimg
        return True

    def _silent(self, alarm: str, kimg: float) -> bool:
        """Whether this was said a short while ago; else it counts as said now."""
        last = self.memory.said.get(alarm)
        if last is not None and kimg - last < max(0.1 * self._total, 2 * self._warm_up):
            return True
        self.memory.said[alarm] = kimg
        return False

    def _last_word(self, alarm: str, kimg: float, words: str) -> Finding | None:
        if self._silent(f"{alarm}-last", kimg):
            return None
        advice = "Three reactions did not cure it. Stop, and go on with the best model so far."
        return Finding(alarm, "alarm", words, advice)

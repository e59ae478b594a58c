"""One stretch of a training run, from start or resume to stop: steps, looks, samples, checkpoints.

What decides about weights (guardian, controller) happens at fixed distances in steps and kimg, so
that a resumed run repeats it; what only shows or saves goes by the clock.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from studio.core.errors import DiskFull, StudioError
from studio.core.run_folder import RunFolder, TrainConfig
from studio.core.work import Event, Finished, Progress, Work
from studio.gan.checks import HeldOut
from studio.gan.device import memory_mb
from studio.gan.guardian import ROLL_BACK, STOP, Check, Finding, Guardian
from studio.gan.left_behind import Left, fitting
from studio.gan.model_writer import ModelWriter
from studio.gan.reactions import agreed_actions, react
from studio.gan.run_writer import RunWriter
from studio.gan.train import Trainer

REPORT_SECONDS = 1.0
WATCH_STEPS = 8  # the guardian looks at losses and gradients this often
AGREE_STEPS = 8  # a team asks its leader this often whether to go on
GO_ON, PAUSE, END, FINISH = range(4)

Steps = Generator[Event, None, int]


@dataclass
class Clock:
    """How long was trained, in seconds, and when what was done last."""

    before_s: float = 0.0
    trained_s: float = 0.0
    begun: float = field(default_factory=time.monotonic)
    last: dict[str, float] = field(default_factory=dict)

    def tick(self) -> None:
        now = time.monotonic()
        self.trained_s += now - self.begun
        self.begun = now

    def skip(self) -> None:
        """What passed since the last tick was no training."""
        self.begun = time.monotonic()

    def is_due(self, what: str, every_s: float) -> bool:
        """Whether so much time has passed since this was last due; the first time it has not."""
        now = time.monotonic()
        if now - self.last.setdefault(what, now) < every_s:
            return False
        self.last[what] = now
        return True

    @property
    def total_s(self) -> float:
        return self.before_s + self.trained_s


class Session:
    """Runs a trainer with its folder; in a team every process has one, and the leader writes."""

    def __init__(
        self,
        run: RunFolder,
        config: TrainConfig,
        trainer: Trainer,
        held_out: HeldOut,
        writer: ModelWriter,
        values: dict[str, Any],
        keeps_examples: bool = False,
    ) -> None:
        """values are what an earlier session left in the checkpoint, {} at the start; StudioError
        where they are odd. keeps_examples as in RunWriter."""
        self.run, self.config, self.trainer = run, config, trainer
        self.held_out, self.writer, self.team = held_out, writer, trainer.team
        self.disk = RunWriter(run, trainer, writer, keeps_examples)
        with fitting():
            left = Left.of(values)
        self.guardian = Guardian(config.kimg, len(trainer.examples), left.guardian)
        self.clock = Clock(before_s=left.trained_s)
        self._checked_kimg = left.checked_kimg
        self._figures: list[dict[str, float]] = []  # since the last report
        self._recent: deque[dict[str, float]] = deque(left.recent, maxlen=32)
        self._shown: dict[str, float] = {}
        self._seen_at_start, self._parts = trainer.seen, trainer.accumulate

    def work(self) -> Work:
        try:
            yield from self.disk.tell(
                "start", kimg=self.disk.kimg, total_kimg=self.config.kimg,
                device=self.writer.device_words, processes=self.team.size, text="",
            )  # fmt: skip
            try:
                yield from self._sample()
                ended = yield from self._loop()
                yield from self._report()
            except (GeneratorExit, KeyboardInterrupt):
                self._end_at_once()  # between two steps, where the state is whole
                raise
            except (StudioError, OSError):  # raised between two steps as well
                with contextlib.suppress(StudioError, OSError):
                    self.disk.save(self._values())
                raise
            yield from self._checkpoint()
            yield from self._sample()
            if ended == FINISH:
                self.disk.refuse_failed("model")
            word = "finished" if ended == FINISH else "stopped"
            yield from self.disk.tell(word, kimg=self.disk.kimg, eta_s=0, text="")
        finally:
            self.disk.close()
            self.trainer.close()
        yield Finished(self.run.model_path)

    def _end_at_once(self) -> None:
        if self.team.leads and not self.run.claim.is_lost:
            with contextlib.suppress(DiskFull):
                self.disk.save(self._values())
            self.run.append("stopped", kimg=self.disk.kimg)

    def _loop(self) -> Steps:
        """Steps until the end or a stop; returns END or FINISH."""
        clock, trainer = self.clock, self.trainer
        clock.skip()
        while trainer.kimg < self.config.kimg:
            trainer.step()
            clock.tick()
            decision = GO_ON
            if trainer.steps % WATCH_STEPS == 0:
                decision = yield from self._watch()
            if trainer.kimg >= self._checked_kimg + trainer.config.check_kimg:
                decision = max(decision, (yield from self._check()))
            if self.team.leads:
                yield from self._by_the_clock()
            decision = max(decision, self._decision())
            if decision == PAUSE:
                decision = yield from self._pause()
            if decision in (END, FINISH):
                return decision
            clock.skip()
        return FINISH

    def _by_the_clock(self) -> Work:
        """What only shows or saves."""
        if self.clock.is_due("report", REPORT_SECONDS):
            yield from self._report()
        if self.clock.is_due("sample", self.config.sample_seconds):
            yield from self._sample()
        if self.clock.is_due("checkpoint", self.config.checkpoint_seconds):
            yield from self._checkpoint()

    def _decision(self) -> int:
        """Go on, pause or end; what the leader says holds for the whole team."""
        if self.team.size > 1 and self.trainer.steps % AGREE_STEPS:
            return GO_ON
        limit, word = self.config.seconds, GO_ON
        if self.team.leads:
            word = {"pause": PAUSE, "stop": END}.get(self.run.command(), GO_ON)
            if limit is not None and self.clock.total_s >= limit:
                word = FINISH
        return int(self.team.agree(word, self.trainer.device))

    def _pause(self) -> Steps:
        """Wait for the next word; returns the decision that ended the pause."""
        if self.team.leads:
            yield from self._checkpoint()
        yield from self.disk.tell("paused", kimg=self.disk.kimg, text="")
        while True:
            self.run.claim.refuse_lost()
            command = self.run.command() if self.team.leads else ""
            word = {"pause": PAUSE, "stop": END}.get(command, GO_ON)
            decision = int(self.team.agree(word, self.trainer.device))
            if decision != PAUSE:
                return decision
            time.sleep(0.2)
            yield Progress(*self._counts(), "Paused")

    def _counts(self) -> tuple[int, int]:
        return self.trainer.seen, int(self.config.kimg * 1000)

    def _speed(self) -> float:
        return (self.trainer.seen - self._seen_at_start) / max(self.clock.trained_s, 1e-9)

    def _eta_s(self) -> float:
        left = (self.config.kimg * 1000 - self.trainer.seen) / max(self._speed(), 1e-9)
        if self.config.seconds is not None:
            left = min(left, self.config.seconds - self.clock.total_s)
        return max(left, 0.0)

    def _report(self) -> Work:
        if self._figures:
            self._shown, self._figures = means_of(self._figures), []
        yield from self.disk.tell(
            "progress",
            kimg=self.disk.kimg,
            total_kimg=self.config.kimg,
            images_per_s=round(self._speed(), 2),
            eta_s=round(self._eta_s(), 1),
            augment=round(self.trainer.augment, 4),
            gamma=round(self.trainer.gamma_now(), 5),
            batch=self.trainer.config.batch,
            memory_mb=memory_mb(self.trainer.device),
            **self._shown,
        )
        yield Progress(*self._counts(), f"{self.trainer.kimg:.1f} kimg")

    def _watch(self) -> Steps:
        """Losses and gradients of the last steps; memory that did not suffice."""
        figures = self.trainer.tally.take()
        if figures:
            self._figures.append(figures)
            self._recent.append(figures)
        findings = self.guardian.steps(self.trainer.kimg, figures) if self._is_guarded else []
        if self.trainer.accumulate > self._parts:
            self._parts = self.trainer.accumulate
            findings.append(memory_finding(self.trainer.config.batch, self._parts))
        return (yield from self._carry_out(findings))

    @property
    def _is_guarded(self) -> bool:
        return self.config.guardian and self.team.leads

    def _check(self) -> Steps:
        """Measure on files kept back, steer augmentation, ask the guardian."""
        trainer = self.trainer
        since = trainer.kimg - self._checked_kimg
        self._checked_kimg = trainer.kimg
        findings: list[Finding] = []
        if self.team.leads:
            held_out = self.held_out.figures(trainer)
            best = False
            if is_best := self._is_best(held_out):
                best = yield from self.disk.keep_best(self.clock.total_s, held_out)
            yield from self.disk.tell("measure", kimg=self.disk.kimg, best=best, **held_out)
            trainer.steer_augmentation(held_out.get("overfit"), since)
            means = means_of(self._recent)
            if is_best and not best:  # so that the next one that is better than the old is kept
                held_out.pop("shortfall")
            now = Check(trainer.kimg, means, held_out, trainer.augment, trainer.gamma_now())
            findings = self.guardian.check(now)  # remembers the best even where it must not act
            findings = findings if self._is_guarded else []
        trainer.augment = self.team.agree(trainer.augment, trainer.device)
        return (yield from self._carry_out(findings))

    def _is_best(self, held_out: dict[str, float]) -> bool:
        """Whether this look is the best so far; the first ones of a run hardly are worth it."""
        shortfall = held_out.get("shortfall")
        best = self.guardian.memory.best
        if shortfall is None or not self.held_out.is_known:
            return False
        return best is None or shortfall < best

    def _carry_out(self, findings: list[Finding]) -> Steps:
        """Do what the guardian asks for, and say so; returns END where training must stop."""
        actions = agreed_actions(findings, self.trainer)
        if actions:
            self.run.claim.refuse_lost()  # going back removes checkpoints
            problem = react(actions, self.trainer, self.disk.store, self.guardian)
            if problem:  # what was promised did not happen
                findings = [replace(one, reaction="") for one in findings] + [problem]
            if ROLL_BACK in actions:
                yield from self._checkpoint()
        for finding in findings:
            evidence = yield from self._evidence(finding)
            yield from self.disk.tell(
                "guardian", kimg=self.disk.kimg, alarm=finding.alarm,
                level=finding.level, text=finding.text, reaction=finding.reaction,
                evidence=evidence,
            )  # fmt: skip
        return END if STOP in actions else GO_ON

    def _evidence(self, finding: Finding) -> Generator[Event, None, str]:
        """The name of the picture that shows a finding, "" where none does."""
        names: list[str] = []

        def write() -> None:
            names.append(self.held_out.evidence(finding, self.trainer, self.run))

        yield from self.disk.show("evidence", write)
        return "".join(names)

    def _values(self) -> dict[str, Any]:
        """What another session goes on with, besides the trainer."""
        return {
            "trained_seconds": self.clock.total_s,
            "checked_kimg": self._checked_kimg,
            "start": self.writer.start,
            "guardian": self.guardian.state(),
            "recent": list(self._recent),
        }

    def _sample(self) -> Work:
        yield from self.disk.sample(self.clock.total_s)

    def _checkpoint(self) -> Work:
        yield from self.disk.checkpoint(self._values())


def means_of(figures: Iterable[dict[str, float]]) -> dict[str, float]:
    """The mean of each figure over the looks that have it."""
    looks = list(figures)
    names = dict.fromkeys(name for one in looks for name in one)
    found = {name: [one[name] for one in looks if name in one] for name in names}
    return {name: round(sum(values) / len(values), 5) for name, values in found.items()}


def memory_finding(batch: int, parts: int) -> Finding:
    """What is said when memory ran out."""
    return Finding(
        "memory", "warning", "Memory ran out.",
        f"Each batch of {batch} is now computed in {parts} parts; training goes on, a little "
        "slower.",
    )  # fmt: skip

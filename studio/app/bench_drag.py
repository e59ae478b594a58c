"""Drags the variety slider in the real window and times each change up to its pixels.

Runs in a process of its own, which `atelier bench latency` starts.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QStyle, QStyleOptionSlider, QWidget

from studio.app.run import Studio, run
from studio.core.latent import Latent, Recipe
from studio.core.model_file import ModelEntry
from studio.core.resources import resource
from studio.core.run_folder import TrainConfig
from studio.core.work import Finished, Progress, Work, result_of
from studio.ui.jobs import Job
from studio.ui.latent_panel import LatentPanel
from studio.ui.run_watch import WatchedRun

BEAT_MS = 5
IDLE_MS = 2000
PATIENCE_S = 300.0  # a model of 256 px that brings no sliders takes two minutes to be searched
LOOK_MS = 20
ALONE = 12  # results of the network without a window to draw
LOW, HIGH, STEP = 10, 110, 3  # slider values that a drag goes through, back and forth
PAINTED = QEvent.Type(QEvent.registerEventType())
Wait = float | Callable[[], bool]
"""Milliseconds, or a question that is asked until it is answered with yes."""


class Script(QObject):
    """Plays steps that wait in between. TimeoutError where nothing comes that they wait for."""

    def __init__(self, steps: Iterator[Wait], at_end: Callable[[], None]) -> None:
        super().__init__()
        self._steps, self._at_end = steps, at_end
        self._wait: Wait = 0.0
        self._since = 0.0
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.go_on)

    def go_on(self) -> None:
        """Take the next step as soon as what it waits for is there."""
        if callable(self._wait) and not self._wait():
            if time.perf_counter() - self._since > PATIENCE_S:
                raise TimeoutError("nothing happened for too long")
            self._timer.start(LOOK_MS)
            return
        try:
            self._wait = next(self._steps)
        except StopIteration:
            self._at_end()
            return
        self._since = time.perf_counter()
        wait_ms = LOOK_MS if callable(self._wait) else max(0, round(self._wait))
        self._timer.start(wait_ms)


class Heartbeat(QObject):
    """The longest time that the UI thread came not round to a timer of 5 ms."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._last = self._longest = 0.0

    def begin(self) -> None:
        self._longest, self._last = 0.0, time.perf_counter()
        self._timer.start()

    def end(self) -> float:
        """Milliseconds."""
        self._timer.stop()
        return round(self._longest * 1000, 1)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._longest, self._last = max(self._longest, now - self._last), now


@dataclass
class Change:
    """One value of the slider, and when the event that set it began."""

    psi: float
    at_s: float


@dataclass
class Shown:
    """One painted result: the values it shows, when it was given to the view, when it stood."""

    psi: float
    is_full: bool
    given_s: float
    painted_s: float = 0.0


class Screen(QObject):
    """Notes which result a panel's view shows, and when it is painted and flushed."""

    def __init__(self, panel: LatentPanel) -> None:
        super().__init__()
        self.shown: list[Shown] = []
        self._given: Shown | None = None
        self._panel = panel
        self._view: Any = panel.view
        self._show = self._view.show_document
        self._watched = [panel.view, *panel.view.findChildren(QWidget)]
        for widget in self._watched:
            widget.installEventFilter(self)
        self._view.show_document = self._give

    def close(self) -> None:
        for widget in self._watched:
            widget.removeEventFilter(self)
        del self._view.show_document

    @property
    def stands(self) -> bool:
        """Whether the full result of what the slider says is painted."""
        wanted = round(self._panel.bar.variety.value, 4)
        last = self.shown[-1] if self.shown else None
        return last is not None and last.is_full and last.psi == wanted and self._given is None

    def _give(self, document: Any) -> None:
        recipe = document.recipe
        is_full = recipe == self._panel.history.value.recipe  # a preview is never kept
        self._given = Shown(recipe.latent.psi, is_full, time.perf_counter())
        self._show(document)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._given is not None:
            # Comes right after the request that paints and flushes every part of the window.
            QCoreApplication.postEvent(
                self, QEvent(PAINTED), Qt.EventPriority.HighEventPriority.value
            )
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == PAINTED and self._given is not None:
            self._given.painted_s = time.perf_counter()
            self.shown.append(self._given)
            self._given = None
        return super().event(event)


class Hand:
    """Holds a slider's handle with the mouse."""

    def __init__(self, panel: LatentPanel) -> None:
        self._slider = panel.bar.variety.slider
        option = QStyleOptionSlider()
        self._slider.initStyleOption(option)
        control = QStyle.ComplexControl.CC_Slider
        handle, groove = (
            self._slider.style().subControlRect(control, option, part, self._slider)
            for part in (QStyle.SubControl.SC_SliderHandle, QStyle.SubControl.SC_SliderGroove)
        )
        self._from, self._value = handle.center(), self._slider.value()
        steps = self._slider.maximum() - self._slider.minimum()
        self._px_a_step = (groove.width() - handle.width()) / max(1, steps)

    def press(self) -> None:
        self._send(QEvent.Type.MouseButtonPress, self._value)

    def move(self, value: int) -> None:
        self._send(QEvent.Type.MouseMove, value)

    def release(self, value: int) -> None:
        self._send(QEvent.Type.MouseButtonRelease, value)

    def _send(self, kind: QEvent.Type, value: int) -> None:
        across = round((value - self._value) * self._px_a_step)
        at = QPointF(self._from + QPoint(across, 0))
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        event = QMouseEvent(
            kind, at, self._slider.mapToGlobal(at),
            none if kind == QEvent.Type.MouseMove else left,
            none if kind == QEvent.Type.MouseButtonRelease else left,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(self._slider, event)


@dataclass
class Drag:
    """What one drag was like."""

    changes: list[Change] = field(default_factory=list)
    networks_s: list[float] = field(default_factory=list)

    def figures(self, shown: Sequence[Shown]) -> dict[str, Any]:
        """Milliseconds from the newest change that each picture shows; those never shown count not.

        rest_ms: from the last change to the full result that stays.
        """
        found: dict[int, float] = {}
        moments = [change.at_s for change in self.changes]
        for one in shown:
            for index in reversed(range(bisect_right(moments, one.given_s))):
                if self.changes[index].psi == one.psi:
                    found.setdefault(index, (one.painted_s - moments[index]) * 1000)
                    break
        late = sorted(found.values())
        return {
            "moves": len(self.changes),
            "shown": len(found),
            "median_ms": _rounded(statistics.median(late)) if late else None,
            "p95_ms": _rounded(late[min(len(late) - 1, int(len(late) * 0.95))]) if late else None,
            "worst_ms": _rounded(late[-1]) if late else None,
            "previews": sum(not one.is_full for one in shown),
            "rest_ms": _rounded((shown[-1].painted_s - moments[-1]) * 1000) if moments else None,
        }


def _rounded(value: float) -> float:
    return round(value, 1)


def sweep(moves: int) -> Iterator[int]:
    """So many values, back and forth."""
    value, way = LOW, STEP
    for _ in range(moves):
        yield value
        if not LOW <= value + way <= HIGH:
            way = -way
        value += way


class Bench:
    """Drags in one panel after the other and collects figures."""

    def __init__(self, studio: Studio, plan: dict[str, Any]) -> None:
        self._studio, self._plan = studio, plan
        self._beat = Heartbeat()
        self._run: WatchedRun | None = None
        self.rows: list[dict[str, Any]] = []

    def steps(self) -> Iterator[Wait]:
        """The whole measurement."""
        if self._plan["training"]:
            yield from self._train()
        for medium, path, size_px in self._plan["models"]:
            yield from self._model(medium, path, size_px)

    def stop_training(self) -> None:
        if self._run is not None:
            self._studio.watch.stop(self._run.run)

    def _train(self) -> Iterator[Wait]:
        """As the Train page begins it, with the window following it; waits until it has trained."""
        kind = self._studio.session.kinds[0]
        config = TrainConfig(kind.name, str(resource("examples", kind.name)), kimg=1e6)
        self._run = begun = self._studio.watch.begin(config, "bench")
        yield lambda: begun.run.status().kimg > 0

    def _model(self, medium: str, path: str, size_px: int) -> Iterator[Wait]:
        window = self._studio.window
        window.show_page(medium)
        panel = window.pages.panel
        assert panel is not None
        yield lambda: panel.has_result and not panel.is_busy
        entry = panel.bar.model.entry
        if entry is None or str(entry.path) != path:
            window.play_model(Path(path), medium)
        yield lambda: not panel.is_busy
        yield IDLE_MS / 4
        yield lambda: not self._studio.jobs.is_busy
        self._beat.begin()
        yield IDLE_MS
        idle_ms = self._beat.end()
        entry = panel.bar.model.entry
        assert entry is not None
        common = {"medium": medium, "model": entry.header.name, "size_px": size_px}
        common |= yield from self._alone(panel, entry)
        for pace, every_ms, moves in (
            ("hand", self._plan["every_ms"], self._plan["moves"]),
            ("fast", 0, self._plan["moves"] * 4),
        ):
            figures = yield from self._drag(panel, moves, every_ms)
            self.rows.append({**common, "pace": pace, **figures, "idle_block_ms": idle_ms})

    def _alone(self, panel: LatentPanel, entry: ModelEntry) -> Any:
        """The network without a window to draw."""
        found: list[Any] = []
        job = Job("bench", lambda: self._networks(panel, entry), on_result=found.append)
        job.on_error = lambda error: found.append({})
        self._studio.jobs.submit(job)
        yield lambda: bool(found)
        return found[0]

    def _networks(self, panel: LatentPanel, entry: ModelEntry) -> Work:
        """Worker thread. Finished({"network_ms": median, "preview_ms": median})."""
        yield Progress(0, 0)
        generators, device = self._studio.context.generators, self._studio.context.settings.device
        recipes = [
            Recipe(
                entry.header.id, Latent(psi=0.5 + step / 100), panel.history.value.recipe.options
            )
            for step in range(ALONE)
        ]
        found = {}
        for name, make in (("network_ms", generators.make), ("preview_ms", generators.preview)):
            made = [result_of(make(panel.kind, entry.path, device, one)) for one in recipes]
            found[name] = _rounded(statistics.median(one.seconds for one in made) * 1000)
        yield Finished(found)

    def _drag(self, panel: LatentPanel, moves: int, every_ms: float) -> Any:
        drag, screen, hand = Drag(), Screen(panel), Hand(panel)
        timed = drag.networks_s.append
        panel.timed.connect(timed)
        self._beat.begin()
        hand.press()
        begun, value = time.perf_counter(), 0
        for number, value in enumerate(sweep(moves)):
            at = time.perf_counter()
            before = panel.bar.variety.value
            hand.move(value)
            if panel.bar.variety.value != before:
                drag.changes.append(Change(round(panel.bar.variety.value, 4), at))
            due = begun + (number + 1) * every_ms / 1000
            yield max(0.0, (due - time.perf_counter()) * 1000)
        hand.release(value)
        yield lambda: not panel.is_busy and screen.stands
        block_ms = self._beat.end()
        panel.timed.disconnect(timed)
        screen.close()
        figures = drag.figures(screen.shown)
        busy = statistics.median(drag.networks_s) * 1000 if drag.networks_s else 0.0
        yield lambda: not self._studio.jobs.is_busy
        return {**figures, "network_in_drag_ms": _rounded(busy), "block_ms": block_ms}


def drag(words: str) -> None:
    """Report the figures of a plan in JSON: models, moves, every_ms, training."""
    plan, rows = json.loads(words), list[dict[str, Any]]()
    scripts: list[Script] = []  # Python would take one that nobody holds

    def drive(studio: Studio) -> None:
        bench = Bench(studio, plan)

        def end() -> None:
            bench.stop_training()
            rows.extend(bench.rows)
            studio.window.was_closed = True
            QApplication.quit()

        def fail(*error: Any) -> None:
            sys.__excepthook__(*error)
            end()

        sys.excepthook = fail
        scripts.append(Script(bench.steps(), end))
        scripts[0].go_on()

    run([], drive=drive)
    sys.stdout.write(json.dumps({"at": time.time(), "rows": rows}) + "\n")
    sys.stdout.flush()

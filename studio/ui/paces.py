"""How fast this computer trains which networks: what runs measured, else a short probe."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.kind import MediumKind
from studio.core.presets import Shape, batch_for
from studio.core.run_folder import TrainConfig
from studio.ui.context import StudioContext
from studio.ui.jobs import Job

log = logging.getLogger(__name__)
MOST_PROBES = 6  # a folder; each takes seconds on the thread that also makes pictures
# The thread is needed for pictures too. A graphics card first compiles its passes.
LONGEST_PROBE_MS = {"cpu": 20_000, "gpu": 60_000}
Key = tuple[str, int, int, int]


class Paces(QObject):
    """measured says what runs reached, 0 when none did; is_busy whether something trains now."""

    changed = Signal()

    def __init__(
        self,
        context: StudioContext,
        measured: Callable[[str, Shape], float],
        is_busy: Callable[[], bool],
    ) -> None:
        super().__init__()
        self._context, self._measured, self._is_busy = context, measured, is_busy
        self._probed: dict[Key, float] = {}
        self._job: Job | None = None
        self._left = MOST_PROBES
        self._limit = QTimer(self, singleShot=True)
        self._limit.timeout.connect(self._too_slow)

    def of(self, medium: str, shape: Shape) -> float:
        """Images per second; 0 when unknown."""
        return self._measured(medium, shape) or self._probed.get(_key(medium, shape), 0.0)

    @property
    def is_probing(self) -> bool:
        return self._job is not None

    def begin(self) -> None:
        """Another folder: it may ask for probes of its own."""
        self._left = MOST_PROBES

    def ask(self, kind: MediumKind, shape: Shape) -> None:
        """Probe a shape, one at a time; beside a training the result would be wrong, so not then.

        changed is told when it is known.
        """
        probe, key = self._context.probe, _key(kind.name, shape)
        unwanted = key in self._probed or self._job is not None or self._left <= 0
        if probe is None or unwanted or self._is_busy():
            return
        self._left -= 1
        settings = self._context.settings
        config = TrainConfig(
            kind.name,
            "",
            size_px=shape.size_px,
            channel_base=shape.channel_base,
            channel_max=shape.channel_max,
            batch=batch_for(shape, self._context.machine) if kind.sizes_px else 0,
            device=settings.device,
            threads=settings.threads,
        )

        def arrived(speed: object) -> None:
            self._limit.stop()
            self._job = None
            self._probed[key] = float(speed) if isinstance(speed, (int, float)) else 0.0
            self.changed.emit()

        def failed(error: object) -> None:
            log.info("The pace of %s could not be measured: %s", key, error)
            arrived(0.0)

        self._job = self._context.jobs.submit(
            Job(
                f"pace {key}",
                lambda: probe(kind, config),
                self,
                on_result=arrived,
                on_error=failed,
                on_cancel=self._cancelled,
            ),
            replaces="pace",
        )
        self._limit.start(LONGEST_PROBE_MS[self._context.machine.kind])

    def cancel(self) -> None:
        """A training begins: it needs the device, and a probe beside it would be wrong."""
        if self._job is not None:
            self._job.cancel()

    def _too_slow(self) -> None:
        """Something else keeps the computer busy: no figure is better than a wrong one."""
        self._left = 0
        self.cancel()

    def _cancelled(self, _: object) -> None:
        self._limit.stop()
        self._job = None
        self.changed.emit()


def _key(medium: str, shape: Shape) -> Key:
    return medium, shape.size_px, shape.channel_base, shape.channel_max

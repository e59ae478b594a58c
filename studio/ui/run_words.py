"""How the states of a training are called, and their tones: list, detail and compare agree."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.ui.run_watch import WatchedRun

TONES = {"running": "good", "finished": "good", "failed": "bad", "paused": "caution"}


def state_words(run: WatchedRun) -> str:
    """The state in a word or three, as the start of a line."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("RunWords", text)

    if run.broke_off:
        return tr("Broke off")
    if run.state == "queued":
        return (
            tr("Next in the queue") if run.place == 1 else tr("Queued, place {}").format(run.place)
        )
    return {
        "new": tr("Not started"),
        "starting": tr("Starting"),
        "running": tr("Training"),
        "paused": tr("Waiting") if run.status.text and run.is_alive else tr("Paused"),
        "stopping": tr("Stopping"),
        "stopped": tr("Stopped"),
        "finished": tr("Finished"),
        "failed": tr("Failed"),
    }[run.state]

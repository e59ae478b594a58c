"""A sign in the bar while the present result is nearly a file that its model learnt from."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QToolButton

from studio.core.kind import MediumKind
from studio.core.work import Finished, Progress, Work
from studio.ui import theme
from studio.ui.context import StudioContext
from studio.ui.export import copy_check
from studio.ui.jobs import Job

REST_MS = 600


class CopyCaution(QToolButton):
    """Hidden as long as there is nothing to say; asks the worker when the document rests."""

    def __init__(self, kind: MediumKind, context: StudioContext) -> None:
        super().__init__()
        self._kind, self._context = kind, context
        self._document: Any = None
        self._is_copy = copy_check(kind, context)
        self.setIcon(theme.icon("alert", token="caution"))
        self.setProperty("role", "plain")
        words = self.tr("Nearly one of the files that the model learnt from")
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.clicked.connect(self._explain)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._ask)
        self.hide()

    def follow(self, document: Any) -> None:
        """Another result; None where there is none."""
        if document is not self._document:
            self._document = document
            self.hide()
            self._rest.start()

    def _ask(self) -> None:
        document, is_copy = self._document, self._is_copy
        if document is None:
            return

        def work() -> Work:
            yield Progress(0, 0, "")
            yield Finished(is_copy(document))

        # A model that is gone or damaged says so where somebody exports.
        job = Job("compare with files", work, self, on_result=self._answered, is_patient=True)
        self._context.jobs.submit(job, replaces=("copy", self._kind.name))

    def _answered(self, is_copy: object) -> None:
        self.setVisible(bool(is_copy))

    def _explain(self) -> None:
        self._context.notify(
            self.tr(
                "This is nearly one of the files that the model learnt from. Vary it, or look at"
                " that file before you publish it."
            )
        )

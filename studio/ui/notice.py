"""A quiet bar above the page that asks something without stopping anybody."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout

from studio.ui.widgets import button, icon_button, label


class Notice(QFrame):
    """A sentence and one or two answers; hidden until there is something to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 6, 8, 6)
        self._row.setSpacing(8)
        self.hide()

    def ask(self, question: str, answers: dict[str, Callable[[], None]]) -> None:
        """Show a question; an answer is called and the bar goes."""
        self._clear()
        self._row.addWidget(label(question))
        self._row.addStretch(1)
        for number, (words, answer) in enumerate(answers.items()):
            choice = button(words, role="primary" if number == 0 else "")
            choice.clicked.connect(self.hide)
            choice.clicked.connect(answer)
            self._row.addWidget(choice)
        close = icon_button("close", self.tr("Not now"), role="plain")
        close.clicked.connect(self.hide)
        self._row.addWidget(close)
        self.show()

    def _clear(self) -> None:
        while (child := self._row.takeAt(0)) is not None:
            if (widget := child.widget()) is not None:
                widget.deleteLater()

"""Draft, Good, Best: three cards with what each takes on this computer and what to expect of it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from studio.core.presets import WORDS, Plan
from studio.ui import theme
from studio.ui.widgets import label

HEIGHT_PX = 46


class Presets(QWidget):
    """Three cards, one of them chosen."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        names = {
            "draft": (self.tr("Draft"), self.tr("shows whether the folder works")),
            "good": (self.tr("Good"), self.tr("something to play with")),
            "best": (self.tr("Best"), self.tr("leave it overnight")),
        }
        self._plans: tuple[Plan, ...] = ()
        self._group = QButtonGroup(self)
        self.cards: list[Card] = []
        self.note = label("", "label")
        self.note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for number, word in enumerate(WORDS):
            card = Card(*names[word])
            self._group.addButton(card, number)
            self.cards.append(card)
            column.addWidget(card)
        column.addWidget(self.note)
        self.cards[1].setChecked(True)
        self._group.idToggled.connect(self._toggled)
        self.show_plans((), has_size=True)

    @property
    def plan(self) -> Plan | None:
        """The chosen one; None before a folder is known."""
        return self._plans[self._group.checkedId()] if self._plans else None

    def show_plans(self, plans: tuple[Plan, ...], *, has_size: bool, is_probing: bool = False):
        """Show what each word takes here; () where no folder is known yet."""
        self._plans = plans
        for card, plan in zip(self.cards, plans or (None, None, None), strict=True):
            if plan is None:
                card.show_words("", "", "")
                continue
            size = f"{plan.shape.size_px} px" if has_size else f"{plan.kimg:,.0f} kimg"
            card.show_words(plan.time_words, plan.expectation, size)
        self.note.setText(self._note(plans, is_probing))

    def _note(self, plans: tuple[Plan, ...], is_probing: bool) -> str:
        if not plans:
            return self.tr("Size and length are chosen for your folder and this computer.")
        if is_probing:
            return self.tr("Measuring how fast this computer is…")
        if any(plan.is_guess for plan in plans):
            return self.tr("Roughly: a guess until a training here has measured it.")
        return self.tr("As fast as this computer was when measured. You can stop and go on.")

    def _toggled(self, _: int, on: bool) -> None:
        if on:
            self.changed.emit()


class Card(QAbstractButton):
    """One word: name and time, what to expect, and the size."""

    def __init__(self, name: str, expectation: str) -> None:
        super().__init__()
        self.name, self._usual = name, expectation
        self.time, self.expectation, self.size_words = "", expectation, ""
        self.setCheckable(True)
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_words(self, time: str, expectation: str, size: str) -> None:
        """The time it takes, what to expect, the size; all "" before a folder is known."""
        self.time, self.expectation, self.size_words = time, expectation or self._usual, size
        words = ", ".join(filter(None, (self.name, time, self.expectation, size)))
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def paintEvent(self, e: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        chosen, marked = self.isChecked(), self.hasFocus()
        edge = "text" if marked else "accent" if chosen else "edge" if self.underMouse() else "line"
        painter.setPen(QPen(theme.color(edge), 1))
        painter.setBrush(theme.color("accent_wash" if chosen else "raised"))
        painter.drawRoundedRect(box, 6, 6)
        dot = QRectF(12, self.height() / 2 - 6, 12, 12)
        painter.setPen(QPen(theme.color("accent" if chosen else "muted"), 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot)
        if chosen:
            painter.setBrush(theme.color("accent"))
            painter.drawEllipse(dot.adjusted(3, 3, -3, -3))
        words = QRectF(self.rect()).adjusted(36, 5, -12, -5)
        top, right = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignRight
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.setFont(theme.ui_font(13))
        painter.setPen(theme.color("text"))
        painter.drawText(words, top, self.name)
        painter.drawText(words, top | right, self.time)
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        room = int(words.width()) - metrics.horizontalAdvance(self.size_words) - 10
        elided = metrics.elidedText(self.expectation, Qt.TextElideMode.ElideRight, room)
        painter.drawText(words, bottom, elided)
        painter.drawText(words, bottom | right, self.size_words)

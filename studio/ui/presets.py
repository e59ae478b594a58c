"""How long to train: three lengths by the clock, with what to expect of them on this machine."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QVBoxLayout, QWidget

from studio.ui import theme
from studio.ui.status_line import duration
from studio.ui.widgets import label

HEIGHT_PX = 46


@dataclass(frozen=True)
class Preset:
    name: str
    seconds: float
    expectation: str


class Presets(QWidget):
    """Three cards, one of them chosen. A time is kept to; what it yields depends on the machine."""

    def __init__(self) -> None:
        super().__init__()
        self._presets = [
            Preset(self.tr("First look"), 600.0, self.tr("colours and rough shapes")),
            Preset(self.tr("Good"), 3600.0, self.tr("recognisable at small sizes")),
            Preset(self.tr("Thorough"), 6 * 3600.0, self.tr("detail; leave it overnight")),
        ]
        self._group = QButtonGroup(self)
        self._cards: list[_Card] = []
        self._note = label("", "label")
        self._note.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for number, preset in enumerate(self._presets):
            card = _Card(preset)
            self._group.addButton(card, number)
            self._cards.append(card)
            column.addWidget(card)
        column.addWidget(self._note)
        self._cards[1].setChecked(True)

    @property
    def seconds(self) -> float:
        return self._presets[self._group.checkedId()].seconds

    def show_pace(self, images_per_s: float) -> None:
        """Say how much is learnt in each time, where a run here has measured it."""
        for card, preset in zip(self._cards, self._presets, strict=True):
            kimg = images_per_s * preset.seconds / 1000
            card.show_kimg(f"{kimg:,.0f} kimg" if images_per_s else "")
        self._note.setText(
            self.tr("At the {:.0f} examples a second measured on this computer.").format(
                images_per_s
            )
            if images_per_s
            else self.tr("Larger sizes need far longer. You can pause, stop and go on later.")
        )  # fmt: skip


class _Card(QAbstractButton):
    """One length: name and time, and what to expect."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self._preset, self._kimg = preset, ""
        self.setCheckable(True)
        self.setText(f"{preset.name}, {duration(preset.seconds)}, {preset.expectation}")
        self.setFixedHeight(HEIGHT_PX)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_kimg(self, kimg: str) -> None:
        self._kimg = kimg
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
        painter.setFont(theme.ui_font(13))
        painter.setPen(theme.color("text"))
        painter.drawText(words, top, self._preset.name)
        painter.drawText(words, top | right, duration(self._preset.seconds))
        painter.setFont(theme.ui_font(12))
        painter.setPen(theme.color("muted"))
        bottom = Qt.AlignmentFlag.AlignBottom
        painter.drawText(words, bottom, self._preset.expectation)
        painter.drawText(words, bottom | right, self._kimg)

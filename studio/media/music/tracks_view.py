"""The list of tracks: which one is edited, its instrument, mute and solo."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from studio.media.music.document import DRUMS, TRACKS, Clip
from studio.media.music.names import PROGRAM_NAMES
from studio.media.music.paint_view import sign
from studio.media.music.sampler import Instruments
from studio.ui.theme import color, ui_font
from studio.ui.widgets import leave_to_column, tip

ROW_PX = 25
# The column is narrow, names of instruments are long, and the active row's frame goes around all
NARROW = (
    "QComboBox { padding: 0 16px 0 6px; } QComboBox::drop-down { width: 18px; }"
    "QComboBox, QToolButton { min-height: 21px; max-height: 21px; }"
)
BADGE_PX = 19
# Up to here the badge and the name are painted
NAME_PX = 81


class TrackRow(QWidget):
    """One track; a click on its name brings it forward to be edited."""

    chosen = Signal()
    program_chosen = Signal(int)
    muted = Signal(bool)
    soloed = Signal(bool)

    def __init__(self, track: str, title: str, number: int) -> None:
        super().__init__()
        self._track, self._title, self._is_active = track, title, False
        self._is_drums = track == DRUMS
        self.setFixedHeight(ROW_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tip(self.tr("Edit the {}").format(title.lower()), str(number)))
        self.setAccessibleName(title)
        self.instrument = QComboBox()
        leave_to_column(self.instrument)
        self.instrument.setAccessibleName(self.tr("Instrument of the {}").format(title.lower()))
        self.instrument.setToolTip(self.tr("Instrument"))
        self.instrument.setFont(ui_font(12))
        self.instrument.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.instrument.setSizePolicy(
            self.instrument.sizePolicy().Policy.Ignored, self.instrument.sizePolicy().Policy.Fixed
        )
        self.mute = _letter_button("M", self.tr("Mute the {}").format(title.lower()))
        self.solo = _letter_button("S", self.tr("Hear the {} alone").format(title.lower()))
        row = QHBoxLayout(self)
        row.setContentsMargins(NAME_PX, 0, 3, 0)
        row.setSpacing(2)
        row.addWidget(self.instrument, 1)
        row.addWidget(self.mute)
        row.addWidget(self.solo)
        self.offer(())
        self.instrument.activated.connect(self._choose_program)
        self.mute.toggled.connect(self.muted)
        self.solo.toggled.connect(self.soloed)

    def offer(self, programs: tuple[tuple[int, str], ...]) -> None:
        """Instruments to choose from; the present one stays, even if it is not among them."""
        now = self.instrument.currentData()
        self.instrument.clear()
        for program, name in programs:
            named = name if self._is_drums else PROGRAM_NAMES[program]
            self.instrument.addItem(named, program)
        if now is not None:
            self._show_program(now)

    def show_state(self, program: int, *, is_muted: bool, is_soloed: bool, is_active: bool) -> None:
        self._is_active = is_active
        self._show_program(program)
        for button, is_on in ((self.mute, is_muted), (self.solo, is_soloed)):
            blocked = button.blockSignals(True)
            button.setChecked(is_on)
            button.blockSignals(blocked)
        self.update()

    def _show_program(self, program: int) -> None:
        place = self.instrument.findData(program)
        if place < 0:
            name = self.tr("Standard kit") if self._is_drums else PROGRAM_NAMES[program]
            self.instrument.addItem(name, program)
            place = self.instrument.count() - 1
        self.instrument.setCurrentIndex(place)

    def _choose_program(self, place: int) -> None:
        self.program_chosen.emit(self.instrument.itemData(place))

    def sizeHint(self) -> QSize:
        return QSize(270, ROW_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The badge carries the sign that the track's notes show while another is edited."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._is_active:
            painter.setPen(QPen(color("accent"), 1))
            painter.setBrush(color("raised"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        middle = QPointF(6 + BADGE_PX / 2, self.height() / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._track))
        painter.drawEllipse(middle, BADGE_PX / 2, BADGE_PX / 2)
        badge = QRectF(0, 0, BADGE_PX, BADGE_PX)
        badge.moveCenter(middle)
        painter.setPen(color("accent_ink"))
        painter.setFont(ui_font(10, strong=True))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, sign(self._track))
        painter.setPen(color("text"))
        painter.setFont(ui_font(13))
        words = QRectF(30, 0, NAME_PX - 30, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._title)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.chosen.emit()


class TracksView(QWidget):
    """The four tracks of a clip."""

    track_chosen = Signal(str)
    program_chosen = Signal(str, int)
    muted = Signal(str, bool)
    soloed = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setStyleSheet(NARROW)
        titles = (self.tr("Melody"), self.tr("Chords"), self.tr("Bass"), self.tr("Drums"))
        self.rows: dict[str, TrackRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, (track, title) in enumerate(zip(TRACKS, titles, strict=True), 1):
            row = TrackRow(track, title, number)
            row.chosen.connect(partial(self.track_chosen.emit, track))
            row.program_chosen.connect(partial(self.program_chosen.emit, track))
            row.muted.connect(partial(self.muted.emit, track))
            row.soloed.connect(partial(self.soloed.emit, track))
            column.addWidget(row)
            self.rows[track] = row

    def offer(self, instruments: Instruments) -> None:
        for track, row in self.rows.items():
            row.offer(instruments.drums if track == DRUMS else instruments.melodic)

    def show_clip(self, clip: Clip, active: str) -> None:
        for track, row in self.rows.items():
            row.show_state(
                clip.program(track),
                is_muted=track in clip.muted,
                is_soloed=track in clip.soloed,
                is_active=track == active,
            )


def _letter_button(text: str, tooltip: str) -> QToolButton:
    made = QToolButton()
    made.setText(text)
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setFixedSize(24, 26)
    made.setFont(ui_font(11, strong=True))
    return made

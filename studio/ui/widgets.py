"""Small widgets that every panel uses: sliders with figures, chips, sections, buttons, pictures."""

from __future__ import annotations

import random
import time
from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QEvent, QObject, QRectF, QRegularExpression, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegularExpressionValidator,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)

from studio.core.latent import MAX_SEED
from studio.ui import theme

ARROW_STEPS = {  # across and down
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
DRAWN_SEEDS = 100_000  # short enough to read aloud, many enough never to meet twice
BY_KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
GESTURE_PAUSE_S = 0.8
HANDLE_PX, GROOVE_PX = 14, 3  # of a slider, as the style sheet draws it


def new_seed() -> int:
    """A seed by chance."""
    return random.randrange(DRAWN_SEEDS)


def pixmap_of(array: np.ndarray) -> QPixmap:
    """A pixmap of uint8 [H, W, 3]."""
    array = np.ascontiguousarray(array, dtype=np.uint8)
    height, width = array.shape[:2]
    image = QImage(array.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return QPixmap.fromImage(image)  # copies, so the array may go


def label(text: str, tone: str = "", *, size: QWidget | None = None) -> QLabel:
    """A label in one of the style sheet's tones: muted, label, head, note, title, figure..."""
    made = QLabel(text, size)
    if tone:
        made.setProperty("tone", tone)
    return made


def set_tone(widget: QWidget, tone: str) -> None:
    """Change a widget's tone after it was made."""
    widget.setProperty("tone", tone)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def tip(text: str, shortcut: str = "") -> str:
    """Tooltip text with its shortcut as the system writes it."""
    if not shortcut:
        return text
    return f"{text}  ({QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)})"


def button(text: str, tooltip: str = "", *, role: str = "", icon: str = "") -> QPushButton:
    """A push button that takes the keyboard by Tab only, so that Space stays Generate.

    Once it has it, Enter presses it as Space does.
    """
    made = QPushButton(text)
    made.setAutoDefault(True)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tooltip)
    if role:
        made.setProperty("role", role)
    if icon:
        made.setIcon(theme.icon(icon, active="accent"))
        made.setIconSize(QSize(16, 16))
    if not text:
        made.setAccessibleName(tooltip)
    return made


class IconButton(QToolButton):
    """A tool button that Enter presses as Space does."""

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        if arg__1.key() in ENTER:
            self.click()
        else:
            super().keyPressEvent(arg__1)


def icon_button(icon: str, tooltip: str, *, checkable: bool = False, role: str = "") -> QToolButton:
    """A square button with an icon; the tooltip is its accessible name."""
    made = IconButton()
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setIcon(theme.icon(icon, active="accent"))
    made.setIconSize(QSize(16, 16))
    made.setToolTip(tooltip)
    made.setAccessibleName(tooltip)
    made.setCheckable(checkable)
    if role:
        made.setProperty("role", role)
    return made


def rule() -> QFrame:
    """A hairline between groups."""
    made = QFrame()
    made.setObjectName("rule")
    return made


def claims_key(event: QEvent, keys: Collection[Qt.Key]) -> bool:
    """Keep one of these keys, without modifiers, from the window's shortcuts.

    For a widget's event(): where it is true, the key comes as a key press.
    """
    if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.ShortcutOverride:
        return False
    plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if plain and event.key() in keys:
        event.accept()
        return True
    return False


class Chip(QPushButton):
    """A pill that is on or off."""

    def __init__(self, text: str, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setCheckable(True)
        self.setAutoDefault(True)  # Enter presses it as Space does
        self.setProperty("role", "chip")
        self.setToolTip(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class Slider(QSlider):
    """A horizontal slider whose handle jumps to where it is pressed; double click resets."""

    reset_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._middle: int | None = None

    def show_from(self, middle: int) -> None:
        """Fill the way from this value to the handle, not from the left."""
        self._middle = middle
        self.setProperty("tone", "signed")
        self.update()

    def paintEvent(self, ev: QPaintEvent) -> None:
        if self._middle is not None:
            self._paint_fill(self._middle)
        super().paintEvent(ev)

    def _paint_fill(self, middle: int) -> None:
        style, width = QStyle, self.width() - HANDLE_PX
        ends = [
            HANDLE_PX / 2
            + style.sliderPositionFromValue(self.minimum(), self.maximum(), value, width)
            for value in (middle, self.value())
        ]
        painter = QPainter(self)
        line = QRectF(0, (self.height() - GROOVE_PX) / 2, self.width(), GROOVE_PX)
        painter.fillRect(line, theme.color("line"))
        fill = QRectF(min(ends), line.top(), abs(ends[1] - ends[0]), GROOVE_PX)
        painter.fillRect(fill, theme.color("accent" if self.isEnabled() else "edge"))

    def mousePressEvent(self, ev: QMouseEvent) -> None:
        if ev.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
            handle = self.style().subControlRect(control, option, part, self)
            if not handle.contains(ev.position().toPoint()):
                width = max(1, self.width() - handle.width())
                at = round(ev.position().x() - handle.width() / 2)
                self.setSliderDown(True)  # so that the jump belongs to the drag
                self.setValue(
                    QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), at, width)
                )
        super().mousePressEvent(ev)

    def mouseDoubleClickEvent(self, ev: QMouseEvent) -> None:
        self.reset_asked.emit()
        ev.accept()

    def wheelEvent(self, e: QWheelEvent) -> None:
        e.ignore()  # scrolling a column must not change what lies under the pointer


def fill_scroll(scroll: QScrollArea, layout: QLayout) -> None:
    """What lies in a layout scrolls, on the ground of the page."""
    inside = QWidget()
    inside.setObjectName("column")
    inside.setLayout(layout)
    scroll.setWidgetResizable(True)
    scroll.setWidget(inside)


class _NoWheel(QObject):
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def leave_to_column(field: QWidget) -> None:
    """The wheel over a field scrolls the column that it lies in, and never changes its value."""
    field.installEventFilter(_NoWheel(field))


class LabelledSlider(QWidget):
    """A name, a slider and its figure. Live while dragged; one drag has one gesture."""

    value_changed = Signal(float)

    def __init__(
        self,
        text: str,
        low: float,
        high: float,
        value: float,
        *,
        decimals: int = 2,
        suffix: str = "",
        signed: bool = False,
        show_figure: bool = True,
        from_middle: bool = False,
        label_width: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._low, self._step = low, 10.0**-decimals
        self._form = f"{{:{'+' if signed else ''}.{decimals}f}}{suffix}"
        self._start = value
        self._changed_at, self._gesture = 0.0, 0
        self.name = label(text, "muted")
        if label_width:
            self.name.setFixedWidth(label_width)
        self.slider = Slider(self)
        self.slider.setRange(0, round((high - low) / self._step))
        self.slider.setPageStep(max(1, self.slider.maximum() // 10))
        if from_middle:
            self.slider.show_from(round((value - low) / self._step))
        self.slider.setAccessibleName(text)
        self._figure = label("", "figure")
        self._figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        longest = max((self._form.format(at) for at in (low, high)), key=len)
        self._figure.setFixedWidth(self._figure.fontMetrics().horizontalAdvance(longest) + 6)
        self._figure.setVisible(show_figure)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self.name, self.slider, self._figure):
            row.addWidget(widget, 1 if widget is self.slider else 0)
        self.set_value(value)
        self.slider.valueChanged.connect(self._changed)
        self.slider.sliderPressed.connect(self._begin_gesture)
        self.slider.reset_asked.connect(self._reset)

    @property
    def value(self) -> float:
        return self._low + self.slider.value() * self._step

    @property
    def gesture(self) -> int:
        """The same number for all changes of one drag, or of keys pressed in quick succession."""
        return self._gesture

    @property
    def is_dragged(self) -> bool:
        return self.slider.isSliderDown()

    def set_value(self, value: float) -> None:
        """Show a value without telling anyone."""
        blocked = self.slider.blockSignals(True)
        self.slider.setValue(round((value - self._low) / self._step))
        self.slider.blockSignals(blocked)
        self._show_figure()

    def _begin_gesture(self) -> None:
        self._gesture += 1
        self._changed_at = time.monotonic()

    def _changed(self) -> None:
        now = time.monotonic()
        if not self.is_dragged and now - self._changed_at > GESTURE_PAUSE_S:
            self._gesture += 1
        self._changed_at = now
        self._show_figure()
        self.value_changed.emit(self.value)

    def _reset(self) -> None:
        self.slider.setValue(round((self._start - self._low) / self._step))

    def _show_figure(self) -> None:
        self._figure.setText(self._form.format(self.value))
        self.slider.setToolTip(f"{self.name.text()} {self._figure.text()}")


class SeedField(QLineEdit):
    """A whole number that results grow from; Up and Down step it."""

    seed_changed = Signal(object)  # int up to 2**32 - 1, which is more than Qt's int holds

    def __init__(self, seed: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(str(seed), parent)
        self._seed, self._came_by_tab = seed, False
        digits = QRegularExpression("[0-9]{0,10}")
        self.setValidator(QRegularExpressionValidator(digits, self))
        self.setFixedWidth(76)
        self.setFont(theme.ui_font(13))
        self.setToolTip(self.tr("Seed: the same number always gives the same result"))
        self.setAccessibleName(self.tr("Seed"))
        self.editingFinished.connect(self._edited)

    @property
    def seed(self) -> int:
        return self._seed

    def set_seed(self, seed: int) -> None:
        """Show a seed without telling anyone."""
        self._seed = seed
        self.setText(str(seed))

    def change_seed(self, seed: int) -> None:
        """Take a seed and tell."""
        seed = max(0, min(MAX_SEED, seed))
        changed = seed != self._seed
        self.set_seed(seed)
        if changed:
            self.seed_changed.emit(seed)

    def _edited(self) -> None:
        self.change_seed(int(self.text() or self._seed))

    def keyPressEvent(self, arg__1: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(arg__1.key()))
        if step:
            self.change_seed(self._seed + step)
            return
        if arg__1.key() == Qt.Key.Key_Escape:
            self.set_seed(self._seed)  # as if nothing had been typed
        super().keyPressEvent(arg__1)
        if arg__1.key() not in (*ENTER, Qt.Key.Key_Escape):
            return
        if self._came_by_tab:
            self.focusNextChild()  # who uses the keyboard goes on from here
        else:
            self.clearFocus()  # so that Space is Generate again

    def focusInEvent(self, arg__1: QFocusEvent) -> None:
        super().focusInEvent(arg__1)
        self._came_by_tab = arg__1.reason() in BY_KEYBOARD


class ElidedLabel(QLabel):
    """One line that gives way: what does not fit is cut with dots and stands in the tooltip."""

    def __init__(self, tone: str = "", mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight):
        super().__init__()
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if tone:
            self.setProperty("tone", tone)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return QSize(width, super().sizeHint().height())

    def paintEvent(self, arg__1: QPaintEvent) -> None:
        painter = QPainter(self)
        words = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        self.setToolTip(self.text() if words != self.text() else "")
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.rect(), middle, words)

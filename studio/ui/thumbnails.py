"""A picture that can be pointed at, chosen and reached by keyboard; strip and explore use it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QToolTip, QWidget

from studio.ui import theme
from studio.ui.widgets import tip

RADIUS = 4.0
BADGE_PX = 16.0
MARK_PX = 18.0
# The keyboard comes back with the window, or from a menu: nobody has pointed at anything.
RETURNS = (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)


class Thumbnail(QAbstractButton):
    """A square picture; checked means that it is the one in the document."""

    pointed = Signal(bool)
    judged = Signal(bool)  # liked, or disliked

    def __init__(
        self, side_px: int, parent: QWidget | None = None, *, can_be_judged: bool = False
    ) -> None:
        super().__init__(parent)
        self._can_be_judged = can_be_judged
        self._opinion: bool | None = None
        self._side_px = side_px
        self._pixmap: QPixmap | None = None
        self._badge, self._is_badge_sure = "", True
        self.setCheckable(True)
        self.setFixedSize(self.sizeHint())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        """Show a picture, or with None an empty place."""
        self._pixmap = pixmap
        self.setEnabled(pixmap is not None)
        self.update()

    def show_badge(self, text: str, *, is_sure: bool = True) -> None:
        """A number in a corner, "" for none; in a ring where it is not sure to stay."""
        self._badge, self._is_badge_sure = text, is_sure
        self.update()

    def show_opinion(self, liked: bool | None) -> None:
        """A heart or a cross in the lower corner; None for neither."""
        self._opinion = liked
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._side_px, self._side_px)

    def nextCheckState(self) -> None:
        """The document decides what is checked, not the click."""

    def paintEvent(self, e: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        inner = QRectF(self.rect())
        path = QPainterPath()
        path.addRoundedRect(inner, RADIUS, RADIUS)
        painter.save()
        painter.setClipPath(path)
        painter.fillRect(inner, theme.color("document"))
        if self._pixmap is not None:
            painter.drawPixmap(inner, self._pixmap, QRectF(self._pixmap.rect()))
        painter.restore()
        marked = self.isChecked() or self.hasFocus() or self.underMouse()
        token = "text" if self.hasFocus() else "accent" if self.isChecked() else "muted"
        pen = QPen(theme.color(token if marked and self.isEnabled() else "line"))
        pen.setWidthF(2.0 if self.isChecked() or self.hasFocus() else 1.0)
        painter.setPen(pen)
        half = pen.widthF() / 2
        painter.drawRoundedRect(inner.adjusted(half, half, -half, -half), RADIUS, RADIUS)
        if self._badge:
            self._paint_badge(painter)
        for liked in (True, False):
            if self._opinion == liked or self._offers_judging:
                self._paint_mark(painter, liked)

    @property
    def _offers_judging(self) -> bool:
        return self._can_be_judged and self.isEnabled() and self.underMouse()

    def _mark_rect(self, liked: bool) -> QRectF:
        left = self.width() - (2 if liked else 1) * (MARK_PX + 3) - 1
        return QRectF(left, self.height() - MARK_PX - 4, MARK_PX, MARK_PX)

    def _paint_mark(self, painter: QPainter, liked: bool) -> None:
        place, is_set = self._mark_rect(liked), self._opinion == liked
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(theme.color("accent" if is_set else "document"))
        ground.setAlpha(255 if is_set else 200)
        painter.setBrush(ground)
        painter.drawEllipse(place)
        icon = theme.icon("heart" if liked else "close", token="accent_ink" if is_set else "text")
        icon.paint(painter, place.adjusted(3, 3, -3, -3).toRect())

    def mousePressEvent(self, e: QMouseEvent) -> None:
        """The marks are buttons of their own while the pointer is here."""
        if self._offers_judging and e.button() == Qt.MouseButton.LeftButton:
            for liked in (True, False):
                if self._mark_rect(liked).contains(e.position()):
                    self.judged.emit(liked)
                    return
        super().mousePressEvent(e)

    def _paint_badge(self, painter: QPainter) -> None:
        place = QRectF(self.width() - BADGE_PX - 4, 4, BADGE_PX, BADGE_PX)
        sure = self._is_badge_sure
        painter.setPen(QPen(theme.color("accent"), 1.5))
        painter.setBrush(theme.color("accent" if sure else "document"))
        painter.drawEllipse(place)
        painter.setPen(theme.color("accent_ink" if sure else "text"))
        painter.setFont(theme.ui_font(11))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._badge)

    def event(self, e: QEvent) -> bool:
        """Words of help come below the row or grid, so that they cover none of its pictures."""
        if isinstance(e, QHelpEvent) and e.type() == QEvent.Type.ToolTip:
            group = self.parentWidget() or self
            foot = group.mapToGlobal(group.rect().bottomLeft()).y()
            left = self.mapToGlobal(QPoint()).x()
            QToolTip.showText(QPoint(left, foot), self.words_at(e.pos()), self)
            return True
        return super().event(e)

    def words_at(self, place: QPoint) -> str:
        """What a click there does."""
        if self._offers_judging and self._mark_rect(True).contains(place):
            return tip(self.tr("Like it"), "Y")
        if self._offers_judging and self._mark_rect(False).contains(place):
            return tip(self.tr("Dislike it"), "N")
        return self.toolTip()

    def enterEvent(self, event: QEnterEvent) -> None:
        if self.isEnabled():
            self.pointed.emit(True)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit(self.hasFocus() and self.isEnabled())
        super().leaveEvent(event)

    def focusInEvent(self, e: QFocusEvent) -> None:
        """The keyboard points as the mouse does, so that Y and N mean this one."""
        super().focusInEvent(e)
        self.update()
        if self.isEnabled() and e.reason() not in RETURNS:
            self.pointed.emit(True)

    def focusOutEvent(self, e: QFocusEvent) -> None:
        super().focusOutEvent(e)
        self.update()
        if not self.underMouse():
            self.pointed.emit(False)

    def keyPressEvent(self, e: QKeyEvent) -> None:
        if e.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(e)

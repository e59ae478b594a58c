"""The look: colour tokens, palette and style sheet, type, and icons drawn in the text's colour."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from studio.core.resources import resource

TOKENS = {
    "document": "#101114",
    "ground": "#141518",
    "pane": "#1b1d21",
    "raised": "#24272d",
    "hover": "#2b2f36",
    "line": "#2e3239",
    "edge": "#3a3f48",
    "text": "#e7e9ec",
    "muted": "#98a0ab",
    "faint": "#5f6772",
    "accent": "#f2a23a",
    "accent_hover": "#f7b257",
    "accent_ink": "#1a1206",
    "accent_wash": "#2d261b",
    "good": "#6cc08b",
    "caution": "#e2b04a",
    "bad": "#e06c5f",
    "melody": "#f2a23a",
    "chords": "#4db6ac",
    "bass": "#9a86e0",
    "drums": "#e0786b",
}
TOP_PX, BAR_PX, STRIP_PX, STATUS_PX, RAIL_PX, INSPECTOR_PX = 28, 48, 112, 26, 56, 304
CONTROL_PX = 28
ICON_SIZES = (16, 18, 20, 24, 32, 36, 40, 48, 60)
FACES = ("Inter", "Segoe UI Variable", "Segoe UI", "SF Pro Text", "Cantarell", "Noto Sans")


def color(token: str, alpha: float = 1.0) -> QColor:
    """A token as a QColor, alpha 0 to 1."""
    found = QColor(TOKENS[token])
    found.setAlphaF(alpha)
    return found


def apply_theme(app: QApplication) -> None:
    """Give the application the studio's style, palette, font and style sheet."""
    app.setStyle("Fusion")
    app.setPalette(_palette())
    app.setFont(ui_font(13))
    app.setStyleSheet(_style_sheet())


def ui_font(size_px: int, *, strong: bool = False) -> QFont:
    """The interface face at a size in px, with figures of equal width."""
    have = set(QFontDatabase.families())
    font = QFont(next((face for face in FACES if face in have), QApplication.font().family()))
    font.setPixelSize(size_px)
    font.setFeature(QFont.Tag("tnum"), 1)
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def icon(name: str, *, token: str = "text", active: str = "") -> QIcon:
    """An icon of resources/icons; active is the token of its checked and selected state."""
    svg = resource("icons", f"{name}.svg").read_bytes()
    made = QIcon()
    for size in ICON_SIZES:
        made.addPixmap(_render(svg, token, size))
        made.addPixmap(_render(svg, "faint", size), QIcon.Mode.Disabled)
        if active:
            made.addPixmap(_render(svg, active, size), QIcon.Mode.Normal, QIcon.State.On)
    return made


def icon_pixmap(name: str, size_px: int, token: str, ratio: float = 1.0) -> QPixmap:
    """One icon as a pixmap of size_px logical pixels."""
    pixmap = _render(resource("icons", f"{name}.svg").read_bytes(), token, round(size_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _render(svg: bytes, token: str, size_px: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.replace(b"currentColor", TOKENS[token].encode())))
    pixmap = QPixmap(QSize(size_px, size_px))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return pixmap


def _palette() -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for which, token in (
        (role.Window, "ground"),
        (role.WindowText, "text"),
        (role.Base, "document"),
        (role.AlternateBase, "pane"),
        (role.Text, "text"),
        (role.PlaceholderText, "muted"),
        (role.Button, "raised"),
        (role.ButtonText, "text"),
        (role.BrightText, "accent"),
        (role.ToolTipBase, "raised"),
        (role.ToolTipText, "text"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "accent_ink"),
        (role.Link, "accent"),
        (role.Light, "line"),
        (role.Midlight, "line"),
        (role.Mid, "line"),
        (role.Dark, "ground"),
        (role.Shadow, "document"),
        (role.Accent, "accent"),
    ):
        palette.setColor(which, color(token))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, color("faint"))
    return palette


def _style_sheet() -> str:
    """The style sheet from resources/, its {tokens} filled in."""
    text = resource("theme.qss").read_text(encoding="utf-8")
    pictures = {"chevron": "chevron-down.muted", "tick": "tick.ink", "check": "check.accent"}
    paths = {name: resource("icons", f"{file}.svg").as_posix() for name, file in pictures.items()}
    for name, value in {**TOKENS, **paths}.items():
        text = text.replace(f"@{name}@", value)
    return text

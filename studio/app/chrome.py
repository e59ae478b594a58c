"""The frame of the window: where rail, pages and status lie; the names in the corners."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QMenuBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.core.kind import MediumKind
from studio.ui import theme
from studio.ui.latent_panel import LatentPanel
from studio.ui.notice import Notice
from studio.ui.overlay import MessageLine
from studio.ui.rail import Place, Rail
from studio.ui.training_page import FORM_PX, TrainingPage
from studio.ui.widgets import label

SMALLEST_PX = (1000, 600)
USUAL_PX = (1280, 800)


def make_rail(kinds: Sequence[MediumKind]) -> tuple[Rail, list[Place]]:
    """The rail, and the places on it that the View menu lists."""
    panels = [
        Place(kind.name, kind.title, kind.icon, f"Alt+{number}")
        for number, kind in enumerate(kinds, start=1)
    ]
    train = Place("train", _tr("Train"), "train", f"Alt+{len(panels) + 1}")
    settings = Place("settings", _tr("Settings"), "settings", "Ctrl+,")
    return Rail(panels, [train], [settings]), [*panels, train]


def lay_out(window: QMainWindow, rail: QWidget, pages: QWidget, status: QWidget) -> None:
    """Rail on the left, the pages beside it, the status at the foot."""
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(rail)
    row.addWidget(pages, 1)
    centre = QWidget()
    column = QVBoxLayout(centre)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addLayout(row, 1)
    column.addWidget(status)
    window.setCentralWidget(centre)
    window.setMinimumSize(*SMALLEST_PX)
    window.resize(*USUAL_PX)


def make_overlays(pages: QWidget) -> tuple[MessageLine, Notice]:
    """What lies over the pages: messages and questions."""
    return MessageLine(pages), Notice(pages)


def place_overlays(message: MessageLine, notice: Notice, page: QWidget | None) -> None:
    """On top, and a question where it covers nothing that a person works with on this page."""
    if isinstance(page, LatentPanel):
        notice.stand(top_px=theme.BAR_PX, right_px=theme.INSPECTOR_PX)
        message.stand(right_px=theme.INSPECTOR_PX)
    else:
        form_px = FORM_PX if isinstance(page, TrainingPage) else 0
        notice.stand(left_px=form_px, at_foot=True)
        message.stand()
    for over in (notice, message):
        over.raise_()


def make_top(window: QMainWindow) -> tuple[QMenuBar, QLabel]:
    """The studio's name, the menus, the project's name; returns the menu bar and the last."""
    top = QFrame()
    top.setObjectName("top")
    top.setFixedHeight(theme.TOP_PX)
    name, project, menus = label("Atelier"), label("", "label"), QMenuBar()
    name.setFont(theme.ui_font(13, strong=True))
    menus.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    row = QHBoxLayout(top)
    row.setContentsMargins(14, 0, 14, 1)
    row.setSpacing(10)
    middle = Qt.AlignmentFlag.AlignVCenter
    row.addWidget(name, 0, middle)
    row.addWidget(menus, 1, middle)
    row.addWidget(project, 0, middle)
    window.setMenuWidget(top)
    return menus, project


def _tr(text: str) -> str:
    return QCoreApplication.translate("Rail", text)

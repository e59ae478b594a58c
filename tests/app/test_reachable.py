"""Every control can be reached and understood without a mouse: Tab, a name, a tooltip."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QSlider, QSpinBox, QWidget

from studio import media

CONTROLS = (QAbstractButton, QSlider, QLineEdit, QComboBox, QSpinBox)
PAGES = [*(kind.name for kind in media.kinds()), "train", "settings"]


def name_of(control: QWidget) -> str:
    text = control.text() if isinstance(control, QAbstractButton) else ""
    return control.accessibleName() or text


def inner(control: QWidget) -> bool:
    """Parts of Qt's own controls, as the field in a spin box."""
    parent = control.parentWidget()
    return control.objectName().startswith("qt_") or isinstance(parent, (QComboBox, QSpinBox))


@pytest.mark.parametrize("page", PAGES)
def test_every_control_takes_the_keyboard_and_has_a_name_and_a_tooltip(window, page):
    shown = window.pages.show_page(page)
    controls = [one for kind in CONTROLS for one in shown.findChildren(kind) if not inner(one)]
    assert len(controls) > 3
    wrong = []
    for one in controls:
        tabbed = bool(one.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
        tipped = bool(one.toolTip() or (one.parentWidget() and one.parentWidget().toolTip()))
        if not (tabbed and name_of(one) and tipped):
            wrong.append((type(one).__name__, name_of(one), tabbed, one.toolTip()))
    assert not wrong


def test_the_sheet_of_shortcuts_shows_every_verb(window):
    for kind in media.kinds():
        window.show_page(kind.name)
        rows = [text for _, rows in window.menus.shortcuts() for text, _ in rows]
        for verb in ("Generate", "Vary", "Breed", "Morph", "For you", "Re-roll the rest", "Like it",
                     "Dislike it", "Undo", "History of results", "Reset the sliders"):  # fmt: skip
            assert verb in rows

"""What leaves by dragging: slow formats are written on the worker, with the settings of now."""

import threading

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from studio.core.errors import StudioError
from studio.core.kind import Exporter


class SlowWriter:
    """Writes once it may, and remembers where it ran and what it was told."""

    def __init__(self):
        self.gate, self.told, self.threads = threading.Event(), [], []

    def __call__(self, document, path, soundfont=""):
        self.threads.append(threading.current_thread())
        self.told.append(soundfont)
        assert self.gate.wait(5)
        path.write_bytes(b"sound")


@pytest.fixture
def writer():
    writer = SlowWriter()
    yield writer
    writer.gate.set()


@pytest.fixture
def button(qtbot, panel, monkeypatch):
    panel.start()
    qtbot.waitUntil(lambda: panel.has_result)
    panel.drag_out.carried = []
    monkeypatch.setattr(
        panel.drag_out, "_carry", lambda path, _: panel.drag_out.carried.append(path)
    )
    return panel.drag_out


def press(button, kind):
    at = QPointF(5, 5)
    left = Qt.MouseButton.LeftButton
    event = QMouseEvent(kind, at, button.mapToGlobal(at), left, left, Qt.KeyboardModifier(0))
    if kind == QEvent.Type.MouseButtonPress:
        button.mousePressEvent(event)
    else:
        button.mouseReleaseEvent(event)


@pytest.fixture
def slow(writer):
    return Exporter("Sound", ".wav", writer, ("soundfont",), is_slow=True)


def test_while_the_button_is_held_the_drag_begins_when_the_file_is_there(
    qtbot, button, slow, writer, context
):
    press(button, QEvent.Type.MouseButtonPress)
    button.drag(slow)
    button.drag(slow)  # asked again: still the same file
    assert button.carried == [] and "Keep holding" in context.said[0]
    writer.gate.set()
    qtbot.waitUntil(lambda: len(button.carried) == 1)
    assert button.carried[0].read_bytes() == b"sound" and len(writer.threads) == 1
    assert writer.threads[0] is not threading.main_thread()


def test_a_button_let_go_gets_a_word_and_then_drags_at_once(qtbot, button, slow, writer, context):
    press(button, QEvent.Type.MouseButtonPress)
    button.drag(slow)
    press(button, QEvent.Type.MouseButtonRelease)
    writer.gate.set()
    qtbot.waitUntil(lambda: context.said[-1].endswith(".wav is ready: drag it out."))
    assert button.carried == []
    button.drag(slow)
    assert len(button.carried) == 1 and len(writer.threads) == 1


@pytest.mark.parametrize("is_slow", [False, True])
def test_a_copy_is_dragged_and_said_once(qtbot, button, context, monkeypatch, is_slow):
    threads = []

    def is_copy_of(*words):
        threads.append(threading.current_thread())
        return True

    monkeypatch.setattr(context.copies, "is_copy_of", is_copy_of)
    exporter = Exporter("Grey", ".grey", lambda document, path: path.touch(), is_slow=is_slow)
    press(button, QEvent.Type.MouseButtonPress)
    button.drag(exporter)
    qtbot.waitUntil(lambda: len(button.carried) == 1 and "publish" in "".join(context.said[-1:]))
    name = button.carried[0].name
    assert context.said[-1] == (
        f"{name}: It is nearly one of the files that the model learnt from: look before you "
        "publish it."
    )
    button.drag(exporter)
    assert len(button.carried) == 2 and len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_another_soundfont_is_another_file(qtbot, button, slow, writer, context):
    writer.gate.set()
    first = button.written_file(slow)
    assert button.written_file(slow) == first
    context.change_settings(soundfont="other.sf2")
    assert button.written_file(slow) != first
    assert writer.told == ["", "other.sf2"]


def test_what_cannot_be_written_is_said_and_can_be_tried_again(qtbot, button, context):
    def refuse(document, path):
        raise StudioError("There is no SoundFont.")

    broken = Exporter("Sound", ".wav", refuse, is_slow=True)
    for tries in (1, 2):
        button.drag(broken)
        qtbot.waitUntil(lambda n=tries: context.said.count("There is no SoundFont.") == n)
    assert button.carried == []

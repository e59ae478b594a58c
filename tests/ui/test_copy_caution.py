"""A sign before anything is exported: the result is nearly a training file."""

import pytest

from studio.core.errors import StudioError


@pytest.fixture
def asked(monkeypatch, context):
    """What the copy check is asked; grey 77 is a copy, grey 78 a damaged model."""
    seen = []

    def is_copy_of(kind, places, document):
        seen.append(document)
        if document.grey == 78:
            raise StudioError("The fingerprints are damaged.")
        return document.grey == 77

    monkeypatch.setattr(context.copies, "is_copy_of", is_copy_of)
    return seen


def test_the_sign_comes_with_a_copy_and_goes_with_the_next_result(qtbot, asked, panel, context):
    panel.start()
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    panel.show()
    caution = panel.bar.caution
    assert caution.isHidden()
    panel.bar.seed.change_seed(77)
    qtbot.waitUntil(lambda: not caution.isHidden(), timeout=5000)
    caution.click()
    assert "learnt from" in context.said[-1]
    panel.bar.seed.change_seed(3)
    qtbot.waitUntil(caution.isHidden, timeout=5000)


def test_what_cannot_be_told_disturbs_nobody(qtbot, asked, panel, context):
    panel.start()
    qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    panel.bar.seed.change_seed(78)
    qtbot.waitUntil(lambda: asked[-1].grey == 78, timeout=5000)
    qtbot.wait(50)
    assert panel.bar.caution.isHidden()
    assert not any("damaged" in str(one) for one in context.said)


def test_a_drag_asks_once_at_its_end(qtbot, asked, panel):
    panel.start()
    qtbot.waitUntil(lambda: len(asked) == 1, timeout=5000)
    for value in range(20, 40):
        panel.bar.variety.slider.setValue(value)
    qtbot.waitUntil(lambda: len(asked) == 2, timeout=5000)
    assert asked[-1] == panel.history.value

"""A question over the page: moves nothing, is reached and left by keyboard."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.ui.notice import Notice


@pytest.fixture
def page(qtbot, themed):
    page = QWidget()
    page.field, page.document = QLineEdit(), QLabel("document")
    column = QVBoxLayout(page)
    column.addWidget(page.field)
    column.addWidget(page.document, 1)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    qtbot.waitUntil(page.isActiveWindow)
    return page


def answers(notice):
    return [one for one in notice.findChildren(QPushButton) if one.text()]


def test_nothing_moves_when_it_appears_and_its_answers_act(page):
    notice, given = Notice(page), []
    notice.stand(top_px=48, right_px=300)
    before = page.document.geometry()
    notice.ask("Bring it back?", {"Yes": lambda: given.append(1), "No": lambda: given.append(0)})
    assert notice.isVisible() and page.document.geometry() == before
    assert notice.geometry().top() >= 48 and notice.geometry().right() <= 600
    answers(notice)[1].click()
    assert given == [0] and notice.isHidden()
    notice.ask("Again?", {"Yes": lambda: given.append(1)})
    assert [one.text() for one in answers(notice)] == ["Yes"], "old answers are gone"


def test_it_goes_where_it_is_told_to_while_it_asks(page):
    notice = Notice(page)
    notice.ask("Bring it back?", {"Yes": lambda: None})
    at_head = notice.geometry()
    assert at_head.top() < 20
    notice.stand(left_px=300, at_foot=True)
    there = notice.geometry()
    assert there.size() == at_head.size() and there.left() >= 300 and there.bottom() > 580
    middle = (300 + page.width()) / 2
    assert abs(there.center().x() - middle) <= 1


def test_it_takes_the_keyboard_when_it_is_told_to_and_gives_it_back(page):
    notice = Notice(page)
    assert not notice.go(), "nothing to answer"
    page.field.setFocus()
    notice.ask("Bring it back?", {"Yes": lambda: None, "No": lambda: None})
    assert page.field.hasFocus(), "typing goes on"
    assert notice.go() and answers(notice)[0].hasFocus()
    assert notice.go(), "a second time it stays there"
    QTest.keyClick(answers(notice)[0], Qt.Key.Key_Escape)
    assert notice.isHidden() and page.field.hasFocus()


def test_a_narrow_page_shows_every_word_and_button(page):
    notice = Notice(page)
    notice.stand(at_foot=True)
    words = "Atelier ended without saving. What you were making is still here."
    notice.ask(words, {"Bring it back": lambda: None, "Throw it away": lambda: None})
    page.resize(420, 300)
    QApplication.processEvents()
    assert page.rect().contains(notice.geometry()) and notice.geometry().bottom() > 280
    [question] = [one for one in notice.findChildren(QLabel) if one.text() == words]
    assert question.height() >= question.heightForWidth(question.width())
    for one in answers(notice):
        there = QRect(one.mapTo(notice, QPoint()), one.size())
        assert notice.rect().contains(there) and one.width() >= one.sizeHint().width()

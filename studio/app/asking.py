"""A question over the whole window, with answers that say what they do."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QCheckBox, QMessageBox, QWidget

Answers = Mapping[str, Callable[[bool], object]]


def ask(over: QWidget, text: str, more: str, answers: Answers, choice: str = "") -> None:
    """Ask; the first answer is what Return takes, and Cancel does nothing.

    An answer is told whether the choice, a box that can be ticked, was ticked.
    """
    question = QMessageBox(over)
    question.setWindowTitle("Atelier")
    question.setText(text)
    question.setInformativeText(more)
    role = QMessageBox.ButtonRole
    buttons = {
        question.addButton(words, role.DestructiveRole if number else role.AcceptRole): answer
        for number, (words, answer) in enumerate(answers.items())
    }
    question.setDefaultButton(next(iter(buttons)))
    question.addButton(question.tr("Cancel"), role.RejectRole)
    box = QCheckBox(choice)
    if choice:
        question.setCheckBox(box)

    def answered() -> None:
        answer = buttons.get(question.clickedButton())  # type: ignore[call-overload]
        is_ticked = box.isChecked()
        question.deleteLater()
        if answer is not None:
            answer(is_ticked)

    question.finished.connect(answered)
    question.open()

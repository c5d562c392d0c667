"""One question over a dialog, before something is lost."""

from collections.abc import Callable

from PySide6.QtCore import Qt

from ss_admin.desktop.api_keys.column import Column
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["ask"]

_WIDTH = 440


def ask(dialog: Dialog, *, name: str, heading: str, text: str, yes: str, no: str, then: Callable[[], None]) -> None:
    """Asks once, without waiting; does `then` if the answer is `yes`. The harmless answer is the default."""
    if any(asked.isVisible() for asked in dialog.findChildren(Dialog, name)):
        return
    question = Dialog(
        dialog, theme=dialog.theme, name=name, heading=heading, primary=yes, cancel=no, kind="danger", width=_WIDTH
    )
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    Column.within(question, _WIDTH).rows.addWidget(wrapped_label(text))
    question.primary_button.clicked.connect(question.accept)
    for choice in (question.primary_button, question.cancel_button):
        choice.setAutoDefault(True)  # Enter presses the one that has the focus
    question.cancel_button.setDefault(True)
    question.cancel_button.setFocus()
    question.accepted.connect(then)
    question.open()

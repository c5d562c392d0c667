"""Signing in again, over the window, after the session has ended: what is on the screen stays as it is."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from ss_admin.client.errors import ClientError
from ss_admin.desktop.sign_in.form import SignInForm
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["SignInAgainDialog"]


class SignInAgainDialog(Dialog):
    """The form in a dialog over everything else, also over another dialog. It can be put off, nothing is lost."""

    def __init__(self, parent: QWidget | None, *, theme: Theme) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="signInAgain",
            heading="Your session has ended",
            primary="Sign in",
            cancel="Not now",
            width=440,
        )
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.form = SignInForm(theme=theme)
        self.form.sign_in_button.hide()
        self.body.setContentsMargins(24, 4, 24, 4)  # the form ends with air of its own
        self.primary_button.clicked.connect(self.form.submit)
        self.form.submitted.connect(self._submitted)
        self.body.addWidget(wrapped_label("Sign in again to go on where you are. Nothing you typed is lost.", "dimmed"))
        self.body.addWidget(self.form)

    def open_over_all(self) -> None:
        """Comes up over every other window of the app."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.form.focus_first_empty()

    def show_error(self, error: ClientError) -> None:
        """Says what went wrong at the field that it concerns."""
        self.primary_button.setEnabled(True)
        self.form.show_error(error)

    def _submitted(self, _credentials: object) -> None:
        self.primary_button.setEnabled(False)

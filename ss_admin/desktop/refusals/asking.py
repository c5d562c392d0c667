"""Opens “Why was a call refused?” over the window, one at a time."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.client.refusals import RefusalsClient
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.refusals.dialog import RefusalDialog
from ss_admin.desktop.theme.theme import Theme

__all__ = ["RefusalAsking"]


class RefusalAsking(QObject):
    """`key_opened` carries the id of a key that is to be opened, `failed` a `ClientError` that concerns the window."""

    key_opened = Signal(str)
    failed = Signal(object)

    def __init__(
        self, refusals: RefusalsClient, window: QWidget, *, background: Background, clipboard: Clipboard, theme: Theme
    ) -> None:
        super().__init__(window)
        self._refusals = refusals
        self._window = window
        self._background = background
        self._clipboard = clipboard
        self._theme = theme
        self.dialog: RefusalDialog | None = None

    def open(self) -> None:
        """Opens the dialog with an empty box; the one that is open already comes to the front."""
        if self.dialog is not None:
            self.dialog.activateWindow()
            return
        dialog = RefusalDialog(
            self._window,
            refusals=self._refusals,
            background=self._background,
            clipboard=self._clipboard,
            theme=self._theme,
        )
        dialog.key_opened.connect(self.key_opened)
        dialog.failed.connect(self.failed)
        dialog.finished.connect(self._on_finished)
        self.dialog = dialog
        dialog.open()

    def _on_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
        self.dialog = None

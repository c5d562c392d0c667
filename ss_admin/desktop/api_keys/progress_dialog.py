"""Shows how far a bulk action got, and lets it be stopped."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QProgressBar, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["BulkProgressDialog"]


class BulkProgressDialog(Dialog):
    """Appears once an action has taken 300 ms. “Stop” and Escape emit `stop_requested`; `end()` takes it away."""

    stop_requested = Signal()

    def __init__(self, parent: QWidget, *, theme: Theme, heading: str, words: str) -> None:
        super().__init__(
            parent, theme=theme, name="apiKeysProgress", heading=heading, primary="", cancel="Stop", width=440
        )
        self._words = wrapped_label(words)
        self._bar = QProgressBar()
        self._bar.setObjectName("apiKeysProgress.bar")
        self._bar.setAccessibleName(heading)
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self.body.addWidget(self._words)
        self.body.addWidget(self._bar)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self.open)
        self._patience.start()

    @property
    def words(self) -> str:
        """How far it got, in words."""
        return self._words.text()

    def show_progress(self, settled: int, total: int, words: str) -> None:
        """`settled` of `total` are done."""
        self._bar.setRange(0, max(1, total))
        self._bar.setValue(settled)
        self._words.setText(words)

    def reject(self) -> None:
        """Asks to stop; the dialog stays until what is under way has ended."""
        self.cancel_button.setEnabled(False)
        self.cancel_button.setText("Stopping…")
        self.stop_requested.emit()

    def end(self) -> None:
        """The action is over."""
        self._patience.stop()
        super().reject()
        self.deleteLater()

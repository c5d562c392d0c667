"""A search field: searches as you type, after a short rest; Escape clears it."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["SearchField"]

_REST_MS = 200


class SearchField(QLineEdit):
    """A line with a magnifying glass. `searched` carries the trimmed text once typing rests, at once on Enter."""

    searched = Signal(str)

    def __init__(self, placeholder: str, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setProperty("role", "search")
        self._last = ""
        glass = self.addAction(
            theme.icon("ph.magnifying-glass", "text_dimmed"), QLineEdit.ActionPosition.LeadingPosition
        )
        glass.setEnabled(True)
        self._clear = self.addAction(theme.icon("ph.x", "text_dimmed"), QLineEdit.ActionPosition.TrailingPosition)
        self._clear.setToolTip("Clear search")
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear)
        for tool in self.findChildren(QToolButton):
            tool.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._search)
        self.textChanged.connect(self._wait)
        self.returnPressed.connect(self._search)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def _wait(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._rest.start(_REST_MS if text else 0)

    def _search(self) -> None:
        self._rest.stop()
        text = self.text().strip()
        if text != self._last:
            self._last = text
            self.searched.emit(text)

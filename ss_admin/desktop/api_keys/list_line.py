"""The line at the end of the filter bar: how many keys match, how many are checked, and whether that is up to date."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["ListLine"]


class ListLine(QWidget):
    """“250 keys” or “3 of 250 checked”, “Out of date” while the backend is away, and the refresh button."""

    refresh_requested = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = words("", "dimmed")
        self._count.setObjectName("apiKeys.count")
        self._stale_icon = IconLabel("ph.warning", "warning_fg", theme=theme, size=16)
        self._stale = words("Out of date", "body")
        self._stale.setObjectName("apiKeys.stale")
        self._stale.setToolTip("The backend cannot be reached. This is what it last said.")
        self.refresh_button = IconButton(
            "ph.arrows-clockwise", "Refresh (F5)", name="apiKeys.refresh", theme=theme, outlined=True
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.s)
        for part in (self._stale_icon, self._stale, self._count, self.refresh_button):
            row.addWidget(part)
        self.refresh_button.clicked.connect(self.refresh_requested)
        self.set_stale(False)

    @property
    def text(self) -> str:
        """The count in words."""
        return self._count.text()

    @property
    def is_stale(self) -> bool:
        """Whether the list is marked as out of date."""
        return not self._stale.isHidden()

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as out of date, or as fresh."""
        self._stale_icon.setVisible(stale)
        self._stale.setVisible(stale)

    def show_counts(self, total: int, checked: int) -> None:
        """`checked` of `total` keys that match are checked."""
        keys = "1 key" if total == 1 else f"{total:,} keys"
        self._count.setText(f"{checked:,} checked of {keys}" if checked else keys)

"""The line under the list: how many keys match and are checked, how far a change has come, and what is out of date."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.following_mark import FollowingMark
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.stale_mark import StaleMark

__all__ = ["ListLine"]

_HEIGHT = 38


class ListLine(QWidget):
    """“250 keys” or “250 keys, 3 checked”, and “May be out of date” while the backend is away."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count = words("", "dimmed")
        self._count.setObjectName("apiKeys.count")
        self.following = FollowingMark(theme=theme)
        self._stale = StaleMark(theme=theme, name="apiKeys.stale")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(16)
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.following, 20)
        row.addWidget(self._stale)
        self.setFixedHeight(_HEIGHT)

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
        self._stale.setVisible(stale)

    def show_counts(self, total: int, checked: int) -> None:
        """`total` keys match, `checked` are checked (some of which may not match)."""
        keys = "1 key" if total == 1 else f"{total:,} keys"
        self._count.setText(f"{keys}, {checked:,} checked" if checked else keys)

"""The bar over the list: search as you type, the three filters, what clears them, and refresh."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ss_admin.client.accounts import AccountsClient
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.documents import SEARCH_MAX_CHARACTERS
from ss_admin.desktop.api_keys.people.user_filter import UserFilter
from ss_admin.desktop.api_keys.table.list_filter import EXPIRY_CHOICES, STATUS_CHOICES, AttentionChoice, ListFilter
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton, button
from ss_admin.desktop.widgets.choosing.filter_button import ChoiceFilter
from ss_admin.desktop.widgets.search_field import SearchField

__all__ = ["FilterBar"]


class FilterBar(QWidget):
    """Emits `changed` with the `ListFilter` in force. A whole API key pasted into the search is masked at once."""

    changed = Signal(object)
    failed = Signal(object)
    refresh_requested = Signal()

    def __init__(
        self, accounts: AccountsClient, background: Background, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._filter = ListFilter()
        self._told_apart = True
        self._attention: AttentionChoice | None = None
        self.search = SearchField("Search by name, user or key", theme=theme, name="apiKeys.search")
        self.search.setToolTip("Ctrl+F")
        self.search.setMaxLength(SEARCH_MAX_CHARACTERS)
        self.search.setMinimumWidth(140)
        self.search.setMaximumWidth(320)
        self.status = ChoiceFilter("Status", STATUS_CHOICES, name="apiKeys.statusFilter", theme=theme)
        self.expiry = ChoiceFilter("Expiry", EXPIRY_CHOICES, name="apiKeys.expiryFilter", theme=theme)
        self.user = UserFilter(accounts, background, name="apiKeys.userFilter", theme=theme)
        self.clear_button = button("Clear filters", "plain", name="apiKeys.clearFilters")
        self.clear_button.hide()
        self.refresh_button = IconButton(
            "ph.arrows-clockwise", "Refresh (F5)", name="apiKeys.refresh", theme=theme, outlined=True
        )
        self._lay_out(theme.tokens.s)
        for control in (self.status, self.expiry, self.user):
            control.chosen.connect(self._tell)
        self.search.textChanged.connect(self._mask)
        self.search.searched.connect(self._tell)
        self.user.failed.connect(self.failed)
        self.clear_button.clicked.connect(self.clear)
        self.refresh_button.clicked.connect(self.refresh_requested)

    @property
    def filter(self) -> ListFilter:
        """The filter in force."""
        return self._filter

    def clear(self) -> None:
        """Shows every key again."""
        self._told_apart = False
        self.search.clear()
        self.status.choose(frozenset())
        self.expiry.choose(frozenset())
        self.user.choose(None)
        self._attention = None
        self._told_apart = True
        self._tell()
        self.search.setFocus()

    def choose_attention(self, choice: AttentionChoice | None) -> None:
        """Narrows the list down to keys that need attention as well, or no more; the other filters stay."""
        self._attention = choice
        self._tell()

    def _lay_out(self, spacing: int) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing)
        row.addWidget(self.search, 1)
        for control in (self.status, self.expiry, self.user, self.clear_button):
            row.addWidget(control)
        row.addStretch()
        row.addWidget(self.refresh_button)

    def _mask(self, text: str) -> None:
        masked = mask_api_keys_within(text)
        if masked != text:
            self.search.setText(masked)  # which also empties the field's undo history

    def _tell(self) -> None:
        if not self._told_apart:
            return
        search = mask_api_keys_within(self.search.text().strip())
        chosen = ListFilter(search, self.status.values, self.expiry.values, self.user.choice, self._attention)
        self.clear_button.setVisible(not chosen.is_empty)
        if chosen != self._filter:
            self._filter = chosen
            self.changed.emit(chosen)

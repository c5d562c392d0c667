"""The card that holds the list and counts it, or says why there is nothing to list."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QStackedWidget, QVBoxLayout, QWidget

from ss_admin.desktop.api_keys.table.list_filter import ListFilter
from ss_admin.desktop.api_keys.table.list_line import ListLine
from ss_admin.desktop.api_keys.table.table_view import ApiKeyTableView
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.labels import line

__all__ = ["ListCard"]

_LEAST_TABLE = 110
"""The header and a row, where others want the room; Qt would ask for that of the tallest of the three."""

_FIRST_KEY = (
    "An API key lets an external application call your rule chains without a user’s password. Create one for each "
    "application, so that it can be limited, watched and shut off by itself."
)

_DELETED = " Deleted keys are not in the list; “Details” above shows what is known of them."


class ListCard(QFrame):
    """Shows the table, “No API keys yet”, or which filter it is that nothing matches."""

    create_requested = Signal()
    clear_requested = Signal()

    def __init__(self, table: ApiKeyTableView, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self._table = table
        self.stripe = ProgressStripe(theme=theme)
        self.line = ListLine(theme=theme)
        self.empty = EmptyState(
            "ph.key", "No API keys yet", _FIRST_KEY, "Create new API key", theme=theme, name="apiKeys.empty"
        )
        self.no_match = EmptyState(
            "ph.magnifying-glass",
            "No API key matches",
            "Nothing matches the filter.",
            "Clear filters",
            theme=theme,
            action_kind="standard",
            name="apiKeys.noMatch",
        )
        self._stack = QStackedWidget()
        for shown in (table, self.empty, self.no_match):
            self._stack.addWidget(shown)
        self._stack.setMinimumHeight(_LEAST_TABLE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.stripe)
        layout.addWidget(self._stack)
        layout.addWidget(line())
        layout.addWidget(self.line)
        self.empty.acted.connect(self.create_requested)
        self.no_match.acted.connect(self.clear_requested)

    def show_busy(self, busy: bool) -> None:
        """Runs the stripe once something takes longer than 300 ms."""
        if busy:
            self.stripe.start()
        else:
            self.stripe.stop()

    def show_total(self, total: int, chosen: ListFilter) -> None:
        """`total` keys match `chosen`."""
        if total:
            self._turn_to(self._table)
        elif chosen.is_empty:
            self._turn_to(self.empty)
        else:
            text = f"Nothing matches {chosen.words()}.{_DELETED if chosen.attention else ''}"
            self.no_match.say("ph.magnifying-glass", "No API key matches", text, "Clear filters")
            self._turn_to(self.no_match)

    def _turn_to(self, shown: QWidget) -> None:
        self._stack.setMinimumHeight(_LEAST_TABLE if shown is self._table else 0)
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)

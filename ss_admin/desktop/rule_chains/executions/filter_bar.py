"""The filters over the list of executions: outcome, API key and time, and what clears them."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.contract.api_keys import ApiKey, ApiKeyPage, ApiKeySort
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.rule_chains.executions.execution_filter import OUTCOME_WORDS, ExecutionFilter
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.choosing.one_of_filter import OneOfFilter
from ss_admin.desktop.widgets.choosing.period import Period
from ss_admin.desktop.widgets.choosing.search_filter import FilterWords, SearchFilter
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows
from ss_admin.desktop.widgets.choosing.time_filter import TimeFilter
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate

__all__ = ["FilterBar"]

_PAGE_SIZE = 50
_KEY_WORDS = FilterWords(
    label="API key",
    heading="Choose an API key",
    placeholder="Search API keys",
    items="API keys",
    everything="Any API key",
    nothing="No API key",
    subject="The API keys",
)


class FilterBar(QWidget):
    """Emits `changed` with the `ExecutionFilter` in force."""

    changed = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        api_keys: ApiKeysClient,
        background: Background,
        *,
        theme: Theme,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._filter = ExecutionFilter()
        self._is_clearing = False
        outcomes: dict[ExecutionOutcome | None, str] = {None: "All"}
        outcomes.update((outcome, word) for outcome, word in OUTCOME_WORDS.items())
        self.outcome = OneOfFilter("Outcome", outcomes, name="executions.outcomeFilter", theme=theme)
        self.api_key = SearchFilter(
            _find_keys(api_keys, background), _KeyDelegate(theme), _KEY_WORDS, name="executions.keyFilter", theme=theme
        )
        self.time = TimeFilter(theme=theme, clock=clock, name="executions")
        self.clear_button = button("Clear filters", "plain", name="executions.clearFilters")
        self.clear_button.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.tokens.s)
        for control in (self.outcome, self.api_key, self.time, self.clear_button):
            row.addWidget(control)
        for filter_ in (self.outcome, self.api_key, self.time):
            filter_.chosen.connect(self._tell)
        self.api_key.failed.connect(self.failed)
        self.clear_button.clicked.connect(self.clear)

    @property
    def filter(self) -> ExecutionFilter:
        """The filter in force."""
        return self._filter

    def clear(self) -> None:
        """Shows every execution again."""
        self._is_clearing = True
        self.outcome.choose(None)
        self.api_key.choose(None)
        self.time.choose_period(Period())
        self._is_clearing = False
        self._tell()
        self.outcome.setFocus()

    def _tell(self) -> None:
        chosen = ExecutionFilter(self.outcome.value, self.api_key.choice, self.time.period)
        if self._is_clearing or chosen == self._filter:
            return
        self._filter = chosen
        self.clear_button.setVisible(not chosen.is_empty)
        self.changed.emit(chosen)


class _KeyDelegate(TwoLineDelegate):
    """A key's name, below it the masked key and whose it is."""

    @override
    def lines(self, item: ApiKey) -> tuple[str, str]:
        return item.name, f"{item.masked_key} · {item.user.name}"


def _find_keys(api_keys: ApiKeysClient, background: Background) -> SearchRows:
    def spoken(key: ApiKey) -> str:
        return f"{key.name}, {key.masked_key}, {key.user.name}"

    def find(text: str, cursor: str | None) -> ApiKeyPage:
        query = ApiKeyQuery(search=text, sort=ApiKeySort.NAME, descending=False)
        return api_keys.list_page(query, limit=_PAGE_SIZE, cursor=cursor)

    return SearchRows(find, spoken, background)

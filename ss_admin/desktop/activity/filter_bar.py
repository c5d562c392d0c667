"""The filters over the audit trail: person, key or chain, action and time, and what clears them."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget
from superqt.utils import QFlowLayout
from typing_extensions import override

from ss_admin.client.activity import ActivityClient
from ss_admin.contract.activity import ActivityObject, ActivityObjectPage, ActivityPerson
from ss_admin.desktop.activity.action_choices import ActionChoice, find_actions
from ss_admin.desktop.activity.activity_filter import ActivityFilter
from ss_admin.desktop.activity.cells import name_and_key
from ss_admin.desktop.activity_words import ACTION_WORDS
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.choosing.period import ANY_TIME
from ss_admin.desktop.widgets.choosing.search_filter import FilterWords, SearchFilter
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows
from ss_admin.desktop.widgets.choosing.time_filter import TimeFilter
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate

__all__ = ["FilterBar"]

_PAGE_SIZE = 50
_PERSON_WORDS = FilterWords(
    label="Person",
    heading="Choose a person",
    placeholder="Search people",
    items="People",
    everything="Anyone",
    nothing="Nobody",
    subject="The people",
)
_OBJECT_WORDS = FilterWords(
    label="Key or chain",
    heading="Choose a key, a rule chain or a person",
    placeholder="Search keys, chains, people",
    items="Keys, rule chains and people",
    everything="Anything",
    nothing="Nothing",
    subject="The keys and rule chains",
)
_ACTION_WORDS = FilterWords(
    label="Action",
    heading="Choose an action",
    placeholder="Search actions",
    items="Actions",
    everything="Any action",
    nothing="No action",
    subject="The actions",
)


class FilterBar(QWidget):
    """Emits `changed` with the `ActivityFilter` in force. What has no room beside the others stands below them."""

    changed = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        activity: ActivityClient,
        background: Background,
        *,
        theme: Theme,
        clock: Clock,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._filter = ActivityFilter()
        self._is_setting = False
        self.person = SearchFilter(
            _people(activity, background), _PersonDelegate(theme), _PERSON_WORDS, name="activity.person", theme=theme
        )
        self.object = SearchFilter(
            _objects(activity, background), _ObjectDelegate(theme), _OBJECT_WORDS, name="activity.object", theme=theme
        )
        actions = SearchRows(find_actions, lambda choice: f"{choice.name}, {choice.group}", background)
        self.action = SearchFilter(actions, _ActionDelegate(theme), _ACTION_WORDS, name="activity.action", theme=theme)
        self.time = TimeFilter(theme=theme, clock=clock, name="activity")
        self.clear_button = button("Clear filters", "plain", name="activity.clearFilters")
        self.clear_button.hide()
        row = QFlowLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setHorizontalSpacing(theme.tokens.s)
        row.setVerticalSpacing(theme.tokens.s)
        for control in (self.person, self.object, self.action, self.time, self._beside(self.clear_button)):
            row.addWidget(control)
        for choice in (self.person, self.object, self.action):
            choice.chosen.connect(self._tell)
            choice.failed.connect(self.failed)
        self.time.chosen.connect(self._tell)
        self.clear_button.clicked.connect(self._clear_by_hand)

    @property
    def filter(self) -> ActivityFilter:
        """The filter in force."""
        return self._filter

    def show_filter(self, wanted: ActivityFilter) -> None:
        """Chooses exactly this; `changed` is emitted once, where that changes anything."""
        self._is_setting = True
        self.person.choose(wanted.person)
        self.object.choose(wanted.object)
        self.action.choose(wanted.action)
        self.time.choose_period(wanted.period)
        self._is_setting = False
        self._tell()

    def clear(self) -> None:
        """Shows every entry again."""
        self.show_filter(ActivityFilter(period=ANY_TIME))

    def _beside(self, low: QWidget) -> QWidget:
        """`low` in the middle of a widget as high as a filter, since a flow sets everything at the top of its line."""
        self.time.ensurePolished()
        holder = QWidget()
        holder.setFixedHeight(self.time.sizeHint().height())
        inside = QHBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(low, 0, Qt.AlignmentFlag.AlignVCenter)
        return holder

    def _clear_by_hand(self) -> None:
        self.clear()
        self.person.setFocus()

    def _tell(self) -> None:
        chosen = ActivityFilter(self.person.choice, self.object.choice, self.action.choice, self.time.period)
        if self._is_setting or chosen == self._filter:
            return
        self._filter = chosen
        self.clear_button.setVisible(not chosen.is_empty)
        self.changed.emit(chosen)


class _PersonDelegate(TwoLineDelegate):
    """A person's name."""

    @override
    def lines(self, item: ActivityPerson) -> tuple[str, str]:
        return item.name, ""


class _ObjectDelegate(TwoLineDelegate):
    """What it is called, below it what was done last: keys that are gone are found, too."""

    @override
    def lines(self, item: ActivityObject) -> tuple[str, str]:
        name, key = name_and_key(item.name)
        return name, f"{key} · {_said_of(item)}" if key else _said_of(item)


class _ActionDelegate(TwoLineDelegate):
    """An action, below it what it is about."""

    @override
    def lines(self, item: ActionChoice) -> tuple[str, str]:
        return item.name, item.group


def _said_of(item: ActivityObject) -> str:
    return f"Last: {ACTION_WORDS[item.action]}"


def _people(activity: ActivityClient, background: Background) -> SearchRows:
    return SearchRows(
        lambda text, cursor: activity.people(text, limit=_PAGE_SIZE, cursor=cursor), lambda item: item.name, background
    )


def _objects(activity: ActivityClient, background: Background) -> SearchRows:
    def spoken(item: ActivityObject) -> str:
        return f"{item.name}, {_said_of(item)}"

    def find(text: str, cursor: str | None) -> ActivityObjectPage:
        return activity.objects(text, limit=_PAGE_SIZE, cursor=cursor)

    return SearchRows(find, spoken, background)

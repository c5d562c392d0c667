"""The page “Activity”: the audit trail, newest first."""

from PySide6.QtWidgets import QWidget

from ss_admin.client.activity import ActivityClient
from ss_admin.contract.activity import ActivityEntry
from ss_admin.desktop.activity_words import action_in_words, changes_in_words, who_in_words
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import ago, exact_moment, utc_now
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.cursor_model import CursorColumn, CursorModel
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.list_page import ListPage

__all__ = ["ActivityPage"]

_PAGE_ITEMS = 100
_WIDTHS = (112, 140, 150, 310, 240)


class ActivityPage(ListPage):
    """Who did what to which key or rule chain, and when."""

    def __init__(
        self,
        activity: ActivityClient,
        *,
        background: Background,
        theme: Theme,
        preferences: Preferences | None = None,
        parent: QWidget | None = None,
    ) -> None:
        columns = (
            CursorColumn("When", lambda entry: ago(entry.at, utc_now()), lambda entry: exact_moment(entry.at)),
            CursorColumn("Who", who_in_words, _who_and_where),
            CursorColumn("Action", action_in_words),
            CursorColumn("Key, chain or person", lambda entry: entry.object.name),
            CursorColumn("Details", changes_in_words, _changes_on_lines),
        )
        model = CursorModel(columns, lambda cursor: activity.list_page(limit=_PAGE_ITEMS, cursor=cursor), background)
        super().__init__(
            model,
            theme=theme,
            name="activity",
            heading="Activity",
            about="Who did what to which key or rule chain, and when; the newest first.",
            empty=EmptyState(
                "ph.clock-counter-clockwise",
                "Nothing has happened yet",
                "As soon as somebody signs in, or changes a key or a rule chain, it is told here.",
                theme=theme,
                name="activity.empty",
            ),
            widths=_WIDTHS,
            preferences=preferences,
            parent=parent,
        )


def _who_and_where(entry: ActivityEntry) -> str:
    return f"{who_in_words(entry)}\nfrom {entry.address}" if entry.address else who_in_words(entry)


def _changes_on_lines(entry: ActivityEntry) -> str:
    return changes_in_words(entry).replace("; ", "\n")

"""“History”: what people did to the key, the newest first."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ss_admin.contract.activity import ActivityEntry, ActivityPage
from ss_admin.desktop.activity_words import action_in_words, changes_in_words, who_in_words
from ss_admin.desktop.key_page.facts_table import FactColumn, FactsModel, FactsTable
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.moments import Clock, ago, exact_moment
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["HISTORY_ENTRIES", "HistorySection"]

HISTORY_ENTRIES = 20


class HistorySection(Section):
    """The newest entries of the audit trail about this key; `all_requested`: “Show in Activity” was pressed."""

    all_requested = Signal()

    def __init__(self, *, theme: Theme, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__("History", theme=theme, name="keyPage.history", skeleton=140, parent=parent)
        self.model = FactsModel(
            (
                FactColumn("When", lambda entry: ago(entry.at, clock()), lambda entry: exact_moment(entry.at), 116),
                FactColumn("Who", who_in_words, _who_and_where, 150),
                FactColumn("Action", action_in_words, width=150),
                FactColumn("Details", changes_in_words, _changes_on_lines),
            ),
            self,
        )
        self.table = FactsTable(self.model, name="keyPage.history.table", label="History")
        self.all_button = button(
            "Show in Activity", "quiet", name="keyPage.showInActivity", theme=theme, icon="ph.clock-counter-clockwise"
        )
        self.more = wrapped_label("", "caption")
        self.head.addWidget(self.all_button)
        self.content.addWidget(self.table)
        self.content.addWidget(self.more)
        self.all_button.clicked.connect(self.all_requested)

    def show_history(self, page: ActivityPage) -> None:
        """Shows the answer."""
        entries: Sequence[ActivityEntry] = page.items[:HISTORY_ENTRIES]
        self.model.show_items(entries)
        self.table.setVisible(bool(entries))
        more = page.total - len(entries)
        text = f"{more:,} older {'entry' if more == 1 else 'entries'} in Activity." if more > 0 else ""
        self.more.setText(text if entries else "Nothing was done to this key yet.")
        self.more.setVisible(bool(self.more.text()))
        self.show_content()


def _who_and_where(entry: ActivityEntry) -> str:
    return f"{who_in_words(entry)}\nfrom {entry.address}" if entry.address else who_in_words(entry)


def _changes_on_lines(entry: ActivityEntry) -> str:
    return changes_in_words(entry).replace("; ", "\n")

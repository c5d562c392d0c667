"""The page “API Keys Management”: brings the list, its filters, its actions and its dialogs together."""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.api_keys import ApiKey, ApiKeySort, ApiKeyStatus
from ss_admin.desktop.api_keys.attention.answering import SignalAnswering
from ss_admin.desktop.api_keys.attention.attention import Attention
from ss_admin.desktop.api_keys.bulk_actions import BulkActions
from ss_admin.desktop.api_keys.editing import KeyEditing
from ss_admin.desktop.api_keys.exporting import KeyExports
from ss_admin.desktop.api_keys.following import ChangeFollower
from ss_admin.desktop.api_keys.key_actions import KeyActions, Surroundings
from ss_admin.desktop.api_keys.page_head import PageHead
from ss_admin.desktop.api_keys.table.filters import FilterBar
from ss_admin.desktop.api_keys.table.list_card import ListCard
from ss_admin.desktop.api_keys.table.list_filter import ListFilter
from ss_admin.desktop.api_keys.table.list_memory import ListMemory
from ss_admin.desktop.api_keys.table.row_menu import RowMenu
from ss_admin.desktop.api_keys.table.selection import KeyChecks
from ss_admin.desktop.api_keys.table.table_model import ApiKeyTableModel
from ss_admin.desktop.api_keys.table.table_view import ApiKeyTableView
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme

__all__ = ["ApiKeysPage"]

REFRESH_MS = 30_000


class ApiKeysPage(QWidget):
    """Coordinates; what is shown lives in `model`, what is checked in `checks`.

    `said` carries words for a toast, `failed` a `ClientError` that the shell deals with, `recovered` tells that the
    backend answers. `explain_requested`: “Why was a call refused?”; `key_opened` carries the id of a key whose own page
    is wanted. It refreshes itself every 30 s while it can be seen.
    """

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()
    explain_requested = Signal()
    key_opened = Signal(str)

    def __init__(
        self,
        *,
        api_keys: ApiKeysClient,
        accounts: AccountsClient,
        rule_chains: RuleChainsClient,
        signals: SignalsClient,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("apiKeys")
        self._new_key: str | None = None
        self._with = Surroundings(api_keys, rule_chains, background, clipboard, theme)
        self.checks = KeyChecks(self)
        self.model = ApiKeyTableModel(api_keys, background, self.checks, parent=self)
        self.head = PageHead(theme=theme)
        self.filters = FilterBar(accounts, background, theme=theme)
        self.table = ApiKeyTableView(self.model, self.checks, theme, parent=self)
        self.card = ListCard(self.table, theme=theme)
        self.line = self.card.line
        self.editing = KeyEditing(self._with, accounts, self)
        self.actions_on_key = KeyActions(self._with, self)
        self.actions_on_checked = BulkActions(self._with, self)
        self.answering = SignalAnswering(self._with, self.editing, self.actions_on_key, self)
        self.attention = Attention(
            signals, self.answering, self, background=background, theme=theme, preferences=preferences
        )
        self.exports = KeyExports(self._with, self.head.export_button, self)
        self.follower = ChangeFollower(api_keys, background, self)
        self._memory = ListMemory(preferences, self.table.columns, parent=self)
        self._timer = QTimer(self, interval=REFRESH_MS)
        self._lay_out(theme)
        self._connect_parts()
        self._connect_actions()
        self._add_keys()

    def activate(self) -> None:
        """The page comes to the front: asks for the list, in the order it was last looked at."""
        if self.model.shown_query is None:
            self.attention.refresh()
            sort, descending = self._memory.sort()
            self.table.columns.show_sort(sort, descending=descending)
            self.model.open(replace(self.model.query, sort=sort, descending=descending))
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.refresh()

    def refresh(self) -> None:
        """Asks for what is in view again; selection, scroll position and focus stay."""
        self.model.refresh()
        self.attention.refresh()

    def set_stale(self, stale: bool) -> None:
        """The backend is away (or back): marks the list, which stays as it is."""
        self.line.set_stale(stale and self.model.shown_query is not None)

    def showEvent(self, event: QShowEvent) -> None:
        """Refreshes itself while it can be seen."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """And not while it cannot."""
        super().hideEvent(event)
        self._timer.stop()

    def _lay_out(self, theme: Theme) -> None:
        tokens = theme.tokens
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.xl, tokens.xl, tokens.xl, tokens.xl)
        layout.setSpacing(tokens.l)
        layout.addWidget(self.head)
        layout.addWidget(self.attention.strip)
        layout.addWidget(self.filters)
        layout.addWidget(self.card, 1)
        QWidget.setTabOrder(self.attention.strip, self.filters)
        QWidget.setTabOrder(self.filters.refresh_button, self.table.columns)
        QWidget.setTabOrder(self.table.columns, self.table)

    def _connect_parts(self) -> None:
        self.filters.changed.connect(self._on_filter_changed)
        self.filters.failed.connect(self.failed)
        self.card.clear_requested.connect(self.filters.clear)
        self.filters.refresh_requested.connect(self.refresh)
        self._timer.timeout.connect(self.refresh)
        self.model.answered.connect(self._on_answered)
        self.model.failed.connect(self.failed)
        self.model.busy_changed.connect(self.card.show_busy)
        self.checks.changed.connect(self._show_counts)
        self.table.columns.sort_requested.connect(self._on_sort_requested)
        self.table.columns.check_all_requested.connect(
            lambda: self.checks.toggle_all(self.model.rowCount(), self.model.listed_ids())
        )

    def _connect_actions(self) -> None:
        self.head.explain_requested.connect(self.explain_requested)
        self.answering.key_opened.connect(self.key_opened)
        for button_of_creation in (self.head.create_requested, self.card.create_requested):
            button_of_creation.connect(lambda: self.editing.open(None))
        self.head.delete_requested.connect(self._delete_checked)
        self.head.status_requested.connect(self._set_status_of_checked)
        self.table.open_requested.connect(self.editing.open)
        self.table.page_requested.connect(lambda wanted: self.key_opened.emit(wanted.id))
        self.table.delete_requested.connect(self._delete)
        self.table.menu_requested.connect(self._open_menu)
        for telling in (self.editing, self.actions_on_key, self.actions_on_checked, self.attention):
            telling.said.connect(self.said)
            telling.failed.connect(self.failed)
        for actions in (self.editing, self.actions_on_key, self.actions_on_checked):
            actions.applied.connect(self.follower.follow)
        self.answering.failed.connect(self.failed)
        self.attention.changed.connect(self.model.refresh)
        self.attention.chosen.connect(self.filters.choose_attention)
        self.exports.said.connect(self.said)
        self.exports.failed.connect(self.failed)
        self.follower.told.connect(self.line.following.show_following)
        for actions_on_one in (self.editing, self.actions_on_key):
            actions_on_one.changed.connect(self.model.replace)
            actions_on_one.outdated.connect(self.refresh)
        self.editing.created.connect(self._expect_new_key)
        self.actions_on_checked.finished.connect(self.checks.clear)
        self.actions_on_checked.finished.connect(self.refresh)

    def _add_keys(self) -> None:
        keys = (
            (QKeySequence.StandardKey.New, lambda: self.editing.open(None)),
            (QKeySequence.StandardKey.Find, self._find),
            (QKeySequence(Qt.Key.Key_F5), self.refresh),
            (QKeySequence("Ctrl+Shift+R"), self.explain_requested.emit),
        )
        for key, act in keys:
            QShortcut(key, self).activated.connect(act)

    def _find(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def _on_filter_changed(self, chosen: ListFilter) -> None:
        self._new_key = None
        self.attention.show_choice(chosen.attention)
        if self.checks.leave_filter():
            self.said.emit("Nothing is checked any more: “all that match” would now mean other keys.")
        self.model.open(chosen.applied_to(self.model.query))

    def _on_sort_requested(self, sort: ApiKeySort, descending: bool) -> None:
        self.table.columns.show_sort(sort, descending=descending)
        self._memory.remember_sort(sort, descending=descending)
        self.model.open(replace(self.model.query, sort=sort, descending=descending))

    def _on_answered(self) -> None:
        self.recovered.emit()
        if self.model.shown_query is self.model.query:
            self.card.show_total(self.model.rowCount(), self.filters.filter)
        self._show_counts()
        if self._new_key is not None and self.table.make_current(self._new_key):
            self._new_key = None

    def _expect_new_key(self, api_key_id: str) -> None:
        self._new_key = api_key_id

    def _show_counts(self) -> None:
        total = self.model.rowCount()
        checked = self.checks.count(total)
        self.line.show_counts(total, checked)
        self.head.show_checked(checked)
        self.table.columns.show_check(self.checks.state(total, self.model.listed_ids()))

    def _open_menu(self, api_key: ApiKey, place: QPoint) -> None:
        menu = RowMenu(api_key, theme=self._with.theme, parent=self.table)
        menu.page_requested.connect(lambda wanted: self.key_opened.emit(wanted.id))
        menu.edit_requested.connect(self.editing.open)
        menu.status_requested.connect(self.actions_on_key.set_status)
        menu.curl_requested.connect(lambda _: self.actions_on_key.copy_curl_example())
        menu.delete_requested.connect(self.actions_on_key.delete)
        menu.aboutToHide.connect(lambda: self.table.show_menu_open(None))
        menu.aboutToHide.connect(menu.deleteLater)
        self.table.show_menu_open(api_key.id)
        menu.popup(place)
        menu.setActiveAction(menu.actions()[0])

    def _delete(self, api_key: ApiKey) -> None:
        if self.checks.count(self.model.rowCount()):
            self._delete_checked()
        else:
            self.actions_on_key.delete(api_key)

    def _delete_checked(self) -> None:
        self.actions_on_checked.delete(self.checks.checks, self.model.query)

    def _set_status_of_checked(self, status: ApiKeyStatus) -> None:
        self.actions_on_checked.set_status(self.checks.checks, self.model.query, status)

"""What a key's page asks the server: the key, its signals, its calls, its addresses and its history."""

from functools import partial

from PySide6.QtCore import QObject

from ss_admin.client.activity import ActivityQuery
from ss_admin.contract.usage import UsageSpan
from ss_admin.desktop.key_page.feed import Feed
from ss_admin.desktop.key_page.history_section import HISTORY_ENTRIES
from ss_admin.desktop.key_page.signals_section import load_signals
from ss_admin.desktop.key_page.surroundings import Surroundings

__all__ = ["KeyQuestions"]


class KeyQuestions(QObject):
    """Each question has a feed of its own: one that fails, or takes its time, holds up no other."""

    def __init__(self, surroundings: Surroundings, parent: QObject) -> None:
        super().__init__(parent)
        self._with = surroundings
        self._id = ""
        self._span = UsageSpan.DAY
        self.key = Feed(surroundings.background, self)
        self.signals = Feed(surroundings.background, self)
        self.usage = Feed(surroundings.background, self)
        self.addresses = Feed(surroundings.background, self)
        self.history = Feed(surroundings.background, self)

    @property
    def key_id(self) -> str:
        """The id of the key that is asked about; empty: none."""
        return self._id

    @property
    def span(self) -> UsageSpan:
        """How far back calls are asked for."""
        return self._span

    def ask_all(self, key_id: str) -> None:
        """Asks everything about a key."""
        self._id = key_id
        self.key.ask(partial(self._with.api_keys.get, key_id))
        self.ask_signals()
        self.ask_usage()
        self.ask_addresses()
        self.ask_history()

    def drop(self) -> None:
        """Waits for no answer any more."""
        for feed in (self.key, self.signals, self.usage, self.addresses, self.history):
            feed.drop()

    def ask_signals(self) -> None:
        """The open ones."""
        self.signals.ask(partial(load_signals, self._with.signals, self._id))

    def ask_usage(self) -> None:
        """The calls of the span."""
        self.usage.ask(partial(self._with.usage.usage, self._id, self._span))

    def choose_span(self, span: UsageSpan) -> None:
        """Another span from now on, for the keys that are opened later too."""
        self._span = span
        self.ask_usage()

    def ask_addresses(self) -> None:
        """The last ones."""
        self.addresses.ask(partial(self._with.usage.addresses, self._id))

    def ask_history(self) -> None:
        """The newest entries of the audit trail."""
        query = ActivityQuery(object_id=self._id)
        self.history.ask(partial(self._with.activity.list_page, query, limit=HISTORY_ENTRIES))

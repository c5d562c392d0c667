"""A key's page: shows its parts as they come, and keeps them fresh."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractSlider, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError, NotFound
from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.key_page.feed import Feed
from ss_admin.desktop.key_page.key_head import BACK_INSET, KeyHead
from ss_admin.desktop.key_page.orders import KeyOrders
from ss_admin.desktop.key_page.questions import KeyQuestions
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.key_page.sections import Sections
from ss_admin.desktop.key_page.surroundings import Surroundings
from ss_admin.desktop.widgets.action_notice import ActionNotice
from ss_admin.desktop.widgets.empty_state import EmptyState

__all__ = ["KeyPage"]

REFRESH_MS = 30_000
_SCROLLS = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}
_WORDS_MOVE_ON_MS = 5_000
_DELETED = "This key was deleted. Calls with it are refused; what you see is from before."
_BACK = "Back to the list"


class KeyPage(QWidget):
    """Opened with a key's id. `left`: the person went back to the list; see `shell/place.py` for the other signals.

    What is to be done to the key goes out through `orders`. It refreshes itself every 30 s while it can be seen.
    """

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()
    left = Signal()

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keyPage")
        theme = surroundings.theme
        self._with = surroundings
        self._id = ""
        self._is_gone = False
        self.head = KeyHead(theme=theme)
        self.notice = ActionNotice(theme=theme, name="keyPage.notice")
        self.sections = Sections(surroundings)
        self.missing = EmptyState("ph.key", "", "", _BACK, theme=theme, name="keyPage.missing")
        self.orders = KeyOrders(surroundings, self.head, self)
        self.questions = KeyQuestions(surroundings, self)
        self._stack = QStackedWidget()
        self._timers = (QTimer(self, interval=REFRESH_MS), QTimer(self, interval=_WORDS_MOVE_ON_MS))
        self._lay_out()
        self._connect_parts()
        self._connect_answers()
        self._add_keys()

    @property
    def key_id(self) -> str:
        """The id of the key that is open; empty: none."""
        return self._id

    def open(self, api_key_id: str, known: ApiKey | None = None) -> None:
        """Shows a key: what the list knows of it at once, the rest as it comes."""
        self._id, self._is_gone, self.orders.key = api_key_id, False, None
        self.notice.say("info", "")
        self.head.show_following(None)
        self._stack.setCurrentWidget(self.sections)
        self.sections.begin(signals=len(known.signals) if known is not None else 0)
        self.sections.calls.show_span(self.questions.span)
        self.head.show_nothing()
        if known is not None:
            self._show(known)
        self.refresh()
        self.head.back_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_key(self, api_key: ApiKey) -> None:
        """The key has changed here; another key's state is not this page's."""
        if api_key.id == self._id and not self._is_gone:
            self._show(api_key)
            self.refresh()

    def refresh(self) -> None:
        """Asks for everything anew; what is shown stays, and stands where it stood."""
        if self._id and not self._is_gone:
            self.questions.ask_all(self._id)

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as possibly out of date."""
        self.head.stale_mark.setVisible(stale and bool(self._id))

    def leave(self) -> None:
        """Goes back to the list."""
        self.questions.drop()
        self._id = ""
        self.left.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no part wanted goes back; the page keys scroll, wherever the keyboard is."""
        scroll = _SCROLLS.get(Qt.Key(event.key()))
        if scroll is not None:
            self.sections.verticalScrollBar().triggerAction(scroll)
        elif event.key() == Qt.Key.Key_Escape and not event.modifiers():
            self.leave()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        tokens = self._with.theme.tokens
        self._stack.addWidget(self.sections)
        self._stack.addWidget(self.missing)
        above = QVBoxLayout()
        above.setContentsMargins(tokens.xl - BACK_INSET, 0, tokens.xl, 0)
        above.setSpacing(tokens.s)
        above.addWidget(self.head)
        above.addWidget(self.notice)
        layout = QVBoxLayout(self)
        below = QVBoxLayout()
        below.setContentsMargins(tokens.xl, 0, 0, 0)
        below.addWidget(self._stack)
        layout.setContentsMargins(0, tokens.m, 0, 0)
        layout.setSpacing(tokens.m)
        layout.addLayout(above)
        layout.addLayout(below, 1)

    def _connect_parts(self) -> None:
        sections, questions, orders = self.sections, self.questions, self.orders
        self.head.back_requested.connect(self.leave)
        self.missing.acted.connect(self.leave)
        orders.said.connect(self.said)
        sections.calls.span_chosen.connect(questions.choose_span)
        sections.history.all_requested.connect(orders.show_in_activity)
        sections.signals.answered.connect(orders.card_answered)
        sections.signals.said.connect(self.said)
        sections.signals.failed.connect(self.failed)
        sections.signals.outdated.connect(questions.ask_signals)
        sections.signals.outdated.connect(questions.ask_history)
        for section, ask in (
            (sections.signals, questions.ask_signals),
            (sections.calls, questions.ask_usage),
            (sections.limit, questions.ask_usage),
            (sections.addresses, questions.ask_addresses),
            (sections.history, questions.ask_history),
        ):
            section.retry_requested.connect(ask)

    def _connect_answers(self) -> None:
        sections, questions = self.sections, self.questions
        parts: tuple[tuple[Feed, Callable[..., None], tuple[Section, ...]], ...] = (
            (questions.signals, lambda page: sections.signals.show_signals(page.items), (sections.signals,)),
            (questions.usage, sections.show_usage, (sections.calls, sections.limit)),
            (questions.addresses, sections.addresses.show_addresses, (sections.addresses,)),
            (questions.history, sections.history.show_history, (sections.history,)),
        )
        for feed, take, shown_in in parts:
            feed.answered.connect(take)
            feed.answered.connect(lambda _: self.recovered.emit())
            feed.failed.connect(partial(self._on_part_failed, shown_in))
            feed.busy.connect(shown_in[0].show_busy)
        questions.key.answered.connect(self._take_key)
        questions.key.failed.connect(self._on_key_failed)

    def _add_keys(self) -> None:
        for key, act in ((QKeySequence.StandardKey.Back, self.leave), (QKeySequence(Qt.Key.Key_F5), self.refresh)):
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        for timer, act in zip(self._timers, (self.refresh, self._tell_time_passed), strict=True):
            timer.timeout.connect(partial(self._while_seen, act))
            timer.start()

    def _take_key(self, api_key: ApiKey) -> None:
        self.set_stale(False)
        self._show(api_key)
        self.recovered.emit()

    def _on_key_failed(self, error: ClientError) -> None:
        if isinstance(error, NotFound):
            self._show_gone()
        elif self.orders.key is None:
            self._show_missing("The key could not be loaded", describe(error))
        if concerns_the_window(error):
            self.failed.emit(error)

    def _on_part_failed(self, sections: tuple[Section, ...], error: ClientError) -> None:
        if isinstance(error, NotFound):
            return  # the key is gone: its own answer says so
        for section in sections:
            # that the server is away, and what is shown from before, the window tells once for all
            if not (concerns_the_window(error) and section.has_content):
                section.show_failure(error)
        if concerns_the_window(error):
            self.failed.emit(error)

    def _show(self, api_key: ApiKey) -> None:
        self.orders.key = api_key
        self._stack.setCurrentWidget(self.sections)
        self.head.show_key(api_key, self._with.clock())
        self.sections.limit.show_key(api_key)

    def _show_gone(self) -> None:
        self._is_gone = True
        self.questions.drop()
        if self.orders.key is None:
            self._show_missing("This API key is no longer there", "It was deleted. Its history stays in Activity.")
            return
        self.head.show_actions(there=False)
        self.sections.end()
        self.notice.say("warning", _DELETED)

    def _show_missing(self, title: str, text: str) -> None:
        self.missing.say("ph.key", title, text, _BACK)
        self._stack.setCurrentWidget(self.missing)

    def _while_seen(self, act: Callable[[], None]) -> None:
        if self.isVisible():
            act()

    def _tell_time_passed(self) -> None:
        if self.orders.key is not None and not self._is_gone:
            self.head.show_key(self.orders.key, self._with.clock())
        self.sections.tell_time_passed()

"""A field that searches as one types, and unfolds what was found below itself."""

from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import SEARCH_MAX_CHARACTERS
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS
from ss_admin.desktop.widgets.choosing.found_popup import FoundPopup
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate

__all__ = ["SearchLine"]

_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -5, Qt.Key.Key_PageDown: 5}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SearchLine(QLineEdit):
    """Looks like a combo box. Typing searches; Up and Down move through what was found, Escape folds it up.

    Heirs say what is done with a row that is taken (`take`), what is searched for on unfolding (`first_search`) and
    what is said where nothing was found (`nothing_found`). `answered`: a search has come to its end.
    """

    answered = Signal()
    failed = Signal(object)

    def __init__(
        self,
        rows: SearchRows,
        delegate: TwoLineDelegate,
        *,
        theme: Theme,
        name: str,
        items: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        rows.setParent(self)
        self._search = rows
        self._popup = FoundPopup(rows, delegate, name=name, accessible_name=items.capitalize(), field=self)
        self._slow = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._slow.timeout.connect(lambda: self._say("Searching…"))
        self.setObjectName(name)
        self.setMaxLength(SEARCH_MAX_CHARACTERS)
        unfold = self.addAction(theme.icon("ph.caret-down", "text_dimmed"), QLineEdit.ActionPosition.TrailingPosition)
        unfold.setText(f"Show {items}")
        unfold.triggered.connect(self._toggle)
        self.textEdited.connect(self._look_for)
        self._popup.picked.connect(self.take)
        self._popup.dismissed.connect(self._fold)
        rows.answered.connect(self._on_answered)
        rows.failed.connect(self._on_failed)

    def is_unfolded(self) -> bool:
        """Whether the list is open."""
        return self._popup.isVisible()

    def take(self, item: Any) -> None:  # noqa: ANN401 -- the rows hold documents of any kind
        """A row was clicked, or Enter pressed on it."""
        raise NotImplementedError

    def first_search(self) -> str:
        """What is looked for when the list is unfolded."""
        return self.text()

    def nothing_found(self) -> str:
        """The sentence that stands in the place of an empty list."""
        raise NotImplementedError

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self._step(_STEPS[key])
        elif key in _ENTER and self._search.is_pending:
            self._on_early_enter()
        elif key in _ENTER and self.is_unfolded():
            self._take_marked()
        elif key == Qt.Key.Key_Escape and self.is_unfolded():
            self._fold()
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.is_unfolded():
            self._unfold()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        self._fold(keep_search=True)
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self._on_left()

    def _on_left(self) -> None:
        """The field has been left for another one."""

    def _on_early_enter(self) -> None:
        """Enter was pressed before the answer to what was typed has come."""

    def _on_answered(self) -> None:
        self._slow.stop()
        self._popup.mark(0)
        self._say(self.nothing_found() if self._search.rowCount() == 0 else "")
        self.answered.emit()

    def _on_failed(self, error: ClientError) -> None:
        self._slow.stop()
        self._say(f"{describe(error)} Press Enter to search again.")
        self.failed.emit(error)

    def _look_for(self, text: str, *, at_once: bool = False) -> None:
        self._search.look_for(text, at_once=at_once)
        self._slow.start()

    def _toggle(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.is_unfolded():
            self._fold()
        else:
            self._unfold()

    def _unfold(self) -> None:
        self._look_for(self.first_search(), at_once=True)

    def _fold(self, *, keep_search: bool = False) -> None:
        self._popup.hide()
        if not keep_search:
            self._slow.stop()
            self._search.give_up()

    def _say(self, sentence: str) -> None:
        """Unfolds with a sentence, or with what was found where there is none to say."""
        self._popup.say(sentence)
        if self.hasFocus() and self.isEnabled():
            self._popup.unfold_below(self)

    def _step(self, rows: int) -> None:
        if not self.is_unfolded():
            self._unfold()
            return
        self._popup.mark(self._popup.row + rows)
        if self._popup.row >= self._search.rowCount() - 5 and self._search.canFetchMore(QModelIndex()):
            self._search.fetchMore(QModelIndex())
        words = self._popup.list.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        if words:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _take_marked(self) -> None:
        if self._search.rowCount() == 0:
            self._look_for(self.text(), at_once=True)
        elif self._popup.row >= 0:
            self.take(self._search.items[self._popup.row])

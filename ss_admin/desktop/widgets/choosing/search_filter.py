"""A filter for one of thousands: a button that unfolds a search field over what is found."""

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.choosing.filter_button import FilterButton
from ss_admin.desktop.widgets.choosing.search_rows import SearchRows
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.menu import POPUP_RADIUS, blends, cut_corners
from ss_admin.desktop.widgets.search_field import SearchField

__all__ = ["FilterWords", "SearchFilter", "SearchFilterPopup"]

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


@dataclass(frozen=True)
class FilterWords:
    """What a filter says: “User”, “Choose a user”, “Search users”, “Users”, “Anyone”, “Nobody”, “The users”."""

    label: str
    heading: str
    placeholder: str
    items: str
    everything: str
    nothing: str
    subject: str


class SearchFilterPopup(QFrame):
    """A search field over what was found. Enter or a click chooses, Down goes into the list, Escape closes.

    `picked` carries an `ObjectRef`, or None for everything.
    """

    picked = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        rows: SearchRows,
        delegate: TwoLineDelegate,
        words: FilterWords,
        *,
        name: str,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._words = words
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName(words.heading)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.search = SearchField(words.placeholder, theme=theme, name=f"{name}.search", parent=self)
        self.everything = button(words.everything, "plain", name=f"{name}.everything", parent=self)
        self.found = QListView(self)
        self.found.setObjectName(f"{name}.found")
        self.found.setAccessibleName(words.items)
        self.found.setFrameShape(QFrame.Shape.NoFrame)
        self.found.setProperty("role", "popup")
        self.found.setUniformItemSizes(True)
        self.found.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.found.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows.setParent(self)
        self._rows = rows
        self.found.setModel(rows)
        delegate.setParent(self.found)
        self.found.setItemDelegate(delegate)
        self._note = wrapped_label("", "dimmed")
        self._lay_out()
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        if blends():
            self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFixedSize(300, 340)
        self._slow = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._slow.timeout.connect(lambda: self._say("Searching…"))
        self.search.searched.connect(self._look_for)
        self.search.installEventFilter(self)
        self.everything.clicked.connect(lambda: self._choose(None))
        self.found.clicked.connect(self._pick)
        self.found.activated.connect(self._pick)
        self._rows.answered.connect(self._on_answered)
        self._rows.failed.connect(self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:
        """Begins anew: everything, and the keyboard in the search field."""
        super().showEvent(event)
        if not blends():
            cut_corners(self)
        self.search.clear()
        self._say("")
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._look_for("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter in the search field lead to what was found, Escape closes whatever was typed."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() == Qt.Key.Key_Down:
                self.found.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in _ENTER and not self._rows.is_pending:
                self._pick(self.found.currentIndex())
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The popup's ground and outline, those of a menu."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(self._theme.colour("surface_raised"))
        painter.setPen(QPen(self._theme.colour("border_strong"), 1))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), POPUP_RADIUS, POPUP_RADIUS)
        painter.end()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.everything, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.found, 1)
        layout.addWidget(self._note)

    def _look_for(self, text: str) -> None:
        self._slow.start()
        self._rows.look_for(text, at_once=True)

    def _say(self, words: str) -> None:
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def _on_answered(self) -> None:
        self._slow.stop()
        is_empty = self._rows.rowCount() == 0
        self._say(f"{self._words.nothing} matches “{self.search.text().strip()}”." if is_empty else "")
        self.found.setCurrentIndex(self._rows.index(0, 0))

    def _on_failed(self, error: ClientError) -> None:
        self._slow.stop()
        self._say(f"{self._words.subject} could not be fetched. Close this and try again.")
        self.failed.emit(error)

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            item = index.data(Qt.ItemDataRole.UserRole)
            self._choose(ObjectRef(id=item.id, name=item.name))

    def _choose(self, item: ObjectRef | None) -> None:
        self.hide()
        self.picked.emit(item)


class SearchFilter(FilterButton):
    """One of what `rows` find, or everything. `chosen` is emitted where a choice changes anything."""

    failed = Signal(object)

    def __init__(
        self,
        rows: SearchRows,
        delegate: TwoLineDelegate,
        words: FilterWords,
        *,
        name: str,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(words.label, name=name, theme=theme, parent=parent)
        self._choice: ObjectRef | None = None
        self.popup = SearchFilterPopup(rows, delegate, words, name=f"{name}.popup", theme=theme, parent=self)
        self.popup.picked.connect(self.choose)
        self.popup.failed.connect(self.failed)
        self.clicked.connect(self._open)

    @property
    def choice(self) -> ObjectRef | None:
        """The one that is chosen; None: everything."""
        return self._choice

    def choose(self, choice: ObjectRef | None) -> None:
        """Chooses one, or everything."""
        if choice != self._choice:
            self._choice = choice
            self.show_choice(choice.name if choice else "")
            self.chosen.emit()

    def _open(self) -> None:
        self.popup.everything.setVisible(self._choice is not None)
        self.popup.move(self.place_below())
        self.popup.show()

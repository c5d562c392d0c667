"""The filter “User”: search as you type among thousands of people, one of whom is chosen."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QFrame, QListView, QVBoxLayout, QWidget

from ss_admin.client.errors import ClientError
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.people.user_delegate import UserDelegate
from ss_admin.desktop.api_keys.people.user_search import UserSearch, UserSource
from ss_admin.desktop.api_keys.table.filter_button import FilterButton
from ss_admin.desktop.background import Background
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.menu import POPUP_RADIUS, blends, cut_corners
from ss_admin.desktop.widgets.search_field import SearchField

__all__ = ["UserFilter", "UserFilterPopup"]

_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class UserFilterPopup(QFrame):
    """A search field over the people found. Enter or a click chooses, Down goes into the list, Escape closes.

    `picked` carries an `ObjectRef`, or None for “Anyone”.
    """

    picked = Signal(object)
    failed = Signal(object)

    def __init__(
        self, accounts: UserSource, background: Background, *, name: str, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._theme = theme
        self.setObjectName(name)
        self.setAccessibleName("Choose a user")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.search = SearchField("Search users", theme=theme, name=f"{name}.search", parent=self)
        self.anyone = button("Anyone", "plain", name=f"{name}.anyone", parent=self)
        self.people = QListView(self)
        self.people.setObjectName(f"{name}.people")
        self.people.setAccessibleName("Users")
        self.people.setFrameShape(QFrame.Shape.NoFrame)
        self.people.setProperty("role", "popup")
        self.people.setUniformItemSizes(True)
        self.people.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.people.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._found = UserSearch(accounts, background, self)
        self.people.setModel(self._found)
        self.people.setItemDelegate(UserDelegate(theme, self.people))
        self._note = wrapped_label("", "dimmed")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        layout.setSpacing(8)
        layout.addWidget(self.search)
        layout.addWidget(self.anyone, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.people, 1)
        layout.addWidget(self._note)
        self.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
        if blends():
            self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setFixedSize(300, 340)
        self._slow = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._slow.timeout.connect(lambda: self._say("Searching…"))
        self.search.searched.connect(self._look_for)
        self.search.installEventFilter(self)
        self.anyone.clicked.connect(lambda: self._choose(None))
        self.people.clicked.connect(self._pick)
        self.people.activated.connect(self._pick)
        self._found.answered.connect(self._on_answered)
        self._found.failed.connect(self._on_failed)

    def showEvent(self, event: QShowEvent) -> None:
        """Begins anew: everybody, and the keyboard in the search field."""
        super().showEvent(event)
        if not blends():
            cut_corners(self)
        self.search.clear()
        self._say("")
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)
        self._look_for("")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down and Enter in the search field lead to the people, Escape closes whatever was typed."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() == Qt.Key.Key_Down:
                self.people.setFocus(Qt.FocusReason.TabFocusReason)
                return True
            if event.key() in _ENTER and not self._found.is_pending:
                self._pick(self.people.currentIndex())
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

    def _look_for(self, text: str) -> None:
        self._slow.start()
        self._found.look_for(text, at_once=True)

    def _say(self, words: str) -> None:
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def _on_answered(self) -> None:
        self._slow.stop()
        nobody = self._found.rowCount() == 0
        self._say(f"Nobody matches “{self.search.text().strip()}”." if nobody else "")
        self.people.setCurrentIndex(self._found.index(0, 0))

    def _on_failed(self, error: ClientError) -> None:
        self._slow.stop()
        self._say("The users could not be fetched. Close this and try again.")
        self.failed.emit(error)

    def _pick(self, index: QModelIndex) -> None:
        if index.isValid():
            user = self._found.user_at(index.row())
            self._choose(ObjectRef(id=user.id, name=user.name))

    def _choose(self, user: ObjectRef | None) -> None:
        self.hide()
        self.picked.emit(user)


class UserFilter(FilterButton):
    """One user, or anyone."""

    failed = Signal(object)

    def __init__(
        self, accounts: UserSource, background: Background, *, name: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__("User", name=name, theme=theme, parent=parent)
        self._user: ObjectRef | None = None
        self.popup = UserFilterPopup(accounts, background, name=f"{name}.popup", theme=theme, parent=self)
        self.popup.picked.connect(self.choose)
        self.popup.failed.connect(self.failed)
        self.clicked.connect(self._open)

    @property
    def user(self) -> ObjectRef | None:
        """The one whose keys are shown; None: anyone's."""
        return self._user

    def choose(self, user: ObjectRef | None) -> None:
        """Chooses a user; `chosen` is emitted where that changes anything."""
        if user != self._user:
            self._user = user
            self.show_choice(user.name if user else "")
            self.chosen.emit()

    def _open(self) -> None:
        self.popup.anyone.setVisible(self._user is not None)
        self.popup.move(self.place_below())
        self.popup.show()

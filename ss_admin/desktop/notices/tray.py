"""The icon in the desktop's tray: shows notices, leads back to the window, and ends the app."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from ss_admin.desktop.notices.announcements import Announcement, attention_count
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["Tray", "why_no_tray"]

_SHOWN_MS = 10_000
_TITLE = "SignalSync Admin"


def why_no_tray() -> str:
    """Why the app cannot stay in the tray; empty where it can."""
    if QSystemTrayIcon.isSystemTrayAvailable():
        return ""
    return "This desktop has no tray, so the app ends when its window is closed, and notices are shown in the window."


class Tray(QObject):
    """`opened`: the window is wanted. `quit_requested`: the end.

    `key_opened`: a notice about this key was clicked; `list_opened`: one about several, or how many need attention.
    """

    opened = Signal()
    list_opened = Signal()
    key_opened = Signal(str)
    quit_requested = Signal()

    def __init__(self, *, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._shown: Announcement | None = None
        self.menu = Menu(name="tray.menu")
        self.menu.addAction(f"Open {_TITLE}").triggered.connect(self.opened)
        self._state = self.menu.addAction("")
        self._state.triggered.connect(self.list_opened)
        self.menu.addSeparator()
        self.menu.addAction("Quit").triggered.connect(self.quit_requested)
        self.icon = QSystemTrayIcon(theme.product_mark(), self)
        self.icon.setContextMenu(self.menu)
        self.icon.activated.connect(self._on_activated)
        self.icon.messageClicked.connect(self._on_message_clicked)
        self.show_count(None)

    @property
    def shows_messages(self) -> bool:
        """Whether the tray can show notices, where there is one."""
        return QSystemTrayIcon.supportsMessages()

    def show(self) -> None:
        """Puts the icon there; where there is no tray yet, it comes as soon as there is one."""
        self.icon.show()

    def close(self) -> None:
        """Takes the icon away."""
        self.icon.hide()
        self.menu.deleteLater()

    def show_count(self, keys: int | None) -> None:
        """Tooltip and menu say how many keys need attention; None: nobody is signed in."""
        told = "Nobody is signed in" if keys is None else attention_count(keys)
        self._state.setText(told)
        self._state.setEnabled(bool(keys))
        self.icon.setToolTip(f"{_TITLE}: {told}" if keys else _TITLE)

    def announce(self, announcement: Announcement) -> None:
        """Shows a notice; a newer one takes the place of the older."""
        self._shown = announcement
        self._show(announcement.title, announcement.text)

    def say(self, title: str, text: str) -> None:
        """Shows a message about the app itself; a click on it opens the window."""
        self._shown = None
        self._show(title, text)

    def _show(self, title: str, text: str) -> None:
        self.icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.Information, _SHOWN_MS)

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.opened.emit()

    def _on_message_clicked(self) -> None:
        if self._shown is None:
            self.opened.emit()
        elif self._shown.api_key_id is None:
            self.list_opened.emit()
        else:
            self.key_opened.emit(self._shown.api_key_id)

"""The app in the tray: it stays there when its window is closed, and its notices lead back to the window."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.errors import ClientError
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.accounts import Role
from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.notices.settings_dialog import NoticeSettingsDialog
from ss_admin.desktop.notices.told import ToldNews
from ss_admin.desktop.notices.tray import Tray, why_no_tray
from ss_admin.desktop.notices.watch import KeyWatch, Watched
from ss_admin.desktop.session import DesktopSession
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.shell.place import Surroundings

__all__ = ["TrayPresence"]

_TRAY_LOOK_MS = 15_000


class TrayPresence(QObject):
    """Stands between the window's close button and the end of the app: `end` is called when the window has gone.

    Where there is no tray, notices are toasts in the window. `find_why_not` says why there is none, or nothing.
    `remembers`: what was told is kept in the settings.
    """

    def __init__(
        self,
        session: DesktopSession,
        window: MainWindow,
        around: Surroundings,
        end: Callable[[], object],
        *,
        remembers: bool = True,
        find_why_not: Callable[[], str] = why_no_tray,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._around = around
        self._end = end
        self._remembers = remembers
        self._find_why_not = find_why_not
        self._is_leaving = False
        self._is_hidden = False
        self._unsaid: Announcement | None = None
        self.tray = Tray(theme=around.theme, parent=self)
        self.watch = KeyWatch(around.background, parent=self)
        self.tray_look = QTimer(self, interval=_TRAY_LOOK_MS)
        self._connect()
        window.installEventFilter(self)
        self.tray.show()

    def open(self) -> None:
        """Brings the window to the front, with what is known now."""
        was_hidden, self._is_hidden = self._is_hidden, False
        self.tray_look.stop()
        window = self._window
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()
        if not was_hidden or window.workspace is None:
            return
        if self._session.has_ended:
            window.workspace.sign_in_wanted.emit()
        else:
            window.workspace.resume()

    def open_key(self, api_key_id: str | None) -> None:
        """Brings the window to the front, at this key, or at the list of keys where it is about several."""
        self.open()
        if self._window.workspace is not None and QApplication.activeModalWidget() is None:
            self._window.workspace.open_key(api_key_id)

    def open_settings(self) -> None:
        """Asks whether the app is to stay in the tray."""
        around = self._around
        NoticeSettingsDialog(self._window, around.preferences, self._find_why_not(), theme=around.theme).open()

    def leave(self) -> None:
        """Ends the app, once dialogs are closed and what is not saved was asked about, in the open window."""
        while (dialog := QApplication.activeModalWidget()) is not None:
            dialog.close()
            if dialog.isVisible() or QApplication.activeModalWidget() is dialog:  # it asks first, or is at work
                self.open()
                return
        workspace = self._window.workspace
        if workspace is not None and workspace.unsaved.text:
            self.open()
            workspace.unsaved.ask("Quit without saving?", "Quit", self._leave_for_good)
        else:
            self._leave_for_good()

    def close(self) -> None:
        """Takes the icon away and says nothing any more; the window closes as it would without a tray."""
        self._window.removeEventFilter(self)
        self.tray_look.stop()
        self.watch.stop()
        self.tray.close()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Close:
            if self._stays():
                event.ignore()
                self._hide()
                return True
            QTimer.singleShot(0, self, self._end_if_closed)
        elif watched is self._window and event.type() == QEvent.Type.WindowActivate:
            self._say_in_window()
        return super().eventFilter(watched, event)

    def _connect(self) -> None:
        self.tray.opened.connect(self.open)
        self.tray.key_opened.connect(self.open_key)
        self.tray.list_opened.connect(lambda: self.open_key(None))
        self.tray.quit_requested.connect(self.leave)
        self.tray_look.timeout.connect(self._open_without_tray)
        self.watch.due.connect(self._announce)
        self.watch.counted.connect(self.tray.show_count)
        self.watch.refused.connect(self._show_refusal)
        self._session.signed_in.connect(self._meet_workspace)
        self._session.resumed.connect(self._begin)
        self._session.ended.connect(self._say_session_ended)
        self._session.signed_out.connect(self._be_quiet)

    def _announce(self, announcement: Announcement) -> None:
        """In the tray; without one in the window, as soon as somebody is at it."""
        if not self._find_why_not() and self.tray.shows_messages:
            self.tray.announce(announcement)
            return
        self._unsaid = announcement
        if self._window.isActiveWindow():
            self._say_in_window()

    def _say_in_window(self) -> None:
        told, self._unsaid = self._unsaid, None
        if told is not None:
            self._window.toasts.say(f"{told.title}\n{told.text}")

    def _stays(self) -> bool:
        app = QGuiApplication.instance()
        if self._is_leaving or (isinstance(app, QGuiApplication) and app.isSavingSession()):
            return False
        return self._around.preferences.stays_in_tray and not self._find_why_not()

    def _hide(self) -> None:
        preferences = self._around.preferences
        self._is_hidden = True
        self.tray_look.start()
        preferences.window_geometry = self._window.saveGeometry()
        self._window.hide()
        if not preferences.was_told_it_stays:
            preferences.was_told_it_stays = True
            self.tray.say(
                "SignalSync Admin keeps running", "It stays in the tray and tells you when a key needs attention."
            )
        preferences.save()

    def _open_without_tray(self) -> None:
        """The tray went away with its desktop: nothing else would lead back to the window."""
        if self._find_why_not():
            self.open()

    def _leave_for_good(self) -> None:
        self._is_leaving = True
        self._window.close()

    def _end_if_closed(self) -> None:
        if not self._window.isVisible():
            self._end()

    def _meet_workspace(self) -> None:
        workspace = self._window.workspace
        if workspace is not None:
            workspace.sidebar.offer_notices(self.open_settings)
            workspace.reachability.regained.connect(self.watch.look)
        self._begin()

    def _begin(self) -> None:
        session, connection = self._session.session, self._session.connection
        if session is None or connection is None or session.user.role is not Role.TENANT_ADMIN:
            self._be_quiet()
            return
        path = self._around.preferences.path if self._remembers else ""
        told = ToldNews(path, connection.server_url, session.user.id)
        self.watch.start(Watched(SignalsClient(connection), ApiKeysClient(connection), told))

    def _show_refusal(self, error: ClientError) -> None:
        if self._window.workspace is not None:
            self._window.workspace.show_failure(error)

    def _say_session_ended(self) -> None:
        self._be_quiet()
        if self._is_hidden:
            self.tray.say("Your session has ended", "Sign in again to be told when a key needs attention.")

    def _be_quiet(self) -> None:
        self._unsaid = None
        self.watch.stop()
        self.tray.show_count(None)

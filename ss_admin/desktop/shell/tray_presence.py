"""The app in the tray: it stays there when its window is closed, and its notices lead back to the window."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.accounts import Role
from ss_admin.desktop.notices.settings_dialog import NoticeSettingsDialog
from ss_admin.desktop.notices.told import ToldNews
from ss_admin.desktop.notices.tray import Tray, why_no_tray
from ss_admin.desktop.notices.watch import KeyWatch, Watched
from ss_admin.desktop.session import DesktopSession
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.shell.place import Surroundings

__all__ = ["TrayPresence"]


class TrayPresence(QObject):
    """Stands between the window's close button and the end of the app: `end` is called when the window has gone.

    `find_why_not` says why there is no tray, or nothing. `remembers`: what was told is kept in the settings.
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
        self._has_said_it_stays = False
        self.tray = Tray(theme=around.theme, parent=self)
        self.watch = KeyWatch(around.background, parent=self)
        self.tray.opened.connect(self.open)
        self.tray.key_opened.connect(self.open_key)
        self.tray.quit_requested.connect(self.leave)
        self.watch.due.connect(self.tray.announce)
        self.watch.counted.connect(self.tray.show_count)
        session.signed_in.connect(self._begin)
        session.resumed.connect(self._begin)
        session.ended.connect(self._be_quiet)
        session.signed_out.connect(self._be_quiet)
        window.installEventFilter(self)
        self.tray.show()

    def open(self) -> None:
        """Brings the window to the front, with what is known now."""
        was_hidden, self._is_hidden = self._is_hidden, False
        self._is_leaving = False
        window = self._window
        window.showNormal() if window.isMinimized() else window.show()
        window.raise_()
        window.activateWindow()
        if was_hidden and window.workspace is not None and not self._session.has_ended:
            window.workspace.resume()

    def open_key(self, api_key_id: str) -> None:
        """Brings the window to the front, at this key."""
        self.open()
        if self._window.workspace is not None:
            self._window.workspace.open_key(api_key_id)

    def open_settings(self) -> None:
        """Asks whether the app is to stay in the tray."""
        around = self._around
        NoticeSettingsDialog(self._window, around.preferences, self._find_why_not(), theme=around.theme).open()

    def leave(self) -> None:
        """Closes the window for good; what is not saved is asked about in the open window."""
        workspace = self._window.workspace
        if workspace is not None and workspace.unsaved.text:
            self.open()
        self._is_leaving = True
        self._window.close()

    def close(self) -> None:
        """Takes the icon away and says nothing any more; the window closes as it would without a tray."""
        self._is_leaving = True
        self._window.removeEventFilter(self)
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
        return super().eventFilter(watched, event)

    def _stays(self) -> bool:
        app = QGuiApplication.instance()
        if self._is_leaving or (isinstance(app, QGuiApplication) and app.isSavingSession()):
            return False
        return self._around.preferences.stays_in_tray and not self._find_why_not()

    def _hide(self) -> None:
        self._is_hidden = True
        self._around.preferences.window_geometry = self._window.saveGeometry()
        self._around.preferences.save()
        self._window.hide()
        if not self._has_said_it_stays:
            self._has_said_it_stays = True
            self.tray.say_it_stays()

    def _end_if_closed(self) -> None:
        if not self._window.isVisible():
            self._end()

    def _begin(self) -> None:
        session, connection, window = self._session.session, self._session.connection, self._window
        if session is None or connection is None or session.user.role is not Role.TENANT_ADMIN:
            self._be_quiet()
            return
        if window.workspace is not None:
            window.workspace.sidebar.offer_notices(self.open_settings)
        told = ToldNews(
            self._around.preferences.path if self._remembers else "", connection.server_url, session.user.id
        )
        self.watch.start(Watched(SignalsClient(connection), ApiKeysClient(connection), told))

    def _be_quiet(self) -> None:
        self.watch.stop()
        self.tray.show_count(0)

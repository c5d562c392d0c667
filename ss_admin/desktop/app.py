"""Builds the desktop app: the one place where its parts are wired together."""

import logging
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from pydantic import SecretStr
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ss_admin import __version__
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import SystemClipboard
from ss_admin.desktop.crash_report import CrashReporter
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.shell.pages import API_KEYS, build_places
from ss_admin.desktop.shell.place import Surroundings
from ss_admin.desktop.shell.tray_presence import TrayPresence
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.token_store import KeyringTokenStore, TokenStore

__all__ = ["AppOptions", "assemble", "run"]

_SIGNAL_LOOK_MS = 300


@dataclass(frozen=True)
class AppOptions:
    """How to start. `credentials` are user name and password, in memory only: the window opens signed in.

    `sample_data` shows the banner of the demo; nothing about the sign-in is remembered then.
    """

    server_url: str | None = None
    credentials: tuple[str, SecretStr] | None = None
    sample_data: bool = False


def run(options: AppOptions) -> int:
    """Opens the window and returns when it is closed, and not kept in the tray; the result is the exit code."""
    app = _application()
    app.setQuitOnLastWindowClosed(False)
    theme = Theme()
    theme.apply_to(app)
    background = Background()
    clipboard = SystemClipboard()
    reporter = CrashReporter(theme, clipboard)
    reporter.install()
    around = Surroundings(background, clipboard, theme, Preferences.of_this_person())
    session, window = assemble(options, around, KeyringTokenStore())
    presence = TrayPresence(session, window, around, app.quit, remembers=not options.sample_data)
    ticker = _end_on_signals(presence.leave)
    try:
        window.show()
        window.start(options.server_url or "", _credentials_of(options))
        return app.exec()
    finally:
        ticker.stop()
        presence.close()
        window.close()
        clipboard.close()
        background.shutdown()
        if session.connection is not None:
            session.connection.close()
        reporter.uninstall()


def assemble(options: AppOptions, around: Surroundings, token_store: TokenStore) -> tuple[DesktopSession, MainWindow]:
    """The session and its window, not yet shown."""
    session = DesktopSession(around.background, token_store)
    window = MainWindow(
        session, token_store, around, build_places, first_page=API_KEYS, sample_data=options.sample_data
    )
    return session, window


def _application() -> QApplication:
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("ss-admin")
    app.setApplicationDisplayName("SignalSync Admin")
    app.setApplicationVersion(__version__)
    app.setOrganizationName("SignalSync")
    app.setDesktopFileName("ss-admin")
    logging.captureWarnings(True)
    return app


def _credentials_of(options: AppOptions) -> Credentials | None:
    if options.credentials is None or options.server_url is None:
        return None
    username, password = options.credentials
    return Credentials(ServerChoice(options.server_url), username, password)


def _end_on_signals(leave: Callable[[], None]) -> QTimer:
    """Ctrl+C and SIGTERM close the window as its own button would. Python looks for signals when the timer ticks."""

    def quit_app(_number: int, _frame: FrameType | None) -> None:
        leave()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, quit_app)
    ticker = QTimer()
    ticker.timeout.connect(lambda: None)
    ticker.start(_SIGNAL_LOOK_MS)
    return ticker

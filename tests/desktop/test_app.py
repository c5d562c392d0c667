"""Starting and ending the app: it ends by its window, by a signal, and leaves nothing behind."""

import signal
import sys

import pytest
from pydantic import SecretStr
from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from ss_admin.desktop import app as desktop_app
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.theme.theme import Theme
from tests.support.desktop_session import MemoryKeyring


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path, theme: Theme, qapp: QApplication):
    """`run` with a keyring and settings of the test's own; what it took over is given back."""
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    monkeypatch.setattr(Preferences, "of_this_person", classmethod(lambda cls: cls(settings)))
    monkeypatch.setattr(desktop_app, "KeyringTokenStore", MemoryKeyring)
    monkeypatch.setattr(desktop_app, "Theme", lambda: theme)
    monkeypatch.delenv("DISPLAY", raising=False)
    hooks = sys.excepthook
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    sys.excepthook = hooks
    # Closing the last window posts one more order to quit, under which no later test could run an event loop.
    QApplication.sendPostedEvents()
    QTimer.singleShot(0, QApplication.exit)
    QApplication.exec()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def window() -> MainWindow:
    windows = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, MainWindow)]
    return next(widget for widget in windows if widget.isVisible())


def when_running(act) -> QObject:
    """Does `act` once the app runs; ends the app with 99 should it not end by itself."""
    ends = QObject()
    QTimer.singleShot(50, ends, act)
    QTimer.singleShot(8000, ends, lambda: QApplication.exit(99))
    return ends


@pytest.mark.usefixtures("started")
def test_closing_the_window_ends_the_app():
    seen = []

    def look_and_close() -> None:
        seen.append(window().sign_in_page.isVisible())
        window().close()

    timer = when_running(look_and_close)
    assert desktop_app.run(AppOptions()) == 0
    assert seen == [True]
    timer.deleteLater()


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_app_as_closing_its_window_does(number: signal.Signals):
    timer = when_running(lambda: signal.raise_signal(number))
    assert desktop_app.run(AppOptions()) == 0
    timer.deleteLater()


def test_the_password_of_the_sample_data_shows_in_no_repr():
    options = AppOptions("http://127.0.0.1:1", ("maria.keller", SecretStr("correct horse")), sample_data=True)
    assert "correct horse" not in repr(options)

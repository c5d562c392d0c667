"""The app in the tray: what closing the window does, and where notices lead."""

import pytest
from pydantic import SecretStr
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.notices.settings_dialog import NoticeSettingsDialog
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.shell.pages import API_KEYS, build_places
from ss_admin.desktop.shell.tray_presence import TrayPresence
from tests.support.api_keys import Seed, plant
from tests.support.backend import PASSWORD
from tests.support.desktop_session import MemoryKeyring


class Day:
    """A window over the real backend with its presence in the tray; `ended` counts the ends of the app."""

    def __init__(self, around, qtbot, backend, why_not: str = "") -> None:
        self.around, self.qtbot, self.backend = around, qtbot, backend
        self.ended = 0
        self.session = DesktopSession(around.background, MemoryKeyring())
        self.window = MainWindow(self.session, MemoryKeyring(), around, build_places, first_page=API_KEYS)
        qtbot.addWidget(self.window)
        self.presence = TrayPresence(self.session, self.window, around, self._end, find_why_not=lambda: why_not)
        self.window.show()

    def sign_in(self) -> None:
        server = ServerChoice(self.backend.url)
        self.window.start(self.backend.url, Credentials(server, self.backend.admin.username, SecretStr(PASSWORD)))
        self.settle()

    def close(self) -> None:
        self.window.close()
        self.qtbot.wait(10)

    def settle(self) -> None:
        self.qtbot.wait(80)
        assert self.around.background.wait_idle()

    def _end(self) -> None:
        self.ended += 1


@pytest.fixture
def day(around, qtbot, admin_backend):
    made: list[Day] = []

    def make(why_not: str = "") -> Day:
        made.append(Day(around, qtbot, admin_backend, why_not))
        return made[-1]

    yield make
    for one in made:
        one.presence.close()
        if one.session.connection is not None:
            around.background.shutdown()
            one.session.connection.close()


def test_closing_ends_the_app_unless_it_is_to_stay(day):
    today = day()
    today.close()
    assert (today.window.isVisible(), today.ended) == (False, 1)


def test_it_stays_in_the_tray_and_comes_back_until_it_is_quit(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    today.sign_in()
    today.close()
    assert (today.window.isVisible(), today.ended) == (False, 0)
    assert today.presence.watch.is_watching
    today.presence.tray.opened.emit()
    today.settle()
    assert today.window.isVisible()
    today.presence.tray.quit_requested.emit()
    today.qtbot.wait(10)
    assert (today.window.isVisible(), today.ended) == (False, 1)


def test_quitting_from_the_tray_ends_it_though_the_window_is_hidden(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    today.close()
    today.presence.leave()
    today.qtbot.wait(10)
    assert today.ended == 1


def test_without_a_tray_closing_ends_the_app_whatever_was_chosen(day, around):
    around.preferences.stays_in_tray = True
    today = day("This desktop has no tray.")
    today.close()
    assert today.ended == 1


def test_a_notice_leads_to_the_key(day, around, admin_backend):
    around.preferences.stays_in_tray = True
    (key,) = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, [Seed(name="Attacked")])
    today = day()
    today.sign_in()
    today.window.workspace.open_page("Activity")
    today.close()
    today.presence.tray.key_opened.emit(key)
    today.settle()
    assert today.window.isVisible()
    assert today.window.workspace.opened == API_KEYS
    assert today.window.workspace._places[API_KEYS].widget.key.key_id == key


def test_it_is_quiet_while_nobody_is_signed_in(day):
    today = day()
    assert not today.presence.watch.is_watching
    today.sign_in()
    assert today.presence.watch.is_watching
    today.session.end()
    assert not today.presence.watch.is_watching
    today.session.sign_out()
    today.settle()
    assert not today.presence.watch.is_watching


def test_the_sidebar_leads_to_the_settings(day):
    today = day()
    today.sign_in()
    button = today.window.workspace.sidebar.notices_button
    assert button.isVisible()
    button.click()
    dialog = next(part for part in QApplication.topLevelWidgets() if isinstance(part, NoticeSettingsDialog))
    assert dialog.isVisible()
    dialog.reject()

"""The app in the tray: what closing the window does, and where notices lead."""

from dataclasses import replace
from functools import partial

import pytest
import shiboken6
from pydantic import SecretStr
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.notices.settings_dialog import NoticeSettingsDialog
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.shell.pages import API_KEYS, build_places
from ss_admin.desktop.shell.place import Place
from ss_admin.desktop.shell.tray_presence import TrayPresence
from ss_admin.desktop.widgets.dialog import Question
from tests.support.api_keys import Seed, plant
from tests.support.backend import PASSWORD
from tests.support.desktop_session import MemoryKeyring

NO_TRAY = "This desktop has no tray."


class Day:
    """A window over the real backend with its presence in the tray; `ended` counts the ends of the app."""

    def __init__(self, around, qtbot, backend, why_not: str = "") -> None:
        self.around, self.qtbot, self.backend = around, qtbot, backend
        self.ends: list[bool] = []
        self.why_not = [why_not]
        self.session = DesktopSession(around.background, MemoryKeyring())
        self.window = MainWindow(self.session, MemoryKeyring(), around, build_places, first_page=API_KEYS)
        end, find_why_not = partial(self.ends.append, True), partial(self.why_not.__getitem__, 0)
        self.presence = TrayPresence(self.session, self.window, around, end, find_why_not=find_why_not)
        self.window.show()

    def sign_in(self) -> None:
        server = ServerChoice(self.backend.url)
        self.window.start(self.backend.url, Credentials(server, self.backend.admin.username, SecretStr(PASSWORD)))
        self.settle()

    @property
    def ended(self) -> int:
        return len(self.ends)

    @property
    def keys(self) -> Place:
        return self.window.workspace._places[API_KEYS]

    def question(self, name: str = "shell.unsaved") -> Question:
        shown = [part for part in QApplication.topLevelWidgets() if isinstance(part, Question) and part.isVisible()]
        return next(part for part in shown if part.objectName() == name)

    def close(self) -> None:
        self.window.close()
        self.qtbot.wait(10)

    def settle(self) -> None:
        self.qtbot.wait(80)
        assert self.around.background.wait_idle()


@pytest.fixture
def day(around, qtbot, admin_backend):
    made: list[Day] = []

    def make(why_not: str = "") -> Day:
        made.append(Day(around, qtbot, admin_backend, why_not))
        return made[-1]

    yield make
    for one in made:
        one.presence.close()
        one.window.hide()
    around.background.shutdown()
    for one in made:
        if one.session.connection is not None:
            one.session.connection.close()
        shiboken6.delete(one.window)  # here and now: its timers must not die on another thread


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
    today = day(NO_TRAY)
    today.close()
    assert today.ended == 1


def test_that_it_stays_is_said_the_first_time(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    assert not around.preferences.was_told_it_stays
    today.close()
    assert around.preferences.was_told_it_stays


def test_a_tray_that_goes_away_gives_the_window_back(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    today.close()
    today.presence.tray_look.timeout.emit()
    assert not today.window.isVisible()
    today.why_not[0] = NO_TRAY
    today.presence.tray_look.timeout.emit()
    assert today.window.isVisible()


def test_quitting_asks_where_something_is_unsaved_and_closing_to_the_tray_keeps_it(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    today.sign_in()
    today.window.workspace.unsaved._places = (replace(today.keys, unsaved=lambda: "Your changes are not saved."),)
    today.close()
    assert not today.window.isVisible()
    today.presence.leave()
    today.question().reject()
    assert (today.window.isVisible(), today.ended) == (True, 0)
    today.close()
    assert (today.window.isVisible(), today.ended) == (False, 0)
    today.presence.leave()
    today.question().accept()
    today.qtbot.wait(10)
    assert (today.window.isVisible(), today.ended) == (False, 1)


def test_quitting_closes_a_dialog_as_the_person_would(day, around):
    today = day()
    today.sign_in()
    today.presence.open_settings()
    today.presence.leave()
    today.qtbot.wait(10)
    assert today.ended == 1


def test_quitting_does_not_throw_away_what_was_typed_into_a_dialog(day):
    today = day()
    today.sign_in()
    editing = today.keys.widget.list.editing
    editor = editing.open(None)
    editor.findChild(QLineEdit, "apiKeyEditor.name").setText("Half a name")
    today.presence.leave()
    today.qtbot.wait(10)
    assert today.ended == 0
    assert editor.isVisible()
    today.question("apiKeyEditor.discard").accept()


def test_a_notice_leads_to_the_key_and_one_about_several_to_the_list(day, around, admin_backend):
    around.preferences.stays_in_tray = True
    (key,) = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, [Seed(name="Attacked")])
    today = day()
    today.sign_in()
    place = today.keys.widget
    today.window.workspace.open_page("Activity")
    today.close()
    today.presence.tray.key_opened.emit(key)
    today.settle()
    assert today.window.isVisible()
    assert today.window.workspace.opened == API_KEYS
    assert place.key.key_id == key
    today.window.workspace.open_page("Activity")
    today.presence.tray.list_opened.emit()
    today.settle()
    assert today.window.workspace.opened == API_KEYS
    assert not place.is_key_open


def test_without_a_tray_a_notice_is_a_toast_once_somebody_is_at_the_window(day):
    today = day(NO_TRAY)
    today.sign_in()
    today.window.activateWindow()
    today.qtbot.waitUntil(today.window.isActiveWindow)
    today.presence.watch.due.emit(Announcement("“Lift” needs attention", "Unusual spike.", "key-1"))
    assert today.window.toasts.text == "“Lift” needs attention\nUnusual spike."
    elsewhere = QWidget()
    today.qtbot.addWidget(elsewhere)
    elsewhere.show()
    elsewhere.activateWindow()
    today.qtbot.waitUntil(lambda: not today.window.isActiveWindow())
    today.presence.watch.due.emit(Announcement("“Door” needs attention", "Unusual spike.", "key-2"))
    assert "Door" not in today.window.toasts.text
    today.presence.open()
    today.qtbot.waitUntil(lambda: "Door" in today.window.toasts.text)


def test_a_session_that_ends_in_the_tray_waits_there_for_the_person(day, around):
    around.preferences.stays_in_tray = True
    today = day()
    today.sign_in()
    today.close()
    today.session.connection.token = "no-longer-known-0123456789abcdefghijklmnop"
    today.presence.watch.look()
    today.settle()
    assert today.session.has_ended
    assert not today.presence.watch.is_watching
    assert QApplication.activeModalWidget() is None
    today.presence.open()
    today.qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
    assert today.window._again.isVisible()
    today.window._again.reject()


def test_it_looks_at_once_when_the_server_is_back(day):
    today = day()
    today.sign_in()
    today.window.workspace.reachability.regained.emit()
    assert today.presence.watch._task is not None
    today.settle()


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

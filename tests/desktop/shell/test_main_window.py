"""The window through a person's day: sign in, lose the server, lose the session, come back, sign out."""

from dataclasses import replace

import pytest
from pydantic import SecretStr
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLabel

from ss_admin.client.errors import (
    NotFound,
    ServerUnreachable,
    SessionEnded,
    TenantAdminRequired,
)
from ss_admin.contract.accounts import Role
from ss_admin.contract.problems import Problem, ProblemCode
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from ss_admin.desktop.shell.main_window import MainWindow
from ss_admin.desktop.widgets.dialog import Question
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import (
    TOKEN,
    BlankPage,
    MemoryKeyring,
    build_blank_places,
    grant_document,
    session_document,
)
from tests.support.scripted_server import ScriptedServer, http_answer, json_answer, problem_answer

KEYS = "API Keys Management"
PASSWORD = "correct horse battery"


def problem(code: ProblemCode) -> Problem:
    return Problem(type="t", title="T", status=401, detail="Detail.", code=code, request_id="r-1")


class Day:
    """A window, its session and keyring, and the shortcuts that the tests take."""

    def __init__(self, around, qtbot, *, sample_data: bool = False) -> None:
        self.around, self.qtbot = around, qtbot
        self.keyring = MemoryKeyring()
        self.session = DesktopSession(around.background, self.keyring)
        self.window = MainWindow(
            self.session, self.keyring, around, build_blank_places, first_page=KEYS, sample_data=sample_data
        )
        qtbot.addWidget(self.window)
        self.window.show()

    def settle(self) -> None:
        assert self.around.background.wait_idle()

    def type_in(self, server: ScriptedServer, form=None) -> None:
        form = form or self.window.sign_in_page.form
        form.server.address.setText(server.url)
        form.username.setText("maria.keller")
        form.password.setText(PASSWORD)
        form.submit()
        self.settle()

    def page(self, title: str = KEYS) -> BlankPage:
        return self.window.workspace._places[title].widget


@pytest.fixture
def day(around, qtbot) -> Day:
    return Day(around, qtbot)


def grants(*names: str) -> list[bytes]:
    return [json_answer(200, grant_document(name=name)) for name in names]


def test_it_begins_at_sign_in_and_goes_on_at_the_keys(day: Day):
    day.window.start()
    day.settle()
    assert day.window._stack.currentWidget() is day.window.sign_in_page
    assert_accessible(day.window.sign_in_page)
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
        assert day.around.preferences.last_server == server.url
    assert day.window.workspace.opened == KEYS
    assert day.page().activated == 1
    assert day.window.sign_in_page.form.password.text() == ""
    assert_accessible(day.window.workspace)


def test_a_wrong_password_stays_at_sign_in(day: Day):
    day.window.start()
    with ScriptedServer([problem_answer(401, "wrong_credentials")]) as server:
        day.type_in(server)
    assert day.window.workspace is None
    assert "wrong" in day.window.sign_in_page.form.password_field.error
    assert day.around.preferences.last_server == ""


def test_a_kept_token_leads_straight_in(day: Day):
    with ScriptedServer([json_answer(200, session_document())]) as server:
        preferences = day.around.preferences
        preferences.last_server, preferences.last_username, preferences.stays_signed_in = server.url, "maria", True
        day.keyring.tokens[server.url, "maria"] = TOKEN
        day.window.start()
        day.settle()
    assert day.window.workspace.opened == KEYS


def test_a_kept_token_that_is_over_leads_to_sign_in_with_the_names_filled_in(day: Day):
    with ScriptedServer([problem_answer(401, "session_required")]) as server:
        preferences = day.around.preferences
        preferences.last_server, preferences.last_username, preferences.stays_signed_in = server.url, "maria", True
        day.keyring.tokens[server.url, "maria"] = TOKEN
        day.window.start()
        day.settle()
    assert day.window._stack.currentWidget() is day.window.sign_in_page
    assert day.window.sign_in_page.form.username.text() == "maria"


def test_credentials_in_memory_open_the_sample_data_signed_in(around, qtbot):
    day = Day(around, qtbot, sample_data=True)
    with ScriptedServer(grants("Maria Keller")) as server:
        day.window.start(server.url, Credentials(ServerChoice(server.url), "maria.keller", SecretStr(PASSWORD)))
        day.settle()
    assert day.window.workspace.sample_banner.isVisibleTo(day.window)
    assert "sample data" in day.window.workspace.sample_banner.text
    assert around.preferences.last_server == ""


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TENANT_ADMIN])
def test_others_get_one_plain_page_and_the_way_out(day: Day, role: Role):
    day.window.start()
    with ScriptedServer([json_answer(200, grant_document(role=role)), http_answer(204)]) as server:
        day.type_in(server)
        assert day.window._stack.currentWidget() is day.window.not_allowed_page
        assert day.window.workspace is None
        assert_accessible(day.window.not_allowed_page)
        day.window.not_allowed_page.sign_out_button.click()
        day.settle()
    assert day.window._stack.currentWidget() is day.window.sign_in_page


def test_a_role_that_was_taken_away_leads_to_the_plain_page(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
    day.page().failed.emit(TenantAdminRequired(problem(ProblemCode.TENANT_ADMIN_REQUIRED)))
    assert day.window._stack.currentWidget() is day.window.not_allowed_page


def test_a_server_that_goes_away_leaves_the_page_as_it_is(day: Day):
    day.window.start()
    with ScriptedServer([*grants("Maria Keller"), json_answer(200, session_document())]) as server:
        day.type_in(server)
        page, workspace = day.page(), day.window.workspace
        page.typed.setText("half a sentence")
        page.failed.emit(ServerUnreachable("connection refused"))
        assert workspace.offline_banner.isVisibleTo(day.window)
        assert "cannot be reached" in workspace.offline_banner.text
        assert page.is_stale
        assert page.typed.text() == "half a sentence"
        assert_accessible(workspace)
        workspace.offline_banner.action.click()
        day.settle()
    assert not workspace.offline_banner.isVisibleTo(day.window)
    assert not page.is_stale
    assert page.refreshed == 1
    other = day.page("Activity")
    assert other.is_stale
    workspace.open_page("Activity")
    assert not other.is_stale


def test_the_session_ends_and_nothing_typed_is_lost(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller", "Maria Keller")) as server:
        day.type_in(server)
        page, workspace = day.page(), day.window.workspace
        page.typed.setText("half a sentence")
        page.failed.emit(SessionEnded(problem(ProblemCode.SESSION_REQUIRED)))
        again = day.window._again
        assert again.isVisible()
        assert again.windowModality() is Qt.WindowModality.ApplicationModal
        assert again.form.username.text() == "maria.keller"
        assert page.is_stale
        assert_accessible(again)
        day.type_in(server, again.form)
    assert day.window._again is None
    assert day.window.workspace is workspace
    assert page.typed.text() == "half a sentence"
    assert not page.is_stale
    assert page.refreshed == 1


def test_sign_in_comes_up_over_an_open_dialog(day: Day, qtbot):
    day.window.start()
    with ScriptedServer(grants("Maria Keller", "Maria Keller")) as server:
        day.type_in(server)
        editor = QDialog(day.window)
        editor.open()
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is editor)
        day.page().failed.emit(SessionEnded(problem(ProblemCode.SESSION_REQUIRED)))
        assert day.window._again.parent() is editor
        day.type_in(server, day.window._again.form)
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is editor)
    assert editor.isVisible()
    editor.close()


def test_signing_in_again_can_be_put_off_and_asked_for(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
        day.page().failed.emit(SessionEnded(problem(ProblemCode.SESSION_REQUIRED)))
        day.window._again.reject()
        assert day.window._again is None
        banner = day.window.workspace.ended_banner
        assert banner.isVisibleTo(day.window)
        banner.action.click()
        assert day.window._again.isVisible()
        day.window._again.reject()


def test_a_wrong_password_is_told_in_the_dialog(day: Day):
    day.window.start()
    with ScriptedServer([*grants("Maria Keller"), problem_answer(401, "wrong_credentials")]) as server:
        day.type_in(server)
        day.session.end()
        again = day.window._again
        day.type_in(server, again.form)
    assert "wrong" in again.form.password_field.error
    assert again.primary_button.isEnabled()
    again.reject()


def test_another_person_gets_pages_of_their_own(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller", "Jonas Lindqvist")) as server:
        day.type_in(server)
        workspace = day.window.workspace
        day.session.end()
        day.type_in(server, day.window._again.form)
    assert day.window.workspace is not workspace
    assert day.window.workspace.sidebar._person.text() == "Jonas Lindqvist"


def test_signing_out_leads_back_to_sign_in(day: Day):
    day.window.start()
    with ScriptedServer([*grants("Maria Keller"), http_answer(204)]) as server:
        day.type_in(server)
        day.window.workspace.sidebar.sign_out_button.click()
        day.settle()
        assert server.received[-1].method == "DELETE"
    assert day.window.workspace is None
    assert day.window._stack.currentWidget() is day.window.sign_in_page
    assert day.window.sign_in_page.form.username.text() == "maria.keller"


def test_an_error_stays_until_it_is_read(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
    error = NotFound(problem(ProblemCode.NOT_FOUND))
    day.page().failed.emit(error)
    day.page().failed.emit(error)
    box = day.window.workspace._error_box
    assert box.isVisible()
    box.primary_button.click()
    assert day.window.workspace._error_box is None


def test_a_success_is_a_toast(day: Day):
    day.window.start()
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
    day.page().said.emit("Saved.")
    assert day.window.toasts.text == "Saved."


def test_a_keyring_that_did_not_keep_the_token_is_told(day: Day):
    day.window.start()
    day.settle()
    day.keyring.refusal = "The keyring is locked."
    day.window.sign_in_page.form.stay.setChecked(True)
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
        day.settle()
    box = day.window.workspace._error_box
    assert box.isVisible()
    box.accept()


def test_size_and_folded_groups_are_remembered(day: Day, around, qtbot):
    day.window.start()
    with ScriptedServer(grants("Maria Keller")) as server:
        day.type_in(server)
    day.window.resize(900, 640)
    navigation = day.window.workspace.sidebar.navigation
    navigation.topLevelItem(0).setExpanded(False)
    day.window.close()
    assert around.preferences.closed_groups == {"Settings"}
    later = Day(around, qtbot)
    assert later.window.size() == day.window.size()


def test_closing_and_signing_out_ask_where_something_is_unsaved(around, qtbot):
    unsaved = ["Your changes to “Building Alarm” have not been saved."]
    built = []

    def build(connection, around):
        places = build_blank_places(connection, around)
        built[:] = [replace(places[0], unsaved=lambda: unsaved[0]), *places[1:]]
        return built

    with ScriptedServer(grants("Maria Keller")) as server:
        day = Day(around, qtbot)
        day.window._build_places = build
        day.type_in(server)
        day.window.close()
        assert day.window.isVisible()
        (question,) = day.window.findChildren(Question, "shell.unsaved")
        assert unsaved[0] in [label.text() for label in question.findChildren(QLabel)]
        question.reject()
        day.window.workspace.sidebar.signed_out.emit()
        question = next(each for each in day.window.findChildren(Question, "shell.unsaved") if each.isVisible())
        question.reject()
        assert day.session.session is not None
        day.window.close()
        question = next(each for each in day.window.findChildren(Question, "shell.unsaved") if each.isVisible())
        question.accept()
        assert not day.window.isVisible()

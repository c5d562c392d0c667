"""“Why was a call refused?” over the real backend: the cause, the key, what to tell the partner; and nothing kept."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ss_admin.backend.store.tables import RefusalRow
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ServerUnreachable
from ss_admin.client.refusals import RefusalsClient
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyCreated, ApiKeyStatus, NewApiKey
from ss_admin.contract.refusals import RefusalAnswer, RefusalQuestion
from ss_admin.desktop.refusals.asking import RefusalAsking
from ss_admin.desktop.refusals.dialog import RefusalDialog
from tests.support.accessibility import assert_accessible
from tests.support.admin_backend import AdminBackend
from tests.support.secret_search import secrets_in

REQUEST = "01a20a73-b9bd-70f4-a6ea-4e5d06344185"


def request_id(number: int) -> str:
    return f"{REQUEST[:-4]}{number:04}"


class Stage:
    """The dialog over a window, as the page opens it."""

    def __init__(self, qtbot, around, refusals: object) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.window.show()
        self.around = around
        self.asking = RefusalAsking(
            refusals,  # type: ignore[arg-type] -- a test may give it one that fails
            self.window,
            background=around.background,
            clipboard=around.clipboard,
            theme=around.theme,
        )
        self.asking.open()

    @property
    def dialog(self) -> RefusalDialog:
        assert self.asking.dialog is not None
        return self.asking.dialog

    def ask(self, pasted: str) -> None:
        self.dialog.field.forget()
        self.dialog.field.take(pasted)
        self.dialog.ask()
        self.settle()

    def settle(self) -> None:
        """Waits for the answer, and lets the dialog show it."""
        assert self.around.background.wait_idle()
        QTest.qWait(20)

    def words(self) -> str:
        return "\n".join(label.text() for label in self.dialog.findChildren(QLabel) if label.isVisible())

    def button(self, name: str) -> QPushButton:
        found = self.dialog.findChild(QPushButton, name)
        assert found is not None, name
        return found


@pytest.fixture
def created(admin_backend: AdminBackend, connection: Connection) -> ApiKeyCreated:
    """A key that was disabled, with three refusals since."""
    client = ApiKeysClient(connection)
    created = client.create(NewApiKey(name="Building Alarm", user_id=admin_backend.user.id))
    client.change(created.api_key.id, ApiKeyChange(status=ApiKeyStatus.DISABLED), version=None)
    now = datetime.now(UTC)
    with admin_backend.store.writing() as session:
        session.add_all(
            RefusalRow(
                request_id=request_id(number),
                at=now + timedelta(seconds=number),
                status=401,
                code="disabled_api_key",
                detail="This API key is disabled.",
                address=f"203.0.113.{number}",
                api_key_id=created.api_key.id,
                rulechain_id=None,
            )
            for number in (1, 2, 3)
        )
    return created


@pytest.fixture
def connection(admin_backend: AdminBackend):
    connection = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield connection
    connection.close()


@pytest.fixture
def stage(qtbot, around, connection: Connection) -> Stage:
    return Stage(qtbot, around, RefusalsClient(connection))


def test_a_request_id_gives_the_cause_the_key_the_time_and_what_to_tell_the_partner(
    stage: Stage, created: ApiKeyCreated, qtbot
) -> None:
    stage.ask(f"X-Request-Id: {request_id(1)}")
    words = stage.words()
    assert "disabled" in words
    assert "Ada Admin" in words
    assert created.api_key.masked_key in words
    assert "203.0.113.1" in words
    assert "401 disabled_api_key" in words
    assert " UTC" in words
    stage.button("refusals.call.copyAdvice").click()
    copied = stage.around.clipboard.text
    assert request_id(1) in copied
    assert_accessible(stage.dialog)
    with qtbot.waitSignal(stage.asking.key_opened) as opened:
        stage.button("refusals.openKey").click()
    assert opened.args == [created.api_key.id]
    assert stage.asking.dialog is None


def test_a_pasted_key_gives_which_it_is_and_its_last_refusals_one_by_one(
    stage: Stage, created: ApiKeyCreated, qtbot, caplog
) -> None:
    caplog.set_level(logging.DEBUG)
    stage.ask(f"Bearer {created.secret}")
    view = stage.dialog.answer_view
    assert view is not None
    assert view.table is not None
    assert "Building Alarm" in stage.words()
    assert "The last 3 refusals" in stage.words()
    assert [view.table.item(row, 2).text() for row in range(3)] == ["203.0.113.3", "203.0.113.2", "203.0.113.1"]
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Down)
    stage.settle()
    assert request_id(2) in stage.words()
    assert request_id(3) not in stage.words()
    assert_accessible(stage.dialog)
    told = "\n".join([stage.words(), caplog.text, repr(stage.dialog.field.question)])
    assert secrets_in(told.encode()) == []
    dialog = stage.dialog
    dialog.reject()
    assert dialog.field.text() == ""
    assert not dialog.field.holds_key


def test_a_key_of_nobody_and_one_with_a_fault_are_told_apart(stage: Stage, created: ApiKeyCreated) -> None:
    unknown = new_api_key()
    stage.ask(unknown)
    assert stage.dialog.field.text() == mask_api_key(unknown)
    first = stage.words()
    stage.ask(created.secret[:-1])
    assert "42 characters" in stage.words()
    assert stage.words() != first


def test_nothing_found_says_what_that_can_mean(stage: Stage, created: ApiKeyCreated) -> None:
    stage.ask(request_id(9))
    assert stage.dialog.answer_view is not None
    assert stage.dialog.answer_view.table is None
    assert "Nothing is known of a partner's call" in stage.words()


def test_what_is_neither_is_said_at_the_box_and_not_sent(stage: Stage) -> None:
    for pasted, told in (("", "Paste the id"), ("why was it refused?", "neither a request ID nor an API key")):
        stage.ask(pasted)
        assert told in stage.words()
        assert stage.dialog.answer_view is None
        assert stage.dialog.field.hasFocus() or stage.dialog.focusWidget() is stage.dialog.field


def test_enter_asks_and_escape_closes(stage: Stage, created: ApiKeyCreated, qtbot) -> None:
    stage.dialog.field.take(request_id(1))
    qtbot.keyClick(stage.dialog.field, Qt.Key.Key_Return)
    assert stage.around.background.wait_idle()
    assert stage.dialog.answer_view is not None
    qtbot.keyClick(stage.dialog, Qt.Key.Key_Escape)
    assert stage.asking.dialog is None


class Failing:
    """The server is away, and comes back."""

    def __init__(self) -> None:
        self.is_away = True
        self.asked: list[RefusalQuestion] = []

    def explain(self, question: RefusalQuestion) -> RefusalAnswer:
        self.asked.append(question)
        if self.is_away:
            raise ServerUnreachable("nothing answers")
        return RefusalAnswer(finding=None, refusals=[], note="Nothing is known of it.")


def test_while_the_server_is_away_the_question_stays_and_can_be_asked_again(qtbot, around) -> None:
    failing = Failing()
    stage = Stage(qtbot, around, failing)
    failures: list[object] = []
    stage.asking.failed.connect(failures.append)
    key = new_api_key()
    stage.ask(key)
    assert "cannot be reached" in stage.words()
    assert isinstance(failures[0], ServerUnreachable)
    assert secrets_in((stage.words() + repr(failing.asked)).encode()) == []
    failing.is_away = False
    stage.dialog.ask()
    stage.settle()
    assert "Nothing is known of it." in stage.words()
    assert "cannot be reached" not in stage.words()


def test_closing_while_the_answer_is_awaited_drops_it(qtbot, around) -> None:
    stage = Stage(qtbot, around, Failing())
    dialog = stage.dialog
    dialog.field.take(request_id(1))
    dialog.ask()
    dialog.reject()
    assert around.background.wait_idle()
    assert stage.asking.dialog is None
    stage.asking.open()
    assert stage.dialog.answer_view is None


@pytest.fixture(autouse=True)
def _settings_hold_no_secret(blank_preferences, tmp_path) -> Callable[[], None]:
    yield
    blank_preferences.save()
    for file in tmp_path.glob("*.ini"):
        assert secrets_in(file.read_bytes()) == []

"""The key dialogs over the real client and the real backend: what is entered is what the server has afterwards."""

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import get_input_stream

from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.api_key_format import find_api_key_fault
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus, NewApiKey, RateLimit
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.api_keys.editor.number_field import NumberField
from ss_admin.desktop.widgets.dialog import Dialog
from tests.support.backend import SqliteSource, Town, cheap_passwords, test_settings
from tests.support.partner import plant_chain

ZONE = ZoneInfo("Europe/Berlin")


class Office:
    """A served backend with two people, one of them signed in."""

    def __init__(self, url, town, store):
        self.connection = Connection(url)
        tenant = town.tenant("Building Services")
        self.chain_id = plant_chain(store, tenant)
        admin = town.person(tenant, "ada.admin", name="Ada Admin")
        jonas = town.person(tenant, "jonas.brandt", name="Jonas Brandt")
        self.ada, self.jonas = (
            ObjectRef(id=admin.user_id, name="Ada Admin"),
            ObjectRef(id=jonas.user_id, name=jonas.name),
        )
        self.connection.token = admin.token
        self.api_keys = ApiKeysClient(self.connection)
        self.accounts = AccountsClient(self.connection)
        self.rule_chains = RuleChainsClient(self.connection)

    def key(self, **changes):
        order = {"name": "Alarm", "user_id": self.ada.id, "expires_in_days": 30, **changes}
        return self.api_keys.create(NewApiKey.model_validate(order)).api_key


class QuietHandler(WSGIRequestHandler):
    def log(self, *_):
        """Tests read answers, not logs."""


def with_ended_bodies(app):
    """A body ends where its length says, as every server in use has it; werkzeug's waits for the connection's end."""

    def call(environ, start_response):
        environ["wsgi.input"] = get_input_stream(environ)
        return app(environ, start_response)

    return call


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with SqliteSource(tmp_path_factory.mktemp("template")).url(tmp_path_factory.mktemp("store")) as database:
        store = Store.open(database)
        app = create_app(test_settings(database), store=store, passwords=cheap_passwords())
        server = make_server("127.0.0.1", 0, with_ended_bodies(app), threaded=True, request_handler=QuietHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        office = Office(f"http://127.0.0.1:{server.server_port}", Town(app, store), store)
        yield office
        office.connection.close()
        server.shutdown()
        thread.join(10)
        server.server_close()
        app.extensions["ss_backend"].close()
        store.close()


@pytest.fixture
def open_editor(qtbot, theme, background, office):
    def open_it(api_key=None):
        editor = ApiKeyEditor(
            None,
            api_keys=office.api_keys,
            accounts=office.accounts,
            chains=office.rule_chains,
            background=background,
            theme=theme,
            api_key=api_key,
            zone=ZONE,
        )
        qtbot.addWidget(editor)
        with qtbot.waitActive(editor):
            editor.open()
        return editor

    return open_it


def find(editor, name, kind=QWidget):
    return editor.findChild(kind, f"apiKeyEditor.{name}")


def test_key_is_created_as_it_was_entered(qtbot, office, open_editor):
    editor = open_editor()
    find(editor, "name", QLineEdit).setText("  Gebäude-Alarm ")
    find(editor, "user").setFocus()
    qtbot.keyClicks(find(editor, "user"), "jonas")
    qtbot.keyClick(find(editor, "user"), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: find(editor, "user").user() == office.jonas)
    find(editor, "expires", QComboBox).setCurrentText("7 days")
    find(editor, "maxRequests", NumberField).set_number(250)
    find(editor, "timeWindow", NumberField).set_number(90)
    got = []
    editor.created.connect(lambda created: got.append((created.api_key.id, find_api_key_fault(created.secret))))
    with qtbot.waitSignal(editor.created):
        editor.submit()
    ((key_id, fault),) = got
    assert fault is None
    key = office.api_keys.get(key_id)
    assert (key.name, key.user) == ("Gebäude-Alarm", office.jonas)
    assert key.rate_limit == RateLimit(max_requests=250, window_seconds=90)
    assert abs(key.expires_at - datetime.now(UTC) - timedelta(days=7)) < timedelta(minutes=1)


def test_key_is_narrowed_and_widened_again(qtbot, office, background, open_editor):
    editor = open_editor(office.key())
    find(editor, "chains.only", QAbstractButton).click()
    picker = find(editor, "chains.search")
    picker.setFocus()
    qtbot.keyClicks(picker, "building")
    qtbot.keyClick(picker, Qt.Key.Key_Return)  # before the answer: the only match is taken
    qtbot.waitUntil(lambda: find(editor, "chains.chosen").ids == (office.chain_id,))
    find(editor, "addresses.only", QAbstractButton).click()
    find(editor, "addresses").setPlainText("2001:DB8::1, 203.0.113.0/24")
    with qtbot.waitSignal(editor.saved) as saved:
        editor.submit()
    (narrowed,) = saved.args
    assert narrowed.permissions.rulechains == [office.chain_id]
    assert narrowed.allowed_addresses == ["2001:db8::1/128", "203.0.113.0/24"]
    editor = open_editor(narrowed)
    assert background.wait_idle()
    chosen = find(editor, "chains.chosen").model()
    assert chosen.index(0).data(Qt.ItemDataRole.DisplayRole) == "Building Alarm"
    find(editor, "chains.all", QAbstractButton).click()
    find(editor, "addresses.all", QAbstractButton).click()
    with qtbot.waitSignal(editor.saved) as saved:
        editor.submit()
    assert (saved.args[0].permissions.rulechains, saved.args[0].allowed_addresses) == (None, None)


def test_custom_date_arrives_as_the_moment_that_was_shown(qtbot, office, open_editor):
    editor = open_editor(office.key())
    find(editor, "expires", QComboBox).setCurrentText("Custom date")
    date = find(editor, "customDate")
    date.setDateTime(date.dateTime().addDays(100))
    shown = date.text()
    with qtbot.waitSignal(editor.saved) as saved:
        editor.submit()
    key = office.api_keys.get(saved.args[0].id)
    assert f"{key.expires_at.astimezone(ZONE):%Y-%m-%d %H:%M}" == shown


def test_disabling_changes_the_status_and_nothing_else(qtbot, office, open_editor):
    before = office.key()
    editor = open_editor(before)
    find(editor, "status").click()
    with qtbot.waitSignal(editor.saved):
        editor.submit()
    after = office.api_keys.get(before.id)
    changed = {"status": ApiKeyStatus.DISABLED, "version": before.version + 1, "updated_at": after.updated_at}
    assert after == before.model_copy(update=changed)


def test_second_of_two_administrators_sees_both_versions_and_decides(qtbot, office, open_editor):
    key = office.key()
    editor = open_editor(key)
    office.api_keys.change(key.id, ApiKeyChange(rate_limit=None, name="Theirs"), version=key.version)
    find(editor, "name", QLineEdit).setText("Mine")
    editor.submit()
    qtbot.waitUntil(lambda: editor.findChild(Dialog, "apiKeyConflict") is not None)
    view = editor.findChild(Dialog, "apiKeyConflict")
    assert view.findChild(QLabel, "apiKeyConflict.theirs.Name").text() == "Theirs"
    assert office.api_keys.get(key.id).name == "Theirs"
    with qtbot.waitSignal(editor.saved):
        view.findChild(QPushButton, "apiKeyConflict.useMine").click()
    after = office.api_keys.get(key.id)
    assert (after.name, after.rate_limit) == ("Mine", None)


def test_key_deleted_meanwhile_is_said(qtbot, office, open_editor):
    key = office.key()
    editor = open_editor(key)
    office.api_keys.delete(key.id)
    find(editor, "name", QLineEdit).setText("Mine")
    with qtbot.waitSignal(editor.list_changed):
        editor.submit()
    assert "deleted this key" in find(editor, "notice").text


def test_session_that_was_ended_elsewhere_keeps_the_form(qtbot, office, open_editor):
    editor = open_editor()
    find(editor, "name", QLineEdit).setText("Alarm")
    find(editor, "user").set_user(office.ada)
    token, office.connection.token = office.connection.token, "not a session"
    try:
        with qtbot.waitSignal(editor.session_ended):
            editor.submit()
    finally:
        office.connection.token = token
    assert find(editor, "name", QLineEdit).text() == "Alarm"
    with qtbot.waitSignal(editor.created):
        editor.submit()


def test_person_who_left_the_tenant_is_refused_at_the_user_field(qtbot, office, open_editor):
    editor = open_editor()
    find(editor, "name", QLineEdit).setText("Alarm")
    find(editor, "user").set_user(ObjectRef(id="00000000-0000-0000-0000-000000000000", name="Nobody"))
    editor.submit()
    qtbot.waitUntil(lambda: find(editor, "user.error", QLabel).text() != "")
    assert editor.isVisible()

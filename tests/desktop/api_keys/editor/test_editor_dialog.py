"""“New API Key” and “Edit API Key” at work: what is refused, what is sent, and what becomes of each answer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from ss_admin.client.errors import (
    CertificateRefused,
    NotFound,
    OutcomeUnknown,
    ServerUnreachable,
    SessionEnded,
    UnexpectedAnswer,
    ValidationFailed,
)
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions, RateLimit
from ss_admin.contract.problems import ProblemCode
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.api_keys.editor.number_field import NumberField
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.switch import Switch
from tests.support.accessibility import assert_accessible
from tests.support.key_editing import HeldKeys, ManyChains, ManyPeople, faults_problem
from tests.support.sample_keys import not_found, problem, sample_key, version_conflict

MARIA = "Maria Keller"


class Stage:
    """An open editor, with everything it said and asked."""

    def __init__(self, qtbot, theme, background, api_key=None, *, on_server=None, chains=None):
        self.qtbot = qtbot
        self.background = background
        self.keys = HeldKeys(on_server or api_key)
        self.people = ManyPeople(MARIA, "Jonas Brandt")
        self.chains = chains or ManyChains(*(ManyChains.make(name) for name in ("Alarm", "Work Order", "Visitors")))
        self.editor = ApiKeyEditor(
            None,
            api_keys=self.keys,
            accounts=self.people,
            chains=self.chains,
            background=background,
            theme=theme,
            api_key=api_key,
            zone=ZoneInfo("Europe/Berlin"),
        )
        self.said = []
        for name in ("created", "saved", "list_changed", "session_ended", "finished"):
            getattr(self.editor, name).connect(lambda *_, name=name: self.said.append(name))
        qtbot.addWidget(self.editor)
        with qtbot.waitActive(self.editor):
            self.editor.open()

    def find(self, name, kind=QWidget):
        widget = self.editor.findChild(kind, f"apiKeyEditor.{name}")
        assert widget is not None, name
        return widget

    def words(self, name):
        return self.find(f"{name}.words", QLabel).text()

    def error(self, name):
        return self.find(f"{name}.error", QLabel).text()

    @property
    def notice(self):
        notice = self.find("notice")
        return "" if notice.isHidden() else notice.text

    def fill(self, name="Alarm"):
        self.find("name", QLineEdit).setText(name)
        self.find("user").set_user(ManyPeople.ref(MARIA))

    def narrow(self, *parts):
        for part in parts:
            self.find(f"{part}.only", QAbstractButton).click()

    def press(self, key, name=None):
        self.qtbot.keyClick(self.find(name) if name else self.editor, key)

    def submit(self):
        self.qtbot.mouseClick(self.find("submit"), Qt.MouseButton.LeftButton)

    def settle(self):
        assert self.background.wait_idle()

    def submit_and_settle(self):
        self.submit()
        self.settle()

    def view(self, name="apiKeyConflict"):
        dialog = self.editor.findChild(Dialog, name)
        assert dialog is not None, name
        return dialog

    def answer(self, name):
        (button,) = (button for button in self.editor.findChildren(QPushButton, name) if button.isVisible())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.fixture
def stage(qtbot, theme, background):
    return lambda api_key=None, **options: Stage(qtbot, theme, background, api_key, **options)


@pytest.fixture
def new(stage):
    return stage()


@pytest.fixture
def edit(stage):
    return stage(key())


def key(**changes):
    return sample_key(
        1,
        **{
            "name": "Alarm",
            "user": ManyPeople.ref(MARIA),
            "expires_at": datetime.now(UTC) + timedelta(days=30),
            "version": 3,
            **changes,
        },
    )


class TestForm:
    def test_new_key_begins_with_the_defaults_of_the_article(self, new):
        assert new.editor.heading == "New API Key"
        assert new.find("expires", QComboBox).currentText() == "30 days"
        assert new.find("limitEnabled", Switch).isChecked()
        assert new.find("maxRequests", NumberField).number() == 100
        assert new.find("timeWindow", NumberField).number() == 60
        assert new.find("permissions").toPlainText().split() == [
            "{",
            '"entities":',
            "[",
            '"read",',
            '"write"',
            "]",
            "}",
        ]
        assert new.find("permissions").isReadOnly()
        assert new.find("submit").text() == "Create API Key"
        assert not new.find("status").isVisible()
        for name, checked in (("read", True), ("write", True), ("chains.all", True), ("addresses.all", True)):
            assert new.find(name, QAbstractButton).isChecked() is checked

    def test_editing_shows_the_key_with_its_status(self, stage):
        stage = stage(key(status=ApiKeyStatus.DISABLED, rate_limit=None))
        assert stage.editor.heading == "Edit API Key"
        assert stage.find("submit").text() == "Save Changes"
        assert stage.find("name", QLineEdit).text() == "Alarm"
        assert stage.find("user", QLineEdit).text() == MARIA
        assert stage.find("expires", QComboBox).currentText().startswith("Keep 20")
        assert not stage.find("limitEnabled", Switch).isChecked()
        assert stage.find("status", Switch).text() == "Disabled"
        stage.find("status").click()
        assert stage.find("status", Switch).text() == "Active"

    def test_every_control_can_be_found_and_named(self, edit):
        edit.find("expires", QComboBox).setCurrentText("Custom date")
        edit.narrow("chains", "addresses")
        assert_accessible(edit.editor)

    def test_tab_leads_through_the_form_in_reading_order(self, edit):
        edit.find("expires", QComboBox).setCurrentText("Custom date")
        edit.narrow("chains", "addresses")
        edit.find("name").setFocus()
        order = []
        while order[-1:] != ["submit"]:
            name = edit.editor.focusWidget().objectName().removeprefix("apiKeyEditor.")
            if order[-1:] != [name]:  # within a date, Tab leads from part to part
                order.append(name)
            edit.qtbot.keyClick(edit.editor.focusWidget(), Qt.Key.Key_Tab)
        expected = (
            "name user expires customDate limitEnabled maxRequests timeWindow read write chains.only chains.search "
            "chains.chosen addresses.only addresses permissions status cancel submit"
        )
        assert order == expected.split()

    def test_footer_stays_in_view_on_a_small_screen(self, new):
        room = new.editor.screen().availableGeometry().height()
        assert new.editor.height() <= room
        assert new.find("submit").mapTo(new.editor, new.find("submit").rect().bottomLeft()).y() < new.editor.height()


class TestFaults:
    def test_scope_without_anything_in_it_is_refused_part_by_part(self, new):
        new.fill()
        new.find("read", QAbstractButton).click()
        new.find("write", QAbstractButton).click()
        new.narrow("chains", "addresses")
        new.submit()
        assert new.words("entities") == "Choose read, write or both."
        assert new.words("chains") == "Choose at least one rule chain, or all of them."
        assert new.words("addresses") == "Enter at least one address or network, or allow any."
        assert new.editor.focusWidget() is new.find("read")
        assert new.keys.created == []
        new.find("write", QAbstractButton).click()
        new.find("chains.all", QAbstractButton).click()
        new.find("addresses.all", QAbstractButton).click()
        new.submit_and_settle()
        assert len(new.keys.created) == 1

    def test_faults_of_the_scope_that_the_server_finds_stand_at_their_parts(self, new):
        faults = (("/permissions/rulechains/0", "no such rule chain"), ("/allowed_addresses/1", "is odd"))
        new.keys.errors.append(ValidationFailed(faults_problem(*faults)))
        new.fill()
        new.submit_and_settle()
        assert (new.words("chains"), new.words("addresses")) == ("No such rule chain", "Is odd")
        assert new.notice == ""

    def test_button_is_always_there_and_says_what_is_missing(self, new):
        assert new.find("submit").isEnabled()
        new.submit()
        assert new.error("name") == "Enter a name for this key."
        assert new.error("user") == "Choose the person this key is for."
        assert new.editor.focusWidget() is new.find("name")
        assert new.keys.created == []

    def test_field_says_what_is_wrong_when_it_is_left_not_before(self, new):
        new.qtbot.keyClicks(new.find("name"), "x")
        new.press(Qt.Key.Key_Backspace, "name")
        assert new.error("name") == ""
        new.press(Qt.Key.Key_Tab, "name")
        assert new.error("name") == "Enter a name for this key."

    def test_fault_is_taken_back_as_soon_as_it_is_mended(self, new):
        new.submit()
        new.qtbot.keyClicks(new.find("name"), "A")
        assert new.error("name") == ""
        assert new.error("user") != ""

    def test_past_is_refused_at_the_field(self, new):
        new.fill()
        new.find("expires", QComboBox).setCurrentText("Custom date")
        date = new.find("customDate")
        date.setDateTime(date.dateTime().addYears(-1))
        new.submit()
        assert new.find("expires.words", QLabel).text() == "This moment has passed. Choose one in the future."
        assert new.editor.focusWidget() is date
        assert new.keys.created == []

    def test_numbers_beyond_the_limits_are_refused_at_their_fields(self, new):
        new.fill()
        new.find("maxRequests", NumberField).set_number(1_000_001)
        new.find("timeWindow", NumberField).set_number(0)
        new.submit()
        assert new.error("maxRequests") == "Enter 1 to 1,000,000 requests."
        assert new.error("timeWindow") == "Enter 1 to 86,400 seconds."

    def test_faults_do_not_move_the_fields(self, new):
        before = [
            new.find(name).mapTo(new.editor, new.find(name).rect().topLeft()) for name in ("expires", "permissions")
        ]
        new.submit()
        new.qtbot.wait(50)
        after = [
            new.find(name).mapTo(new.editor, new.find(name).rect().topLeft()) for name in ("expires", "permissions")
        ]
        assert after == before

    def test_faults_that_the_server_finds_stand_at_their_fields(self, new):
        faults = (("/name", "is taken"), ("/user_id", "no such user"), ("/tenant", "what is this?"))
        new.keys.errors.append(ValidationFailed(faults_problem(*faults)))
        new.fill()
        new.submit_and_settle()
        assert (new.error("name"), new.error("user")) == ("Is taken", "No such user")
        assert new.notice == "What is this?"
        assert new.editor.isVisible()


class TestCreating:
    def test_key_is_narrowed_to_rule_chains_and_addresses_by_the_keyboard_alone(self, new):
        new.fill()
        new.find("chains.all").setFocus()
        new.press(Qt.Key.Key_Right, "chains.all")
        new.press(Qt.Key.Key_Tab, "chains.only")
        assert new.editor.focusWidget() is new.find("chains.search")
        new.qtbot.keyClicks(new.find("chains.search"), "work")
        new.press(Qt.Key.Key_Return, "chains.search")
        new.qtbot.waitUntil(lambda: new.find("chains.chosen").ids == ("c-Work Order",))
        new.press(Qt.Key.Key_Escape, "chains.search")
        assert new.editor.isVisible()
        new.find("addresses.all").setFocus()
        new.press(Qt.Key.Key_Right, "addresses.all")
        new.press(Qt.Key.Key_Tab, "addresses.only")
        new.qtbot.keyClicks(new.find("addresses"), "203.0.113.7")
        new.press(Qt.Key.Key_Tab, "addresses")
        assert new.find("addresses").toPlainText() == "203.0.113.7/32"
        new.submit_and_settle()
        (order,) = new.keys.created
        assert order.permissions.rulechains == ["c-Work Order"]
        assert order.allowed_addresses == ["203.0.113.7/32"]

    def test_created_key_is_handed_on_once_and_the_editor_closes(self, new):
        got = []
        new.editor.created.connect(lambda created: got.append(created.api_key.name))
        new.fill("  Alarm ")
        new.submit_and_settle()
        assert got == ["Alarm"]
        assert new.said == ["finished", "created"]
        assert not new.editor.isVisible()

    def test_keyboard_alone_creates_a_key(self, new):
        new.qtbot.keyClicks(new.find("name"), "Alarm")
        new.press(Qt.Key.Key_Tab, "name")
        new.qtbot.keyClicks(new.find("user"), "jon")
        new.qtbot.waitUntil(lambda: new.find("user").is_unfolded())
        new.press(Qt.Key.Key_Return, "user")
        assert new.keys.created == []
        new.press(Qt.Key.Key_Return, "user")
        new.settle()
        assert new.keys.created[0].user_id == "u-Jonas Brandt"

    @pytest.mark.parametrize("how", ["double click", "enter twice", "click and enter"])
    def test_pressing_twice_creates_one_key(self, new, how):
        new.fill()
        new.keys.hold()
        if how == "enter twice":
            new.press(Qt.Key.Key_Return, "name")
            new.press(Qt.Key.Key_Return, "name")
        else:
            new.submit()
            new.submit() if how == "double click" else new.press(Qt.Key.Key_Return, "name")
        new.keys.release()
        new.settle()
        new.submit()
        new.settle()
        assert len(new.keys.created) == 1
        assert new.said.count("created") == 1

    def test_slow_answer_shows_that_something_is_under_way_and_the_dialog_waits_for_it(self, new):
        new.fill()
        new.keys.hold()
        new.submit()
        assert not new.editor.is_busy
        new.qtbot.waitUntil(lambda: new.editor.is_busy)
        assert new.find("progress", QLabel).text() == "Creating the key…"
        new.editor.reject()
        assert new.editor.isVisible()
        new.keys.release()
        new.settle()
        assert "created" in new.said

    @pytest.mark.parametrize("error", [OutcomeUnknown("timed out"), UnexpectedAnswer("HTML", status=502)])
    def test_unknown_outcome_is_told_and_never_repeated(self, new, error):
        new.keys.errors.append(error)
        new.fill()
        new.submit_and_settle()
        assert len(new.keys.created) == 1
        assert new.said == ["list_changed"]
        assert "The key may exist" in new.notice
        assert "delete it, then create a new one" in new.notice
        new.editor.reject()
        texts = [label.text() for label in new.editor.findChildren(QLabel)]
        assert "It is not known whether the key was created. Look for it in the list." in texts
        assert new.find("name", QLineEdit).text() == "Alarm"

    @pytest.mark.parametrize("error", [ServerUnreachable("connection refused"), CertificateRefused("self-signed")])
    def test_unreachable_server_keeps_what_was_typed_and_can_be_tried_again(self, new, error):
        new.keys.errors.append(error)
        new.fill()
        new.submit_and_settle()
        assert "press “Create API Key” to try again" in new.notice
        assert new.find("name", QLineEdit).text() == "Alarm"
        assert new.said == []
        new.submit_and_settle()
        assert "created" in new.said

    def test_ended_session_keeps_what_was_typed(self, new):
        new.keys.errors.append(SessionEnded(problem(ProblemCode.SESSION_REQUIRED, 401)))
        new.fill()
        new.submit_and_settle()
        assert new.said == ["session_ended"]
        assert new.editor.isVisible()
        assert "press “Create API Key” again" in new.notice
        new.submit_and_settle()
        assert new.notice == ""
        assert "created" in new.said

    def test_session_that_ends_while_searching_people_is_told(self, new):
        new.people.error = SessionEnded(problem(ProblemCode.SESSION_REQUIRED, 401))
        with new.qtbot.waitSignal(new.editor.session_ended):
            new.qtbot.keyClicks(new.find("user"), "mar")


class TestLeaving:
    @pytest.mark.parametrize("way", ["escape", "cancel", "close"])
    def test_untouched_editor_just_closes(self, new, way):
        self.leave(new, way)
        assert not new.editor.isVisible()

    @pytest.mark.parametrize("way", ["escape", "cancel", "close"])
    def test_leaving_with_changes_asks(self, new, way):
        new.qtbot.keyClicks(new.find("name"), "A")
        self.leave(new, way)
        assert new.editor.isVisible()
        new.answer("apiKeyEditor.discard.cancel")
        assert new.editor.isVisible()
        assert new.find("name", QLineEdit).text() == "A"
        self.leave(new, way)
        new.answer("apiKeyEditor.discard.primary")
        assert not new.editor.isVisible()

    def test_change_that_was_taken_back_is_no_change(self, edit):
        edit.find("status").click()
        edit.find("status").click()
        edit.editor.reject()
        assert not edit.editor.isVisible()

    @staticmethod
    def leave(stage, way):
        if way == "escape":
            stage.press(Qt.Key.Key_Escape)
        elif way == "cancel":
            stage.qtbot.mouseClick(stage.find("cancel"), Qt.MouseButton.LeftButton)
        else:
            stage.editor.close()


class TestSaving:
    def test_only_what_changed_is_sent_on_the_version_that_was_shown(self, edit):
        edit.find("maxRequests", NumberField).set_number(3)
        edit.submit_and_settle()
        ((change, version),) = edit.keys.changes
        assert change.model_dump(exclude_unset=True) == {"rate_limit": {"max_requests": 3, "window_seconds": 60}}
        assert version == 3
        assert edit.said == ["finished", "saved"]

    def test_scope_is_sent_where_it_changed_and_only_then(self, stage):
        narrowed = stage(key(permissions=Permissions(rulechains=["c-Alarm"]), allowed_addresses=["203.0.113.0/24"]))
        narrowed.find("addresses.all", QAbstractButton).click()
        narrowed.submit_and_settle()
        ((change, _),) = narrowed.keys.changes
        assert change.model_dump(exclude_unset=True) == {"allowed_addresses": None}

    def test_nothing_changed_sends_nothing(self, edit):
        edit.submit_and_settle()
        assert edit.keys.changes == []
        assert edit.said == ["finished"]

    def test_key_that_was_deleted_meanwhile_is_said_and_stays_readable(self, edit):
        edit.keys.errors.append(not_found())
        edit.find("name", QLineEdit).setText("Mine")
        edit.submit_and_settle()
        assert "Somebody deleted this key meanwhile" in edit.notice
        assert edit.find("name", QLineEdit).text() == "Mine"
        assert edit.find("submit").isHidden()
        assert edit.said == ["list_changed"]
        edit.editor.reject()
        assert not edit.editor.isVisible()

    def test_unknown_outcome_of_a_change_is_told(self, edit):
        edit.keys.errors.append(OutcomeUnknown("timed out"))
        edit.find("name", QLineEdit).setText("Mine")
        edit.submit_and_settle()
        assert "it is not known whether your changes were saved" in edit.notice
        assert edit.said == ["list_changed"]
        assert len(edit.keys.changes) == 1


class TestConflict:
    @pytest.fixture
    def conflict(self, stage):
        mine = key()
        theirs = mine.model_copy(update={"name": "Theirs", "rate_limit": None, "version": 4})
        stage = stage(mine, on_server=theirs)
        stage.keys.errors.append(version_conflict())
        stage.find("name", QLineEdit).setText("Mine")
        stage.find("status").click()
        stage.submit_and_settle()
        return stage

    def test_both_versions_are_shown_and_nothing_is_overwritten(self, conflict):
        view = conflict.view()
        assert view.isVisible()
        shown = {label.objectName(): label.text() for label in view.findChildren(QLabel) if label.objectName()}
        assert shown["apiKeyConflict.yours.Name"] == "Mine"
        assert shown["apiKeyConflict.theirs.Name"] == "Theirs"
        assert shown["apiKeyConflict.theirs.Rate limit"] == "No limit"
        assert shown["apiKeyConflict.yours.Rule chains"] == "All rule chains"
        assert conflict.keys.on_server.name == "Theirs"
        assert conflict.said == []

    def test_use_mine_saves_my_changes_alone_on_their_version(self, conflict):
        conflict.answer("apiKeyConflict.useMine")
        conflict.settle()
        change, version = conflict.keys.changes[-1]
        assert change.model_dump(exclude_unset=True) == {"name": "Mine", "status": ApiKeyStatus.DISABLED}
        assert version == 4
        assert conflict.keys.on_server.rate_limit is None
        assert conflict.said[-2:] == ["finished", "saved"]

    def test_keep_theirs_saves_nothing(self, conflict):
        conflict.answer("apiKeyConflict.keepTheirs")
        conflict.settle()
        assert len(conflict.keys.changes) == 1
        assert conflict.said == ["finished", "list_changed"]

    def test_back_to_editing_shows_theirs_where_nothing_was_changed_here(self, conflict):
        conflict.answer("apiKeyConflict.back")
        assert conflict.editor.isVisible()
        assert conflict.find("name", QLineEdit).text() == "Mine"
        assert not conflict.find("status", Switch).isChecked()
        assert not conflict.find("limitEnabled", Switch).isChecked()
        conflict.submit_and_settle()
        change, version = conflict.keys.changes[-1]
        assert change.model_dump(exclude_unset=True) == {"name": "Mine", "status": ApiKeyStatus.DISABLED}
        assert version == 4

    def test_third_person_in_between_is_shown_again(self, conflict):
        conflict.keys.errors.append(version_conflict())
        conflict.keys.on_server = conflict.keys.on_server.model_copy(update={"name": "Third", "version": 5})
        conflict.answer("apiKeyConflict.useMine")
        conflict.settle()
        views = [view for view in conflict.editor.findChildren(Dialog, "apiKeyConflict") if view.isVisible()]
        assert len(views) == 1
        assert conflict.keys.on_server.name == "Third"

    def test_my_own_change_whose_answer_was_lost_is_no_conflict(self, stage):
        mine = key()
        stage = stage(mine, on_server=mine.model_copy(update={"name": "Mine", "version": 4}))
        stage.keys.errors.append(version_conflict())
        stage.find("name", QLineEdit).setText("Mine")
        stage.submit_and_settle()
        assert stage.said == ["finished", "saved"]

    def test_key_that_was_deleted_while_its_conflict_was_fetched_is_said(self, stage):
        stage = stage(key())
        stage.keys.errors += [version_conflict(), NotFound(problem(ProblemCode.NOT_FOUND, 404))]
        stage.find("name", QLineEdit).setText("Mine")
        stage.submit_and_settle()
        assert "Somebody deleted this key meanwhile" in stage.notice

    def test_escape_in_the_view_goes_back_to_editing(self, conflict):
        conflict.qtbot.keyClick(conflict.view(), Qt.Key.Key_Escape)
        assert conflict.editor.isVisible()
        assert conflict.find("name", QLineEdit).text() == "Mine"


def test_unlimited_key_gets_a_limit_by_the_switch(stage):
    stage = stage(key(rate_limit=None))
    stage.find("limitEnabled").click()
    stage.submit_and_settle()
    ((change, _),) = stage.keys.changes
    assert change.rate_limit == RateLimit(max_requests=100, window_seconds=60)

    def test_chains_that_they_chose_are_named_and_both_scopes_are_merged(self, stage):
        mine = key()
        theirs = mine.model_copy(
            update={"permissions": Permissions(rulechains=["c-Visitors", "c-gone-0000"]), "version": 4}
        )
        stage = stage(mine, on_server=theirs)
        stage.keys.errors.append(version_conflict())
        stage.find("read", QAbstractButton).click()
        stage.submit_and_settle()
        stage.settle()
        shown = {label.objectName(): label.text() for label in stage.view().findChildren(QLabel)}
        assert shown["apiKeyConflict.theirs.Rule chains"] == "Visitors\nDeleted rule chain c-gone-0…"
        assert shown["apiKeyConflict.yours.Permissions"] == "write"
        stage.answer("apiKeyConflict.useMine")
        stage.settle()
        merged = Permissions(entities=[Entity.WRITE], rulechains=["c-Visitors", "c-gone-0000"])
        assert stage.keys.changes[-1][0].model_dump(exclude_unset=True) == {"permissions": merged.model_dump()}

"""Saving: once, over the version that was read, with faults at their lines, and nothing typed is ever lost."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from ss_admin.client.errors import OutcomeUnknown, ServerUnreachable, SessionEnded
from ss_admin.contract.problems import ProblemCode
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from ss_admin.desktop.rule_chains.edit.chain_draft import DraftField
from ss_admin.desktop.widgets.conflict_dialog import ConflictDialog
from tests.support.sample_chains import refused
from tests.support.sample_keys import problem


@pytest.fixture
def editing(console):
    """The first chain, open for editing."""
    stage = console()
    stage.open()
    stage.edit = stage.chain.edit
    stage.saving = stage.chain.saving
    return stage


def definition_editor(stage):
    return stage.edit.json.editors[DraftField.DEFINITION]


def conflict(stage) -> ConflictDialog:
    return next(dialog for dialog in stage.chain.findChildren(ConflictDialog) if dialog.isVisible())


def let_somebody_be_quicker(stage, **fields):
    stage.chains.before_change = lambda: stage.chains.somebody_changes("chain-1", **fields)


def test_only_what_was_changed_is_sent_and_told(editing, qtbot):
    editing.edit.details.name.setText("Renamed")
    editing.edit.details.external.setChecked(False)
    qtbot.waitUntil(lambda: editing.chain.head.state.text() == "Unsaved changes")
    qtbot.mouseClick(editing.chain.head.save_button, Qt.MouseButton.LeftButton)
    editing.settle()
    ((_, _, change),) = editing.chains.writes
    assert change.model_fields_set == {"name", "is_external"}
    assert editing.chain.head.name.text() == "Renamed"
    assert editing.chain.head.external.text == "Internal"
    assert editing.said == ["“Renamed” was saved."]
    assert not editing.chain.has_changes()


def test_a_double_click_saves_once(editing, qtbot):
    editing.edit.details.name.setText("Renamed")
    qtbot.waitUntil(editing.chain.head.save_button.isEnabled)
    editing.chains.hold()
    qtbot.mouseDClick(editing.chain.head.save_button, Qt.MouseButton.LeftButton)
    editing.saving.save()
    editing.chain.leave()
    assert editing.page.is_chain_open
    editing.chains.release()
    editing.settle()
    assert len(editing.chains.writes) == 1


def test_ctrl_s_saves_from_within_the_json(editing, qtbot):
    editing.edit.details.name.setText("Renamed")
    text = definition_editor(editing).focusProxy()
    with qtbot.waitActive(editing.page):
        editing.page.activateWindow()
    text.setFocus()
    qtbot.keyClick(text, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    editing.settle()
    assert editing.chains.chains[0].name == "Renamed"


def test_what_is_typed_while_it_is_saved_stays_as_a_change(editing):
    editing.edit.details.name.setText("First")
    editing.chains.hold()
    editing.saving.save()
    editing.edit.details.name.setText("Second")
    editing.chains.release()
    editing.settle()
    assert editing.chains.chains[0].name == "First"
    assert editing.edit.details.name.text() == "Second"
    assert editing.chain.has_changes()


def test_nothing_is_sent_while_the_name_is_missing_or_the_json_is_broken(editing):
    editing.edit.details.name.setText(" ")
    editing.saving.save()
    assert editing.edit.details.focusWidget() is editing.edit.details.name
    editing.edit.details.name.setText("Renamed")
    editing.edit.json.editors[DraftField.INPUT_SCHEMA].set_text('{"type":')
    editing.saving.save()
    editing.settle()
    assert editing.chains.writes == []
    assert "input schema" in editing.chain.notice.text
    assert editing.edit.json.tabs.tabText(1) == "Input schema (1)"


def test_the_servers_faults_stand_at_their_lines_and_fields(editing):
    editing.edit.details.name.setText("Renamed")
    editing.chains.fail_with = refused(
        ("/name", "is taken"),
        ("/definition/nodes/1/content/rules/2/in-0", "Node “Triage”, rule 3, column “Priority”: no."),
        ("/input_schema/type", "must be object"),
        ("", "Something else."),
    )
    editing.saving.save()
    editing.settle()
    assert editing.edit.json.tabs.tabText(0) == "Definition (1)"
    assert editing.edit.json.tabs.tabText(1) == "Input schema (1)"
    assert "4 faults" in editing.chain.notice.text
    assert "Something else." in editing.chain.notice.text
    assert editing.edit.details.findChild(QLabel, "ruleChainEditor.name.error").text() == "Is taken"
    editing.chains.fail_with = None
    editing.saving.save()
    editing.settle()
    assert editing.edit.json.tabs.tabText(0) == "Definition"
    assert editing.chain.notice.text == ""


def test_what_was_said_about_faults_goes_with_the_last_of_them(editing, qtbot):
    editor = definition_editor(editing)
    before = editor.text()
    editor.replace_text(before.replace("Triage", "Triages"))
    fault = ("/definition/nodes/1/name", "Node “Triages”: no.")
    editing.chains.fail_with = refused(fault)
    editing.saving.save()
    editing.settle()
    assert "1 fault" in editing.chain.notice.text
    editor.replace_text(before)
    qtbot.waitUntil(lambda: editing.chain.notice.text == "")


def test_another_chain_begins_with_its_definition(editing):
    editing.edit.json.turn_to(DraftField.SAMPLE_PAYLOAD)
    editing.saving.open(editing.saving.base)
    assert editing.edit.json.tabs.currentIndex() == 2
    editing.chain.leave()
    editing.open(1)
    assert editing.edit.json.tabs.currentIndex() == 0


def test_a_conflict_shows_both_versions_and_back_to_editing_changes_nothing(editing, qtbot):
    editing.edit.details.name.setText("Mine")
    let_somebody_be_quicker(editing, description="Theirs")
    editing.saving.save()
    editing.settle()
    texts = [label.text() for label in conflict(editing).findChildren(QLabel)]
    assert {"Mine", "Theirs"} <= set(texts)
    qtbot.mouseClick(conflict(editing).findChild(QPushButton, "ruleChainConflict.back"), Qt.MouseButton.LeftButton)
    assert editing.chains.writes == []
    assert editing.edit.details.name.text() == "Mine"
    editing.saving.save()
    editing.settle()
    assert conflict(editing).isVisible()


def test_overwrite_with_mine_saves_what_was_changed_here_and_nothing_else(editing, qtbot):
    editing.edit.details.name.setText("Mine")
    let_somebody_be_quicker(editing, description="Theirs", name="Their name")
    editing.saving.save()
    editing.settle()
    qtbot.mouseClick(conflict(editing).primary_button, Qt.MouseButton.LeftButton)
    editing.settle()
    stored = editing.chains.chains[0]
    assert (stored.name, stored.description) == ("Mine", "Theirs")
    assert editing.edit.details.description.toPlainText() == "Theirs"
    assert not editing.chain.has_changes()


def test_load_theirs_keeps_mine_until_the_chain_is_left(editing, qtbot):
    editing.edit.details.name.setText("Mine")
    let_somebody_be_quicker(editing, name="Theirs")
    editing.saving.save()
    editing.settle()
    theirs = conflict(editing).findChild(QPushButton, "ruleChainConflict.keepTheirs")
    qtbot.mouseClick(theirs, Qt.MouseButton.LeftButton)
    assert editing.edit.details.name.text() == "Theirs"
    assert editing.chain.has_changes()
    assert not editing.chain.head.save_button.isEnabled()
    assert editing.chain.head.state.text() == ""
    qtbot.mouseClick(editing.chain.notice.action, Qt.MouseButton.LeftButton)
    assert editing.edit.details.name.text() == "Mine"
    editing.saving.save()
    editing.settle()
    assert editing.chains.chains[0].name == "Mine"


def test_a_refresh_shows_their_version_only_where_nothing_was_typed(editing):
    editing.chains.somebody_changes("chain-1", name="Theirs")
    editing.page.refresh()
    editing.settle()
    assert editing.edit.details.name.text() == "Theirs"
    editing.edit.details.name.setText("Mine")
    editing.chains.somebody_changes("chain-1", name="Theirs again")
    editing.page.refresh()
    editing.settle()
    assert editing.edit.details.name.text() == "Mine"
    assert "Somebody else" in editing.chain.notice.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (SessionEnded(problem(ProblemCode.SESSION_REQUIRED, 401)), "session has ended"),
        (ServerUnreachable("away"), "Nothing was saved"),
        (OutcomeUnknown("away"), "not known whether"),
    ],
)
def test_what_was_typed_outlives_every_failure(editing, error, words):
    editing.edit.details.name.setText("Mine")
    definition_editor(editing).replace_text('{"nodes": [], "edges": []}')
    editing.chains.fail_with = error
    editing.saving.save()
    editing.settle()
    assert words in editing.chain.notice.text
    assert editing.edit.details.name.text() == "Mine"
    assert definition_editor(editing).document() == {"nodes": [], "edges": []}
    editing.chains.fail_with = None
    editing.saving.save()
    editing.settle()
    assert editing.chains.chains[0].definition == {"nodes": [], "edges": []}


def test_a_chain_that_somebody_deleted_stays_to_be_read(editing):
    editing.edit.details.name.setText("Mine")
    del editing.chains.chains[0]
    editing.saving.save()
    editing.settle()
    assert "deleted" in editing.chain.notice.text
    assert editing.edit.details.name.text() == "Mine"
    editing.chain.leave()
    assert not editing.page.is_chain_open


def test_a_test_runs_what_stands_in_the_editor_and_its_faults_come_back_there(editing):
    definition_editor(editing).replace_text('{"nodes": [], "edges": []}')
    editing.chain.tabs.turn_to(ChainTab.TEST)
    editing.chain.test.run()
    editing.settle()
    assert editing.chains.tests[-1].definition == {"nodes": [], "edges": []}
    editing.chains.fail_with = refused(("/definition/nodes", "There is no input."))
    editing.chain.test.run()
    editing.settle()
    assert editing.chain.tabs.current is ChainTab.EDIT
    assert editing.edit.json.tabs.tabText(0) == "Definition (1)"
    assert "test did not run" in editing.chain.notice.text

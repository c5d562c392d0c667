"""“Edit Rulechain”: the picture follows the JSON, nodes are added, files come and go, the endpoint unfolds."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPlainTextEdit

from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.rule_chains.edit.chain_draft import ChainDraft, DraftField
from ss_admin.desktop.rule_chains.edit.edit_tab import EditTab
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_chains import sample_detail, sample_document, with_webhook


@pytest.fixture
def tab(surroundings, qtbot) -> EditTab:
    made = EditTab(surroundings)
    qtbot.addWidget(made)
    made.resize(1000, 640)
    chain = sample_detail()
    made.show_draft(ChainDraft.of(chain))
    made.show_stored(chain)
    with qtbot.waitExposed(made):
        made.show()
    return made


def definition(tab):
    return tab.json.editors[DraftField.DEFINITION]


def picture_says(tab) -> str:
    return tab.graph.picture.accessibleDescription()


def test_what_is_shown_is_no_change(tab):
    assert tab.draft() == ChainDraft.of(sample_detail())
    assert_accessible(tab)


def test_the_picture_follows_the_json_and_keeps_the_last_one_that_could_be_read(tab, qtbot):
    editor = definition(tab)
    graph = sample_document("plain-acknowledge")["definition"]
    with qtbot.waitSignal(editor.settled):
        editor.replace_document(graph)
    assert "Confirm" in picture_says(tab)
    assert tab.graph.notice.isHidden()
    with qtbot.waitSignal(editor.settled):
        editor.replace_text(json.dumps(graph)[:-1])
    assert "Confirm" in picture_says(tab)
    assert tab.graph.notice.isVisible()
    with qtbot.waitSignal(editor.settled):
        editor.replace_document(sample_detail().definition)
    assert "Triage" in picture_says(tab)
    assert tab.graph.notice.isHidden()


def test_a_node_chosen_in_the_picture_is_found_in_the_json(tab):
    tab.json.turn_to(DraftField.SAMPLE_PAYLOAD)
    tab.graph.picture.node_chosen.emit("triage")
    assert tab.json.tabs.currentIndex() == 0
    line = definition(tab).focusProxy().textCursor().block().text()
    assert line.strip() == "{"


def test_a_node_from_the_menu_is_one_step_that_can_be_taken_back(tab, qtbot):
    before = definition(tab).document()
    actions = tab.add_button.menu_below.actions()
    assert [action.text() for action in actions][:2] == ["Decision table", "Expression"]
    actions[1].trigger()
    after = definition(tab).document()
    assert len(after["nodes"]) == len(before["nodes"]) + 1
    assert tab.graph.picture.chosen_node_id == "expression"
    definition(tab).focusProxy().undo()
    assert definition(tab).document() == before


def test_no_node_is_added_to_what_cannot_be_read(tab, qtbot):
    definition(tab).set_text("{")
    with qtbot.waitSignal(tab.refused) as refused:
        tab.add_button.menu_below.actions()[0].trigger()
    assert refused.args[0] == "No node was added"


def test_a_file_comes_into_the_editor_and_can_be_taken_back(tab, background, qtbot, tmp_path):
    file = tmp_path / "chain.json"
    document = sample_document("plain-acknowledge")
    file.write_text(json.dumps(document), encoding="utf-8")
    tab.import_button.click()
    dialog = tab.findChild(QFileDialog) or tab.window().findChild(QFileDialog)
    with qtbot.waitSignal(tab.said) as said:
        dialog.fileSelected.emit(str(file))
    dialog.reject()
    assert "Nothing is saved yet" in said.args[0]
    assert definition(tab).document() == document["definition"]
    assert tab.json.document(DraftField.INPUT_SCHEMA) == document["input_schema"]
    definition(tab).focusProxy().undo()
    assert definition(tab).document() == sample_detail().definition


def test_a_file_that_is_no_chain_changes_nothing(tab, background, qtbot, tmp_path):
    file = tmp_path / "chain.json"
    file.write_text('{\n "nodes": [\n}', encoding="utf-8")
    tab.import_button.click()
    dialog = tab.window().findChild(QFileDialog)
    with qtbot.waitSignal(tab.refused) as refused:
        dialog.fileSelected.emit(str(file))
    dialog.reject()
    assert refused.args[0] == "chain.json was not imported"
    assert "Line 3" in refused.args[1]
    assert tab.draft() == ChainDraft.of(sample_detail())


@pytest.mark.parametrize("whole", [False, True])
def test_an_export_writes_what_stands_in_the_editor(tab, background, qtbot, tmp_path, whole):
    tab.details.name.setText("Exported")
    tab.export_button.menu_below.actions()[int(whole)].trigger()
    dialog = tab.window().findChild(QFileDialog)
    file = tmp_path / "out.json"
    with qtbot.waitSignal(tab.said):
        dialog.fileSelected.emit(str(file))
    dialog.reject()
    written = json.loads(file.read_text(encoding="utf-8"))
    if whole:
        assert (written["name"], written["definition"]) == ("Exported", sample_detail().definition)
        assert written["input_schema"] == sample_detail().input_schema
    else:
        assert written == sample_detail().definition


def test_a_place_that_cannot_be_written_is_told(tab, background, qtbot, tmp_path):
    tab.export_button.menu_below.actions()[0].trigger()
    dialog = tab.window().findChild(QFileDialog)
    with qtbot.waitSignal(tab.refused) as refused:
        dialog.fileSelected.emit(str(tmp_path / "missing" / "out.json"))
    dialog.reject()
    assert "cannot be written" in refused.args[1]


def test_the_endpoint_unfolds_with_an_address_and_a_call_without_the_key(tab, qtbot, surroundings):
    section = tab.details.endpoint
    assert not section.url.isVisible()
    qtbot.mouseClick(section.disclosure.heading, Qt.MouseButton.LeftButton)
    assert section.url.isVisible()
    assert section.url.toPlainText() == sample_detail().endpoint_url
    assert "$SS_API_KEY" in section.curl.toPlainText()
    assert "ss_" not in section.curl.toPlainText()
    section._copy_url.click()
    assert surroundings.clipboard.text == sample_detail().endpoint_url
    section._copy_curl.click()
    assert surroundings.clipboard.text == section.curl.toPlainText()


def test_unfolding_the_endpoint_moves_no_field_and_shows_the_address_whole(tab, qtbot):
    width = tab.details.name.width()
    tab.details.endpoint.disclosure.heading.click()
    qtbot.waitUntil(lambda: tab.details.verticalScrollBar().isVisible())
    url = tab.details.endpoint.url
    qtbot.waitUntil(lambda: url.verticalScrollBar().maximum() == 0 and url.height() < 140)
    assert tab.details.name.width() == width


def test_without_a_clipboard_the_text_is_selected_for_a_copy_by_hand(background, theme, qtbot, surroundings):
    section = EditTab(
        type(surroundings)(**{**vars(surroundings), "clipboard": MemoryClipboard(CopyOutcome.NOT_AVAILABLE)})
    )
    qtbot.addWidget(section)
    section.show_stored(sample_detail())
    section.details.endpoint._copy_curl.click()
    text = section.findChild(QPlainTextEdit, "ruleChainEditor.curl")
    assert text.textCursor().selectedText()
    assert "by hand" in section.findChild(QLabel, "ruleChainEditor.endpointState").text()


@pytest.mark.parametrize(
    ("state", "words"),
    [({"enabled": False}, "not enabled"), ({"is_external": False}, "until “Is External”"), ({}, "with POST")],
)
def test_the_endpoint_says_what_partners_get_there_now(tab, state, words):
    tab.show_stored(sample_detail(**state))
    assert words in tab.findChild(QLabel, "ruleChainEditor.endpointState").text()


def test_the_signing_secret_is_offered_where_the_chain_calls_webhooks(tab, qtbot):
    assert tab.details.secret_button.isHidden()
    tab.show_stored(with_webhook(sample_detail()))
    assert not tab.details.secret_button.isHidden()
    with qtbot.waitSignal(tab.secret_requested):
        tab.details.secret_button.click()


def test_the_switches_say_what_they_mean(tab):
    tab.details.external.setChecked(False)
    tab.details.enabled.setChecked(False)
    texts = {label.text() for label in tab.details.findChildren(QLabel)}
    assert {"Partners’ calls are refused (403)", "Every call is refused (403)"} <= texts

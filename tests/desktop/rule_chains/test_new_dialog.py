"""“New Rule Chain” from a template or a file: one chain, under a good name, with what is wrong told at its line."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ss_admin.client.errors import OutcomeUnknown
from ss_admin.desktop.rule_chains.chain_file import read_chain_file, write_definition
from ss_admin.desktop.rule_chains.file_exchange import OpenedFile
from ss_admin.desktop.rule_chains.new_dialog import ImportChainDialog, NewChainDialog, TemplateCard
from ss_admin.desktop.rule_chains.templates import load_templates
from tests.support.accessibility import assert_accessible
from tests.support.sample_chains import refused, sample_document


@pytest.fixture
def new(surroundings, qtbot):
    dialog = NewChainDialog(None, surroundings, load_templates())
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
    return dialog


def with_schema_in_its_input(schema: str) -> str:
    """A plain graph as GoRules' editor writes it."""
    node = {"id": "in", "type": "inputNode", "name": "In", "content": {"schema": schema}}
    return json.dumps({"nodes": [node], "edges": []}, indent=2)


def imported(surroundings, qtbot, text: str) -> ImportChainDialog:
    chain = read_chain_file(text.encode())
    dialog = ImportChainDialog(None, surroundings, OpenedFile("alarm.json", chain, text=text))
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.open()
    return dialog


def test_every_template_is_a_card_with_one_line(new):
    cards = new.findChildren(TemplateCard)
    assert [card.accessibleName() for card in cards] == ["Building alarm", "Work order", "Plain acknowledge"]
    assert all(card.accessibleDescription() for card in cards)
    assert cards[0].isChecked()
    assert_accessible(new)


def test_a_chain_is_made_of_the_chosen_template_under_the_name_given(new, surroundings, background, qtbot):
    new.name.setText("  Night shift ")
    qtbot.mouseClick(new.findChildren(TemplateCard)[2], Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(new.created) as created:
        qtbot.keyClick(new.name, Qt.Key.Key_Return)
    assert background.wait_idle()
    ((_, order),) = surroundings.chains.writes
    assert (order.name, order.is_external, order.enabled) == ("Night shift", False, True)
    assert order.definition == sample_document("plain-acknowledge")["definition"]
    assert created.args[0].name == "Night shift"
    assert not new.isVisible()


def test_the_arrow_keys_go_from_card_to_card(new, qtbot):
    first, second, _ = new.findChildren(TemplateCard)
    first.setFocus()
    qtbot.keyClick(first, Qt.Key.Key_Down)
    assert second.isChecked()
    assert not first.isChecked()


def test_without_a_name_it_says_so_and_asks_nothing(new, surroundings, background, qtbot):
    qtbot.mouseClick(new.primary_button, Qt.MouseButton.LeftButton)
    assert new.name_field.error == "Enter a name"
    new.name.setText("Good")
    assert new.name_field.error == ""
    assert surroundings.chains.writes == []


def test_two_presses_make_one_chain(new, surroundings, background, qtbot):
    new.name.setText("Once")
    surroundings.chains.hold()
    new.submit()
    new.submit()
    new.reject()
    assert new.isVisible()
    surroundings.chains.release()
    assert background.wait_idle()
    assert len(surroundings.chains.writes) == 1


def test_an_answer_that_was_lost_is_told_and_nothing_is_tried_again(new, surroundings, background, qtbot):
    surroundings.chains.fail_with = OutcomeUnknown("away")
    new.name.setText("Once")
    with qtbot.waitSignal(new.outdated):
        new.submit()
    assert "not known" in new.notice.text
    assert surroundings.chains.writes == []


def test_a_plain_graph_gets_a_schema_that_takes_any_object(surroundings, background, qtbot):
    text = write_definition(sample_document()["definition"])
    dialog = imported(surroundings, qtbot, text)
    assert any("any JSON object" in label.text() for label in dialog.findChildren(QLabel))
    dialog.name.setText("Imported")
    dialog.submit()
    assert background.wait_idle()
    ((_, order),) = surroundings.chains.writes
    assert order.input_schema["type"] == "object"
    assert order.definition == sample_document()["definition"]


def test_faults_of_a_file_are_told_at_its_lines(surroundings, background, qtbot):
    text = write_definition(sample_document()["definition"])
    dialog = imported(surroundings, qtbot, text)
    surroundings.chains.fail_with = refused(("/definition/nodes/1/name", "Node “Triage”: no."), ("/name", "is taken"))
    dialog.name.setText("Imported")
    dialog.submit()
    assert background.wait_idle()
    line = next(number for number, each in enumerate(text.splitlines(), 1) if '"Triage"' in each)
    assert f"Line {line}: Node “Triage”: no." in dialog.notice.text
    assert dialog.name_field.error == "is taken"


def test_the_schema_of_an_input_node_is_taken_over_and_its_faults_stand_at_its_line(surroundings, background, qtbot):
    text = with_schema_in_its_input('{"type": "object"}')
    dialog = imported(surroundings, qtbot, text)
    assert any("becomes the input schema" in label.text() for label in dialog.findChildren(QLabel))
    assert dialog.order("Alarm").input_schema == {"type": "object"}
    assert dialog.order("Alarm").definition["nodes"][0]["content"] == {}
    line = text[: text.index('"schema"')].count("\n") + 1
    assert dialog.describe_fault("/input_schema/type", "No.") == f"Line {line}: No."

"""A run to look through: the node that matters is chosen, and what it got and gave is there to read."""

import pytest
from PySide6.QtCore import Qt

from ss_admin.desktop.rule_chains.picture.trace_view import TraceView
from tests.support.accessibility import assert_accessible
from tests.support.sample_definitions import traced


@pytest.fixture
def view(theme, qtbot) -> TraceView:
    view = TraceView(theme=theme)
    qtbot.addWidget(view)
    view.resize(900, 620)
    view.show()
    return view


def test_the_failed_node_is_chosen_at_first(view, alarm_chain, alarm_trace):
    view.show_run(alarm_chain, alarm_trace, failed_node_id="keep", error="It failed.")
    assert view.picture.chosen_node_id == "keep"
    assert view.panel.title == "Keep · Saves into “alarms”"
    assert view.panel.state == "Failed in 0.25 ms"
    assert view.panel.error == "The record is too large."
    assert view.panel.effect == "Would save a document into “alarms”."
    assert view.panel.got.text == '{\n  "step": 3\n}'
    assert view.panel.gave.text == "Nothing: it failed."
    assert_accessible(view)


def test_the_first_node_is_chosen_where_none_failed(view, alarm_chain):
    view.show_run(alarm_chain, [traced("triage", 1), traced("request", 0)], failed_node_id=None, error=None)
    assert view.picture.chosen_node_id == "request"
    assert view.panel.state == "Ran in 0.25 ms"
    assert view.panel.gave.text == '{\n  "step": 1\n}'
    assert view.panel.error == ""


def test_a_failed_node_without_words_says_why_the_run_failed(view, alarm_chain):
    view.show_run(alarm_chain, [traced("keep", 0)], failed_node_id="keep", error="It ran longer than 2 s.")
    assert view.panel.error == "It ran longer than 2 s."


def test_the_arrow_keys_show_node_after_node(view, alarm_chain, alarm_trace, qtbot):
    view.show_run(alarm_chain, alarm_trace, failed_node_id="keep", error=None)
    qtbot.keyClick(view.picture, Qt.Key.Key_Up)
    assert view.panel.title == "Tell · Calls hooks.example.com"
    assert view.panel.state == "Not reached"
    assert view.panel.got.text == "The run did not come to this node."


def test_a_value_too_large_to_keep_is_said_in_words(view, alarm_chain):
    view.show_run(
        alarm_chain, [traced("request", 0, input="Too large to keep: 81 KiB.")], failed_node_id=None, error=None
    )
    assert view.panel.got.text == "Too large to keep: 81 KiB."


def test_clearing_leaves_the_picture_alone(view, alarm_chain, alarm_trace):
    view.show_run(alarm_chain, alarm_trace, failed_node_id="keep", error=None)
    view.clear()
    assert view.panel.title == "No node is chosen"
    assert view.picture.chosen_node_id is None


def test_a_run_without_a_trace_chooses_nothing(view, alarm_chain):
    view.show_run(alarm_chain, [], failed_node_id=None, error="It ran longer than 2 s and was stopped.")
    assert view.panel.title == "No node is chosen"

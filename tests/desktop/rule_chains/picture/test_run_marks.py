"""What a run leaves on the nodes, in words."""

import pytest

from ss_admin.contract.rule_chains import NodeTrace
from ss_admin.desktop.rule_chains.picture.run_marks import NodeState, duration_words, mark_nodes


def test_nodes_are_numbered_as_they_ran(alarm_trace):
    marks = mark_nodes(list(reversed(alarm_trace)), "keep")
    assert [marks[node].words for node in ("request", "triage", "how", "keep")] == [
        "1 · Ran · 0.25 ms",
        "2 · Ran · 0.25 ms",
        "3 · Ran · 0.25 ms",
        "4 · Failed",
    ]
    assert marks["keep"].state is NodeState.FAILED


def test_a_failed_node_is_marked_even_if_the_trace_lacks_it():
    assert mark_nodes([], "gone")["gone"].state is NodeState.FAILED


def test_a_node_with_an_error_failed_whatever_else_is_said(alarm_trace: list[NodeTrace]):
    assert mark_nodes(alarm_trace, None)["keep"].state is NodeState.FAILED


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(0, "0.01 ms"), (0.034, "0.03 ms"), (1.26, "1.3 ms"), (14.4, "14 ms"), (2000, "2.0 s")],
)
def test_durations_read_as_people_say_them(milliseconds, words):
    assert duration_words(milliseconds) == words

"""The bench's own arithmetic: what its tables say, and when a goal counts as met."""

import pytest

from tests.benchmarks.report import Findings, Goal, Table, as_markdown, as_text, goals_table


@pytest.mark.parametrize(
    ("measured", "bound", "at_most", "is_met"),
    [(3.0, 3.0, False, True), (2.99, 3.0, False, False), (1.0, 1.0, True, True), (1.01, 1.0, True, False)],
)
def test_a_goal_is_met_up_to_its_bound(measured: float, bound: float, at_most: bool, is_met: bool) -> None:
    assert Goal("speed", measured, bound, at_most=at_most).is_met is is_met


def test_the_table_of_goals_tells_bound_figure_and_outcome() -> None:
    goals = [Goal("speed", 3.456, 3.0), Goal("memory", 2100.4, 2048, "bytes", at_most=True)]
    assert goals_table(goals).rows == [
        ("speed", "≥ 3.00 ×", "3.46 ×", "met"),
        ("memory", "≤ 2,048 bytes", "2,100 bytes", "NOT MET"),
    ]


def test_text_lines_names_up_on_the_left_and_numbers_on_the_right() -> None:
    table = Table("Calls", ("call", "calls/s"), [("a", "10"), ("longer", "1,000")], ["One core."])
    assert as_text(table).splitlines() == [
        "Calls",
        "---------------",
        "call    calls/s",
        "---------------",
        "a            10",
        "longer    1,000",
        "  One core.",
    ]


def test_markdown_holds_the_same_cells() -> None:
    table = Table("Calls", ("call", "calls/s"), [("a", "10")], ["One core."])
    assert as_markdown(table).splitlines() == [
        "**Calls**",
        "",
        "| call | calls/s |",
        "| --- | ---: |",
        "| a | 10 |",
        "",
        "One core.  ",
    ]


def test_findings_of_sections_add_up() -> None:
    whole = Findings()
    whole.add(Findings([Table("A", (), [])], [Goal("a", 1, 1)]))
    whole.add(Findings([Table("B", (), [])], [Goal("b", 1, 1)]))
    assert [table.title for table in whole.tables] == ["A", "B"]
    assert [goal.what for goal in whole.goals] == ["a", "b"]

"""Faults keep their places while the text around them is edited."""

from ss_admin.desktop.rule_chains.json_editor.fault_marks import FaultMark, FaultMarks
from ss_admin.desktop.rule_chains.json_editor.json_places import Span


def marks(*told: FaultMark) -> FaultMarks:
    made = FaultMarks()
    made.told = told
    return made


VALUE = FaultMark("No.", Span(10, 14), Span(10, 14), "/a")
NAME = FaultMark("No.", Span(10, 14), Span(16, 40), "/b")
WHOLE = FaultMark("No.", Span(0, 1), None, "")


def test_an_edit_before_a_fault_moves_it():
    kept = marks(VALUE)
    assert not kept.follow(2, 1, 4)
    assert kept.told[0].span == Span(13, 17)
    assert kept.told[0].watched == Span(13, 17)


def test_an_edit_behind_a_fault_leaves_it():
    kept = marks(VALUE)
    assert not kept.follow(20, 5, 0)
    assert kept.told == [VALUE]


def test_an_edit_of_the_value_takes_its_fault_away():
    for at, removed, added in ((12, 1, 1), (14, 0, 1), (10, 0, 1), (0, 50, 50)):
        kept = marks(VALUE)
        assert kept.follow(at, removed, added)
        assert kept.told == []


def test_an_edit_within_a_long_value_takes_the_fault_at_its_name_away():
    kept = marks(NAME)
    assert kept.follow(30, 0, 1)
    assert kept.told == []


def test_a_fault_of_the_whole_text_stays_until_it_is_judged_anew():
    kept = marks(WHOLE)
    assert not kept.follow(5, 3, 1)
    assert not kept.follow(0, 0, 2)
    assert len(kept.told) == 1


def test_faults_come_from_top_to_bottom():
    kept = marks(NAME)
    kept.found = (FaultMark("Comma.", Span(3, 4)),)
    assert [mark.span.start for mark in kept.all()] == [3, 10]

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from ss_admin.desktop.api_keys.table.selection import KeyChecks


def test_single_checks_are_counted_and_shown_as_some() -> None:
    checks = KeyChecks()
    checks.toggle("a")
    checks.toggle("b")
    checks.toggle("a")
    assert checks.is_checked("b")
    assert not checks.is_checked("a")
    assert checks.count(10) == 1
    assert checks.state(10) == Qt.CheckState.PartiallyChecked


def test_the_header_checks_all_that_match_also_what_was_never_loaded() -> None:
    checks = KeyChecks()
    checks.toggle_all(100_000)
    assert checks.count(100_000) == 100_000
    assert checks.is_checked("never loaded")
    assert checks.state(100_000) == Qt.CheckState.Checked


def test_all_but_a_few_is_shown_as_some() -> None:
    checks = KeyChecks()
    checks.toggle_all(50)
    checks.toggle("a")
    assert checks.count(50) == 49
    assert not checks.is_checked("a")
    assert checks.state(50) == Qt.CheckState.PartiallyChecked
    checks.toggle("a")
    assert checks.state(50) == Qt.CheckState.Checked


def test_the_header_unchecks_everything_when_all_or_nearly_all_are_checked() -> None:
    checks = KeyChecks()
    checks.toggle_all(50)
    checks.toggle("a")
    checks.toggle_all(50)
    assert checks.count(50) == 0
    assert checks.state(50) == Qt.CheckState.Unchecked


def test_an_empty_list_cannot_be_checked() -> None:
    checks = KeyChecks()
    checks.toggle_all(0)
    assert checks.state(0) == Qt.CheckState.Unchecked


def test_another_filter_drops_all_that_match_but_keeps_what_was_checked_by_hand() -> None:
    checks = KeyChecks()
    checks.toggle("a")
    assert not checks.leave_filter()
    assert checks.is_checked("a")
    checks.toggle_all(50)
    assert checks.leave_filter()
    assert checks.count(50) == 0


def test_changed_is_told_once_per_change_and_never_without_one(qtbot) -> None:
    checks = KeyChecks()
    told = []
    checks.changed.connect(lambda: told.append(checks.checks))
    checks.set_checked(["a", "b"], checked=True)
    checks.set_checked(["a", "b"], checked=True)
    checks.clear()
    checks.clear()
    assert len(told) == 2


@given(st.lists(st.one_of(st.just("all"), st.sampled_from("abcdefgh"))))
def test_checks_are_what_a_plain_set_would_be(presses: list[str]) -> None:
    everything = set("abcdefgh")
    checks, model = KeyChecks(), set()
    all_mode = False
    for press in presses:
        if press == "all":
            checks.toggle_all(len(everything))
            model = set() if all_mode else set(everything)
            all_mode = not all_mode
        else:
            checks.toggle(press)
            model ^= {press}
    assert {key for key in everything if checks.is_checked(key)} == model
    assert checks.count(len(everything)) == len(model)

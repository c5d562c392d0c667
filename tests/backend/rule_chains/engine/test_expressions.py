"""What is wrong with an expression, in words and at the right character."""

import pytest
import zen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ss_admin.backend.rule_chains.engine.expressions import find_expression_fault, find_path_fault


@pytest.mark.parametrize(
    "expression",
    [
        "1",
        "a + 1",
        "a.b[0].c",
        "'x' in ['x', 'y']",
        "map([1..3], # * 2)",
        "a ? 1 : 2",
        "{a: [1, 2]}",
        "`total: ${a}`",
        "d('2020-01-01')",
    ],
)
def test_what_the_engine_can_read_has_no_fault(expression: str) -> None:
    assert find_expression_fault(expression) is None


@pytest.mark.parametrize(
    "test", ["> 5", "'a', 'b'", "[1..5]", "in ['x']", "> 5 and < 7", "not in [1]", "len($) > 3", "true"]
)
def test_the_tests_of_a_column_are_read_as_such(test: str) -> None:
    assert find_expression_fault(test, unary=True) is None


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("", "There is no expression here."),
        (" \n", "There is no expression here."),
        ("a +", "It ends where a value is expected."),
        ("1 2", "Expected an operator at character 3: “2” does not fit there."),
        ("a b c d", "Expected an operator at character 3: “b c d” does not fit there."),
        ("'äöü' b", "Expected an operator at character 7: “b” does not fit there."),
        ("a + b)", "Expected an operator at character 6: “)” does not fit there."),
        ("(a + b", "It ends where a closing bracket is expected."),
        ("a.", "It ends where a name is expected."),
        ("a + * b", "Expected a value at character 5, not an operator."),
        ("a @ b", "Unexpected “@” at character 3."),
        ("'ä' + ü", "Unexpected “ü” at character 7."),
        ("a && b", "Unexpected “&” at character 3."),
        ("a + 'abc", "The text that begins at character 5 has no closing quotation mark."),
        ("'it's'", "The text that begins at character 6 has no closing quotation mark."),
        ("unknown(1) + 1", "There is no function “unknown” (character 1)."),
        ("len()", "The function “len” takes another number of arguments."),
        ("a + \0", "It has a character that is not text: U+0000, or half of a surrogate pair."),
        ("'\ud800'", "It has a character that is not text: U+0000, or half of a surrogate pair."),
        ("1" * 4001, "It is longer than 4,000 characters."),
        ("(" * 33 + "1" + ")" * 33, "Its brackets are nested deeper than 32 levels."),
        ("[" * 5000, "It is longer than 4,000 characters."),
    ],
)
def test_faults_are_told_exactly(expression: str, told: str) -> None:
    assert find_expression_fault(expression) == told


def test_brackets_within_texts_do_not_count() -> None:
    assert find_expression_fault(f"'{'(' * 100}'") is None


PIECES = [*"ab1 .,+-*/<>=!()[]{}'\"`$#?:@\0ä\ud800%^&|\n\t", "map(", "not ", " in ", "..", "${", "len", "true", "١"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@example("'")
@example("`")
@example("a[")
@example("\u0662")
@settings(max_examples=300, deadline=None)
def test_any_text_is_either_readable_or_told(text: str) -> None:
    for unary in (False, True):
        fault = find_expression_fault(text, unary=unary)
        if fault is not None:
            assert fault.endswith((".", "."))
            assert "\n" not in fault
        elif not unary:
            zen.compile_expression(text)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("order", None),
        ("order.priority", None),
        ("", "The name is missing."),
        ("a..b", "The name “a..b” has a dot with nothing beside it."),
        (".a", "The name “.a” has a dot with nothing beside it."),
        ("a.b.c", "The name “a.b.c” has more than 2 parts."),
        ("\0", "The name is too long, or has a character that is not text."),
    ],
)
def test_paths_are_checked(path: str, told: str | None) -> None:
    assert find_path_fault(path, 2) == told

"""CSV documents: what a spreadsheet reads is what was written, and nothing in it is run."""

import csv
import io
import re

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.csv_document import csv_document

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


def read(document: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(document.decode("utf-8-sig"), newline="")))


def test_it_begins_with_the_mark_and_the_header() -> None:
    document = csv_document(["name", "calls"], [["Müller, “A”\nB", 3], [None, 0]])
    assert document.startswith(b"\xef\xbb\xbfname,calls\r\n")
    assert read(document)[1:] == [["Müller, “A”\nB", "3"], ["", "0"]]


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_any_text_comes_back_and_none_begins_like_a_formula(texts: list[str]) -> None:
    [_, row] = read(csv_document(["x"] * len(texts), [texts]))
    for text, cell in zip(texts, row, strict=True):
        if not any(separator in text for separator in ";\t\r\n"):
            assert cell in {text, f"'{text}"}
        assert cell.replace("'", "") == text.replace("'", "")
        assert cell.lstrip(" \u00a0\u3000")[:1] not in set("=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20")


def test_formulas_are_defused_and_numbers_are_not() -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "plain", -1]
    [_, row] = read(csv_document(["x"] * len(cells), [cells]))
    assert [cell[:1] == "'" for cell in row] == [True] * 8 + [False, False]


@given(st.lists(st.text(";=+-@\t\r\n,'\" ab|", max_size=12), min_size=1, max_size=4))
def test_nothing_is_run_where_lists_are_separated_by_semicolons(texts: list[str]) -> None:
    """Excel takes no comma for a separator there: it cuts at semicolons, and quotation marks are letters."""
    document = csv_document(["name"] * (len(texts) + 1), [["first", *texts]]).decode("utf-8-sig")
    for cell in re.split("[;\t\r\n]", document):
        assert cell.lstrip(' "')[:1] not in set("=+-@|%"), document


def test_what_follows_a_semicolon_or_a_line_break_is_defused_too() -> None:
    [_, row] = read(csv_document(["x"] * 4, [["a;=1+1", "a\n-1", 'a; "@x', "10 to 20; a-b; c"]]))
    assert row == ["a;'=1+1", "a\n'-1", "a; \"'@x", "10 to 20; a-b; c"]

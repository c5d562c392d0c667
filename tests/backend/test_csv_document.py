"""CSV documents: what a spreadsheet reads is what was written, and nothing in it is run."""

import csv
import io

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
        assert cell in {text, f"'{text}"}
        assert cell.lstrip(" \u00a0\u3000")[:1] not in set("=+-@|%\t\r\n\uff1d\uff0b\uff0d\uff20")


def test_formulas_are_defused_and_numbers_are_not() -> None:
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "plain", -1]
    [_, row] = read(csv_document(["x"] * len(cells), [cells]))
    assert [cell[:1] == "'" for cell in row] == [True] * 8 + [False, False]

"""CSV for people's spreadsheets: UTF-8 with a byte order mark, and no cell that would be run as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["CSV_MEDIA_TYPE", "csv_document", "csv_pieces"]

CSV_MEDIA_TYPE = "text/csv"
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the system's old code page
_FORMULA_STARTS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_PASSED_OVER = " \u00a0\u3000\ufeff\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
"""Spaces and quotation marks: some programs drop them from the beginning of a cell, and a formula would be left."""

_NEXT_CELL = re.compile(rf"([;\t\r\n][{re.escape(_PASSED_OVER)}]*)(?=[{re.escape(''.join(sorted(_FORMULA_STARTS)))}])")
"""Where Excel begins another cell, in countries whose lists are separated by semicolons: it takes no comma for one
there, and then no quotation mark either."""

_PIECE_CHARACTERS = 65_536


def csv_document(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The rows under their header (RFC 4180); None is an empty cell, and numbers stay numbers.

    A text that begins like a formula gets an apostrophe in front, as OWASP advises against CSV injection; and so does
    what follows a semicolon or a line break within it.
    """
    return b"".join(csv_pieces(header, rows))


def csv_pieces(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The same document piece by piece: no more of it is held than a piece, whatever the number of rows."""
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(value) for value in row])
        if text.tell() >= _PIECE_CHARACTERS:
            yield text.getvalue().encode("utf-8", "replace")
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = _NEXT_CELL.sub(r"\1'", value)
    return f"'{text}" if value.lstrip(_PASSED_OVER)[:1] in _FORMULA_STARTS else text

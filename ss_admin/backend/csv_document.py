"""CSV for people's spreadsheets: UTF-8 with a byte order mark, and no cell that would be run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["CSV_MEDIA_TYPE", "csv_document"]

CSV_MEDIA_TYPE = "text/csv"
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes the file for the system's old code page
_FORMULA_STARTS = frozenset("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")


def csv_document(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The rows under their header (RFC 4180); None is an empty cell, and numbers stay numbers.

    A text that begins like a formula gets an apostrophe in front, as OWASP advises against CSV injection.
    """
    text = io.StringIO(newline="")
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8", "replace")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.lstrip(" \u00a0\u3000")[:1] in _FORMULA_STARTS else value

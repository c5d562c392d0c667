"""Searching and sorting by text: how names are folded, what the trigram index holds, and how it is asked.

Three or more characters match anywhere; one or two match the beginnings of words, since a trigram index cannot find
less. For that, every word stands in the indexed text with two spaces in front: `"  building  alarm"`, and “b” is asked
for as `"  b"`. Fields are parted by a line break, which no search can contain, so nothing matches across them.
"""

import unicodedata
from typing import Literal

from sqlalchemy import ColumnElement, column, literal_column, select, table

from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.contract.api_key_format import mask_api_keys_within

__all__ = ["fold", "indexed_text", "matches", "searched_text", "sorting_text"]

SORTING_TEXT_LENGTH = 400
_WORD_START = "  "
_SHORTEST_INSIDE_WORDS = 3
_INDEX = table("api_key_search", column("rowid"))
_INDEXED_TEXT: ColumnElement[str] = literal_column("api_key_search")


def fold(text: str) -> str:
    """`text` without regard to case and to presentation forms: “Ｓtraße” is “strasse”."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def sorting_text(name: str) -> str:
    """What a name is sorted by: folded, without accents (“Ärzte” stands beside “Arzt”), cut to the column's length."""
    decomposed = unicodedata.normalize("NFKD", fold(name))
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", plain)[:SORTING_TEXT_LENGTH]


def indexed_text(*, name: str, user_name: str, masked_key: str) -> str:
    """What the trigram index holds of a key."""
    return "\n".join(_spaced(field) for field in (name, user_name, masked_key))


def searched_text(search: str) -> str:
    """The part of the indexed text that `search` asks for; empty where it asks for nothing.

    A whole key is masked first: it finds its row, and the secret goes no further than this.
    """
    words = fold(mask_api_keys_within(search)).split()
    wanted = _WORD_START.join(words)
    return wanted if len(wanted) >= _SHORTEST_INSIDE_WORDS or not wanted else _WORD_START + wanted


def matches(wanted: str, dialect: Literal["sqlite", "postgresql"]) -> ColumnElement[bool]:
    """The condition that a key's indexed text contains `wanted` (not empty), answered by the trigram index."""
    if dialect == "postgresql":
        return ApiKeyRow.search_text.contains(wanted, autoescape=True, escape="\\")
    phrase = '"' + wanted.replace('"', '""') + '"'
    return ApiKeyRow.number.in_(select(_INDEX.c.rowid).where(_INDEXED_TEXT.op("MATCH")(phrase)))


def _spaced(field: str) -> str:
    return "".join(_WORD_START + word for word in fold(field).split())

"""The base of every document that crosses the border, and the types their fields share."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

__all__ = [
    "ChangeRequest",
    "Document",
    "Label",
    "ObjectRef",
    "Page",
    "Request",
    "SearchText",
    "UtcInstant",
    "refuse_unprintable",
    "utc_text",
]

LABEL_MAX_CHARACTERS = 100
SEARCH_MAX_CHARACTERS = 200
PAGE_MAX_ITEMS = 1000

_TURNING_TEXT_AROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Unicode's embeddings, overrides and isolates (UAX #9): with them a name reads otherwise than it is."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")


class Document(BaseModel):
    """An answer: it never changes once made; fields unknown to this version are passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Request(BaseModel):
    """A question or an order: an unknown field is refused, since it would be silently without effect."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _without_defaults(schema: dict[str, Any]) -> None:
    for described in schema.get("properties", {}).values():
        described.pop("default", None)


class ChangeRequest(Request):
    """A partial change (PATCH): only fields that were given are changed, see `model_fields_set`.

    The defaults of its fields mean nothing, so the schema does not name them.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)


def _refuse_numbers(value: object) -> object:
    """A count of seconds is no RFC 3339 text, whether it comes as a number or in quotation marks."""
    if isinstance(value, datetime) or (isinstance(value, str) and _DATE.match(value)):
        return value
    raise ValueError("must be a text such as 2026-12-23T14:00:00Z")


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError as too_far:
        raise ValueError("the moment lies outside the calendar (years 1 to 9999)") from too_far


def utc_text(moment: datetime) -> str:
    """A moment as it stands on the wire: RFC 3339 in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


UtcInstant = Annotated[
    AwareDatetime,
    BeforeValidator(_refuse_numbers),
    AfterValidator(_to_utc),
    PlainSerializer(utc_text, return_type=str, when_used="json"),
]
"""A moment in UTC, RFC 3339 on the wire (`2026-12-23T14:00:00Z`); a time without a zone is refused."""


def refuse_unprintable(text: str, *, except_for: str = "") -> str:
    """The text as it is. Raises `ValueError` for control characters, surrogates and line separators in it."""
    for character in text:
        if character not in except_for and unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(f"the character U+{ord(character):04X} is not allowed")
    return text


def _trimmed_label(text: str) -> str:
    text = refuse_unprintable(unicodedata.normalize("NFC", text.strip()))
    if not text:
        raise ValueError("must not be empty")
    if not any(unicodedata.category(character)[0] in "LNPS" for character in text):
        raise ValueError("must have a character that can be seen")
    if not _TURNING_TEXT_AROUND.isdisjoint(text):
        raise ValueError("must not have characters that turn the direction of text")
    if len(text) > LABEL_MAX_CHARACTERS:
        raise ValueError(f"must have at most {LABEL_MAX_CHARACTERS} characters, it has {len(text)}")
    return text


Label = Annotated[str, Field(strict=True, min_length=1, max_length=1000), AfterValidator(_trimmed_label)]
"""A name that people read: 1 to 100 characters after trimming, NFC, something to see, no control characters."""

SearchText = Annotated[str, Field(max_length=SEARCH_MAX_CHARACTERS), AfterValidator(refuse_unprintable)]
"""What is typed into a search box; empty means no search."""


class ObjectRef(Document):
    """Another object, by its id and the name that people know it by."""

    id: str
    name: str


Item = TypeVar("Item", bound=Document)


class Page(Document, Generic[Item]):
    """One page of a list. `total` counts everything that matches, `next_cursor` is null on the last page."""

    items: list[Item]
    next_cursor: str | None
    total: int

"""Tells what somebody pasted: the id of a request, or an API key. No Qt."""

import re
from dataclasses import dataclass

from pydantic import SecretStr

from ss_admin.contract.api_key_format import KEY_LENGTH, PREFIX, mask_api_key
from ss_admin.contract.refusals import RefusalQuestion

__all__ = ["AskedKey", "AskedRequest", "Unclear", "is_key_like", "read_question"]

_LONGEST_KEY = 1000
_KEY = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{KEY_LENGTH - len(PREFIX)},}}", re.ASCII)
_LEAD_IN = re.compile(
    r"^[\s\"'`“”„«]*(?:(?:x-api-key|authorization)\s*[:=])?[\s\"'`“”„«]*(?:(?:bearer|apikey)\s+)?", re.IGNORECASE
)
_NAMED_ID = re.compile(
    r"(?:x-request-id|request[_ -]?id)[\s\"'“”]*[:=]?[\s\"'“”]*([0-9A-Za-z._-]{6,100})", re.IGNORECASE | re.ASCII
)
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE | re.ASCII)
_PLAIN_ID = re.compile(r"[0-9A-Za-z._:-]{1,100}", re.ASCII)
_NEITHER = "This is neither a request ID nor an API key. Look for X-Request-Id or request_id in the partner’s answer."
_QUOTES = " \t\r\n\"'`“”„«»,;"


@dataclass(frozen=True)
class AskedRequest:
    """The id of a request, without what was pasted along with it."""

    request_id: str

    def to_question(self) -> RefusalQuestion:
        """The question as it is sent."""
        return RefusalQuestion(request_id=self.request_id)


@dataclass(frozen=True)
class AskedKey:
    """A key, just as it was pasted: what came along with it may be the cause. `shown` is what may be seen of it.

    `is_whole`: it is as long as a key is, at least.
    """

    pasted: SecretStr
    shown: str
    is_whole: bool

    def to_question(self) -> RefusalQuestion:
        """The question as it is sent."""
        return RefusalQuestion(api_key=self.pasted)


@dataclass(frozen=True)
class Unclear:
    """Neither of the two; `words` say what is wrong, empty where there is nothing at all."""

    words: str


def is_key_like(text: str) -> bool:
    """Whether `text` is, or begins as, an API key: from here on it is shown to nobody."""
    return _KEY.search(text) is not None or _LEAD_IN.sub("", text, count=1).startswith(PREFIX)


def read_question(text: str) -> AskedRequest | AskedKey | Unclear:
    """What `text` asks for; a header, a sentence or a whole answer around an id is taken off."""
    bare = text.strip(_QUOTES)
    if not bare:
        return Unclear("")
    if is_key_like(text):
        if len(text) > _LONGEST_KEY:
            return Unclear("This is far longer than a key. Paste the key alone.")
        found = _KEY.search(text)
        shown = mask_api_key(found.group()[:KEY_LENGTH]) if found else f"{PREFIX}…"
        return AskedKey(SecretStr(text), shown, is_whole=found is not None)
    request_id = _find_request_id(bare)
    if request_id:
        return AskedRequest(request_id)
    return Unclear(_NEITHER)


def _find_request_id(bare: str) -> str:
    if named := _NAMED_ID.search(bare):
        return named.group(1)
    if _PLAIN_ID.fullmatch(bare):
        return bare
    within = _UUID.search(bare)
    return within.group() if within else ""

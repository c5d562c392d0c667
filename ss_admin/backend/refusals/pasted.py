"""Takes a key out of what people paste: spaces, quotation marks, “Bearer” and the header's name come along with it."""

import re
from dataclasses import dataclass, field

from ss_admin.contract.api_key_format import ApiKeyFault, find_api_key_fault

__all__ = ["PastedKey", "read_pasted_key"]

_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_QUOTES = "\"'`“”„‟‘’‚‛«»‹›"
_ENDS = ",;"

_OPTION = re.compile(r"(?:-H|--header)[\s=]*(?=\S)")
_HEADER = re.compile(rf"(?:x-api-key|api[-_ ]?key|authorization)[{re.escape(_QUOTES)}]?\s*[:=]", re.IGNORECASE)
_SCHEME = re.compile(r"(?:bearer|apikey|api-key|basic|token)\s", re.IGNORECASE)

_SPACES_AROUND = "spaces or line breaks around it"
_SPACES_WITHIN = "spaces or line breaks within it"
_UNSEEN_CHARACTERS = "characters that cannot be seen"
_QUOTED = "quotation marks around it"
_ENDED = "a comma or a semicolon behind it"
_NAMED = "the header's name in front of it"
_PREFIXED = "a word such as “Bearer” in front of it"


@dataclass(frozen=True)
class PastedKey:
    """What was pasted. `text`: without what came along, which `came_along` names; `fault`: why it is no key."""

    text: str = field(repr=False)
    came_along: tuple[str, ...]
    fault: ApiKeyFault | None


def read_pasted_key(pasted: str) -> PastedKey:
    """The key in what was pasted, or what is wrong with it. Whatever comes, it raises nothing."""
    found: dict[str, None] = {}
    text = pasted.translate(dict.fromkeys(map(ord, _UNSEEN)))
    if text != pasted:
        found[_UNSEEN_CHARACTERS] = None
    while True:
        shorter, what = _without_one_thing(text)
        if what is None:
            break
        text = shorter
        found[what] = None
    fault = find_api_key_fault(text)
    if fault is ApiKeyFault.WHITE_SPACE:
        joined = "".join(text.split())
        if find_api_key_fault(joined) is None:
            text, fault = joined, None
            found[_SPACES_WITHIN] = None
    return PastedKey(text, tuple(found), fault)


def _without_one_thing(text: str) -> tuple[str, str | None]:
    stripped = text.strip()
    if stripped != text:
        return stripped, _SPACES_AROUND
    stripped = text.strip(_QUOTES)
    if stripped != text:
        return stripped, _QUOTED
    stripped = text.rstrip(_ENDS)
    if stripped != text:
        return stripped, _ENDED
    for pattern, what in ((_OPTION, _NAMED), (_HEADER, _NAMED), (_SCHEME, _PREFIXED)):
        match = pattern.match(text)
        if match is not None:
            return text[match.end() :], what
    return text, None

"""The API-key format: `ss_`, 33 random base62 characters, 6 check characters; 42 in all, about 196 bits.

The check characters are the CRC-32 (IEEE 802.3, as in zlib) of the 33 random characters, in base62, left-padded
with `0`. They let scanners and error messages tell a typing mistake from an unknown key; they prove nothing.
"""

import re
import secrets
import zlib
from enum import StrEnum

__all__ = ["ApiKeyFault", "find_api_key_fault", "mask_api_key", "mask_api_keys_within", "new_api_key"]

PREFIX = "ss_"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
RANDOM_LENGTH = 33
CHECK_LENGTH = 6
KEY_LENGTH = len(PREFIX) + RANDOM_LENGTH + CHECK_LENGTH

_WHOLE_KEY = re.compile(rf"ss_[0-9A-Za-z]{{{RANDOM_LENGTH + CHECK_LENGTH}}}", re.ASCII)
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)  # base62 by two digits at once


class ApiKeyFault(StrEnum):
    """What is wrong with a text that should be an API key, as one sentence for the partner's engineer."""

    EMPTY = "The x-api-key header is empty."
    BEARER_PREFIX = "The key has a prefix such as “Bearer”. Send the key alone."
    WHITE_SPACE = "The key contains spaces or line breaks. Send exactly the 42 characters that were shown."
    WRONG_PREFIX = "An API key starts with “ss_”; this one does not."
    TOO_SHORT = "The key is too short: an API key has 42 characters. Was it copied whole?"
    TOO_LONG = "The key is too long: an API key has 42 characters. Was something pasted behind it?"
    FOREIGN_CHARACTER = "The key contains a character that no API key has; after “ss_” only 0-9, A-Z and a-z occur."
    CHECK_DIGITS = "The key's check digits do not match: at least one character was mistyped or changed."


def new_api_key() -> str:
    """A fresh key from the system's secure random source. The caller shows it once and forgets it."""
    random_part = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return PREFIX + random_part + check_characters(random_part)


def check_characters(random_part: str) -> str:
    """The six base62 check characters of a key's random part."""
    rest, last = divmod(zlib.crc32(random_part.encode("ascii")), len(_PAIRS))
    first, middle = divmod(rest, len(_PAIRS))
    return _PAIRS[first] + _PAIRS[middle] + _PAIRS[last]


def find_api_key_fault(text: str) -> ApiKeyFault | None:
    """What is wrong with the form of `text`, the most telling fault first; None where the form is right."""
    if _WHOLE_KEY.fullmatch(text) is None:
        return _find_fault_of_form(text)
    random_part = text[len(PREFIX) : -CHECK_LENGTH]
    return None if text.endswith(check_characters(random_part)) else ApiKeyFault.CHECK_DIGITS


def _find_fault_of_form(text: str) -> ApiKeyFault:
    if not text:
        return ApiKeyFault.EMPTY
    if text.lstrip().lower().startswith(("bearer", "apikey", "api-key", "api ", "basic ", "token ")):
        return ApiKeyFault.BEARER_PREFIX
    if any(character.isspace() for character in text):
        return ApiKeyFault.WHITE_SPACE
    if not text.startswith(PREFIX):
        return ApiKeyFault.WRONG_PREFIX
    if len(text) == KEY_LENGTH:
        return ApiKeyFault.FOREIGN_CHARACTER
    return ApiKeyFault.TOO_SHORT if len(text) < KEY_LENGTH else ApiKeyFault.TOO_LONG


def mask_api_key(api_key: str) -> str:
    """The form that may be shown and stored: `ss_`, the first four characters, `…`, the last four."""
    return f"{api_key[: len(PREFIX) + 4]}…{api_key[-4:]}"


def mask_api_keys_within(text: str) -> str:
    """`text` with everything that looks like a whole key replaced by its masked form."""
    return _WHOLE_KEY.sub(lambda match: mask_api_key(match.group()), text)

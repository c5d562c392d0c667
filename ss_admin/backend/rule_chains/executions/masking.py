"""Masks API keys that were pasted into a payload: no key is stored whole, wherever a partner puts it.

Only what has a key's check digits is taken for one. Anything else that looks alike is data, which a chain saves and
sends on as it came.
"""

import re

from ss_admin.contract.api_key_format import KEY_LENGTH, PREFIX, find_api_key_fault, mask_api_key

__all__ = ["mask_keys_in_text"]

_CANDIDATE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{KEY_LENGTH - len(PREFIX)}}}", re.ASCII)


def mask_keys_in_text(text: str) -> str:
    """The text with each whole key in its masked form."""
    return _CANDIDATE.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    candidate = found.group()
    return candidate if find_api_key_fault(candidate) else mask_api_key(candidate)

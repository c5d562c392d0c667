"""Searches bytes for whole API keys and for the secrets that sign webhooks.

The check digits tell a real key from a look-alike. A signing secret has none: whatever has its form counts as one.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from ss_admin.contract.api_key_format import find_api_key_fault, mask_api_key

_LOOK_ALIKE = re.compile(rb"ss_[0-9A-Za-z]{39}")
_SIGNING_SECRET = re.compile(rb"whsec_[0-9A-Za-z_-]{43}(?![0-9A-Za-z_-])")


def whole_keys_in(content: bytes) -> list[str]:
    """The masked form of every whole key in `content`."""
    found = {match.decode("ascii") for match in _LOOK_ALIKE.findall(content)}
    return sorted(mask_api_key(text) for text in found if find_api_key_fault(text) is None)


def secrets_in(content: bytes) -> list[str]:
    """What stands in `content`, in words: each whole key and each signing secret, neither of them whole."""
    signing = {match[:10].decode("ascii") for match in _SIGNING_SECRET.findall(content)}
    keys = [f"the whole key {masked}" for masked in whole_keys_in(content)]
    return keys + [f"the signing secret {beginning}…" for beginning in sorted(signing)]


def leaks_below(folder: Path) -> Iterator[str]:
    """One line for each secret in each file below `folder`. What another run removes meanwhile is passed over."""
    for place, _, names in os.walk(folder):
        for file in (Path(place, name) for name in names):
            if file.is_file() and not file.is_symlink():
                for told in secrets_in(_content(file)):
                    yield f"{file.relative_to(folder)} holds {told}"


def fail_at_leaks(folder: Path) -> None:
    """Fail the test that wrote a secret into a file below `folder`, which may be removed after this."""
    leaks = [f"A secret leaked: {leak}" for leak in leaks_below(folder)]
    if leaks:
        pytest.fail("\n".join(leaks), pytrace=False)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return b""


def leaks_in_output(outputs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One line for each secret in each captured output, given with the test's name."""
    for name, output in outputs:
        for told in secrets_in(output.encode("utf-8", "replace")):
            yield f"the output of {name} holds {told}"

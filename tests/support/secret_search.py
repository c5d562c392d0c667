"""Searches bytes for whole API keys; the check digits tell a real one from a look-alike."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from ss_admin.contract.api_key_format import find_api_key_fault, mask_api_key

_LOOK_ALIKE = re.compile(rb"ss_[0-9A-Za-z]{39}")


def whole_keys_in(content: bytes) -> list[str]:
    """The masked form of every whole key in `content`."""
    found = {match.decode("ascii") for match in _LOOK_ALIKE.findall(content)}
    return sorted(mask_api_key(text) for text in found if find_api_key_fault(text) is None)


def leaks_below(folder: Path) -> Iterator[str]:
    """One line for each file below `folder` that holds a whole key."""
    for file in folder.rglob("*"):
        if file.is_file() and not file.is_symlink():
            for masked in whole_keys_in(file.read_bytes()):
                yield f"{file.relative_to(folder)} holds the whole key {masked}"


def leaks_in_output(outputs: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One line for each captured output, given with the test's name, that holds a whole key."""
    for name, output in outputs:
        for masked in whole_keys_in(output.encode("utf-8", "replace")):
            yield f"the output of {name} holds the whole key {masked}"

"""A journal's folder, and readers that are closed after the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from ss_admin.backend.journal.reader import JournalReader

OpenReader = Callable[[Path], JournalReader]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "journal"


@pytest.fixture
def open_reader() -> Iterator[OpenReader]:
    with ExitStack() as readers:
        yield lambda folder: readers.enter_context(closing(JournalReader(folder)))

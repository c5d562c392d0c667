"""What each process of a server has counted, where the others can read it: small files beside the journals.

Any worker answers `/metrics`, and has to answer for all. So each writes its numbers down every second, at its end, and
before it answers `/metrics` itself: what one answer has told, the next one has read, and no counter ever falls. Of a
process that was killed the last second is missing. The numbers of processes that are gone are added up into one file by
the housekeeping; all go with the server's spool.

    base/<spool>/<process>.numbers.json     of one process, replaced as a whole
    base/<spool>/gone.numbers.json          of those that are gone, with their names
"""

import contextlib
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

__all__ = ["LIVE_SECONDS", "Numbers", "Snapshot", "SnapshotFiles", "added_up"]

Numbers = Mapping[str, Mapping[str, float]]
"""By the name of a metric and the value of its label; the label is empty where there is none."""

LIVE_SECONDS = 5.0
"""A process that has written nothing for so long is taken for gone, or stuck."""

_SUFFIX = ".numbers.json"
_GONE = "gone"
_MOST_NAMES = 1000


@dataclass(frozen=True)
class Snapshot:
    """The numbers of a process. `role`: `worker` or `housekeeper`. `at`: by this host's monotonic clock.

    Counters outlive their process, gauges do not.
    """

    role: str
    at: float
    counters: Numbers
    gauges: Numbers

    @property
    def is_live(self) -> bool:
        """Whether the process was there a moment ago."""
        return time.monotonic() - self.at < LIVE_SECONDS


class SnapshotFiles:
    """The numbers of all processes of a server. `folder`: of its spool."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def write(self, process: str, snapshot: Snapshot) -> None:
        """Write down the numbers of a process, under a name that no other has. Raises `OSError`."""
        self._replace(process, vars(snapshot))

    def read(self, *, without: str = "") -> list[Snapshot]:
        """Those of all processes there are or were but one, with one for all of those that are gone.

        In this order: a file that is folded away meanwhile is either read itself or found in the sum, never both.
        """
        found = {path.name.removesuffix(_SUFFIX): _read(path) for path in self._files()}
        for name in (_GONE, without):
            found.pop(name, None)
        gone = _read(self._path(_GONE)) or {"names": [], "counters": {}}
        told = set(gone["names"])
        snapshots = [_snapshot(document) for name, document in found.items() if document and name not in told]
        return [*snapshots, Snapshot("gone", float("-inf"), gone["counters"], {})]

    def fold(self, is_gone: Callable[[str, Snapshot], bool]) -> None:
        """Add up the numbers of processes that are gone and delete their files. The housekeeping's alone.

        Raises `OSError`.
        """
        gone = _read(self._path(_GONE)) or {"names": [], "counters": {}}
        told = set(gone["names"])
        for path in self._files():
            name = path.name.removesuffix(_SUFFIX)
            document = _read(path)
            if name == _GONE or document is None:
                continue
            if name not in told:
                snapshot = _snapshot(document)
                if not is_gone(name, snapshot):
                    continue
                counters = added_up([gone["counters"], snapshot.counters])
                gone = {"names": [*gone["names"], name][-_MOST_NAMES:], "counters": counters}
                self._replace(_GONE, gone)
            path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob(f"*{_SUFFIX}"))

    def _path(self, process: str) -> Path:
        return self._folder / f"{process}{_SUFFIX}"

    def _replace(self, process: str, document: Mapping[str, Any]) -> None:
        draft = self._folder / f"{process}.{secrets.token_hex(8)}.draft"
        try:
            draft.write_bytes(orjson.dumps(document))
            draft.replace(self._path(process))
        finally:
            draft.unlink(missing_ok=True)


def added_up(all_numbers: Iterable[Numbers]) -> dict[str, dict[str, float]]:
    """The sum of each number over all."""
    sums: dict[str, dict[str, float]] = {}
    for numbers in all_numbers:
        for name, by_label in numbers.items():
            into = sums.setdefault(name, defaultdict(float))
            for label, number in by_label.items():
                into[label] += number
    return sums


def _read(path: Path) -> dict[str, Any] | None:
    with contextlib.suppress(OSError, ValueError):
        document: dict[str, Any] = orjson.loads(path.read_bytes())
        return document
    return None


def _snapshot(document: Mapping[str, Any]) -> Snapshot:
    return Snapshot(document["role"], document["at"], document["counters"], document["gauges"])

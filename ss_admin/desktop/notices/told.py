"""Remembers what a person was told of, from one start to the next, and so that two windows do not tell it twice."""

import hashlib
from collections.abc import Sequence

from PySide6.QtCore import QLockFile, QSettings

__all__ = ["ToldNews"]

MOST_TOLD = 3_000
"""More than one look can bring, so that nothing that is still there is forgotten."""

MOST_PEOPLE = 8
_LOCK_WAIT_MS = 2_000
_LOCK_STALE_MS = 30_000
_MARK_CHARACTERS = 16


class ToldNews:
    """What one person on one server was told of, kept in the settings file at `path`; empty: in memory only.

    Kept are digests, no names. Bounded: the newest 3,000 pieces of news of the last 8 people. Where the file cannot be
    written it is remembered until the end of the app. It is used off the UI thread, by one thread at a time, and has
    settings of its own, since Qt's are not to be shared between threads.
    """

    def __init__(self, path: str, server_url: str, user_id: str) -> None:
        self._path = path
        self._person = _digest(f"{server_url}\n{user_id}")
        self._in_memory: list[str] = []

    def claim(self, present: Sequence[str]) -> frozenset[str]:
        """Which of `present` nobody was told of yet; from now on they count as told.

        Nothing is claimed while another window holds the settings: it is left for the next time.
        """
        marks = {_digest(f"{self._person}\n{news_id}"): news_id for news_id in present}
        told = frozenset(self._in_memory)
        wanted = [mark for mark in marks if mark not in told]
        new = self._claim_in_file(wanted, list(marks)) if wanted and self._path else frozenset(wanted)
        if new is None:
            return frozenset()
        self._in_memory = _remembered(self._in_memory, list(marks))
        return frozenset(marks[mark] for mark in new)

    def _claim_in_file(self, wanted: Sequence[str], present: Sequence[str]) -> frozenset[str] | None:
        """None: another window is at it."""
        lock = QLockFile(f"{self._path}.notices.lock")
        lock.setStaleLockTime(_LOCK_STALE_MS)
        if not lock.tryLock(_LOCK_WAIT_MS):
            is_held = lock.error() is QLockFile.LockError.LockFailedError
            return None if is_held else frozenset(wanted)
        try:
            settings = QSettings(self._path, QSettings.Format.IniFormat)
            told = _texts(settings.value(f"notices/{self._person}"))
            new = frozenset(wanted) - frozenset(told)
            if new:
                settings.setValue(f"notices/{self._person}", _remembered(told, present))
                self._keep_few_people(settings)
                settings.sync()
            return new
        finally:
            lock.unlock()

    def _keep_few_people(self, settings: QSettings) -> None:
        people = [person for person in _texts(settings.value("notices/people")) if person != self._person]
        for forgotten in people[: -(MOST_PEOPLE - 1)]:
            settings.remove(f"notices/{forgotten}")
        settings.setValue("notices/people", [*people[-(MOST_PEOPLE - 1) :], self._person])


def _remembered(told: Sequence[str], present: Sequence[str]) -> list[str]:
    """What is there now stands last, and so is forgotten last."""
    here = frozenset(present)
    return [*(mark for mark in told if mark not in here), *present][-MOST_TOLD:]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK_CHARACTERS]


def _texts(value: object) -> list[str]:
    if isinstance(value, str):  # an INI file does not tell a list of one from a text
        return [value] if value else []
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []

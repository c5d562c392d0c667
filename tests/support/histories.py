"""Histories of keys for tests of signals: calls of weeks, journaled and drained as partners' calls are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.journal.writer import JournalWriter
from ss_admin.backend.signals.evaluation import Evaluation
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, SignalRow, TombstoneRow
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import SignalKind
from tests.support.api_keys import Seed, plant
from tests.support.backend import PASSWORD, PEPPER, cheap_passwords
from tests.support.housekeeping import drain_spool
from tests.support.journaled_calls import a_call

__all__ = ["HOME", "NOW", "Past", "a_past"]

NOW = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)
"""A Wednesday."""

HOME = "203.0.113.7"
_STATUS = {"succeeded": 200, "rate_limited": 429, "permission_denied": 403}
_LASTING = NOW + timedelta(days=300)


class Past:
    """One key, and what happened with it before `NOW`. `signals` is what comes of it."""

    def __init__(self, store: Store, spool: Spool, journal: JournalWriter) -> None:
        self.store = store
        self._spool, self._journal = spool, journal
        directory = Directory(store, cheap_passwords())
        self.tenant = directory.create_tenant("Building Services")
        user = directory.create_user(
            tenant=self.tenant.name, username="ada.admin", name="Ada", role=Role.TENANT_ADMIN, password=PASSWORD
        )
        self.user = ObjectRef(id=user.id, name=user.name)
        self.actor = Actor(user_id=user.id, name="Ada", tenant_id=self.tenant.id, role=Role.TENANT_ADMIN, address="::1")
        self.evaluation = Evaluation(store)
        self.key = ""

    def make_key(self, **settings: Any) -> str:
        """A young key that lasts, unless told otherwise; the calls that follow are made with it."""
        seed = Seed(created_at=NOW - timedelta(days=60), expires_at=_LASTING)
        [self.key] = plant(self.store, self.tenant, self.user, [replace(seed, **settings)])
        return self.key

    def call(self, at: datetime, count: int = 1, code: str = "succeeded", **values: Any) -> None:
        """So many calls at a moment. Calls with a limit say how full its window was."""
        standard = {
            "api_key_id": self.key,
            "address": HOME,
            "status": _STATUS.get(code, 401),
            "used": 100 if code == "rate_limited" else 1,
            "max_requests": 100,
            "window_seconds": 60,
        }
        for _ in range(count):
            self._journal.append(a_call(at_us=to_microseconds(at), code=code, **standard | values))

    def call_each_hour(
        self, weeks: float, calls: Callable[[datetime], int], until: datetime = NOW, **values: Any
    ) -> None:
        """Hour by hour over so many weeks: as many calls as told of each hour's begin."""
        hour = until.replace(minute=0) - timedelta(weeks=weeks)
        while hour < until:
            count = calls(hour)
            if count:
                self.call(hour + timedelta(minutes=5), count, **values)
            hour += timedelta(hours=1)

    def delete_key(self, at: datetime) -> None:
        """The key is deleted, at this moment."""
        ApiKeysService(self.store, PEPPER.encode()).delete(self.actor, self.key)
        with self.store.writing() as session:
            session.execute(update(TombstoneRow).values(deleted_at=at))

    def change_key(self, **columns: Any) -> None:
        """The key's row gets other values."""
        with self.store.writing() as session:
            session.execute(update(ApiKeyRow).where(ApiKeyRow.id == self.key).values(**columns))

    def drain(self) -> None:
        """All calls are in the tables."""
        drain_spool(self.store, self._spool.folder)

    def signals(self, now: datetime = NOW) -> dict[SignalKind, SignalRow]:
        """The key's signals, after all calls are drained and evaluated."""
        self.drain()
        self.evaluation.look(now)
        return self.standing()

    def standing(self) -> dict[SignalKind, SignalRow]:
        """The key's signals on record."""
        with self.store.reading() as session:
            rows = session.scalars(select(SignalRow).where(SignalRow.api_key_id == self.key)).all()
        return {SignalKind(row.kind): row for row in rows}


@contextmanager
def a_past(store: Store, folder: Path) -> Iterator[Past]:
    """A past that has not happened yet."""
    spool = Spool.claim(folder / "spools")
    journal = spool.new_journal()
    try:
        yield Past(store, spool, journal)
    finally:
        journal.close()
        spool.close()

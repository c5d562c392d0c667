"""Known keys over a real store with a feed that tells of changes when the test says so, and who makes the keys."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

from sqlalchemy import event, insert, select, update

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.digest import DIGEST_LENGTH, api_key_digest
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.gateway.known_keys.entries import KeyRefused
from ss_admin.backend.gateway.known_keys.known_keys import KnownKeys
from ss_admin.backend.propagation.changes import Change
from ss_admin.backend.propagation.watch import FRESH_SECONDS
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, ChangeRow, RuleChainRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyCreated, ApiKeyStatus, NewApiKey
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import ADDRESS, PASSWORD, PEPPER, cheap_passwords
from tests.support.large_tenant import api_key_row
from tests.support.partner import plant_chain

NOW_US = 1_900_000_000_000_000
"""A moment in 2030, at which keys that the office makes for a day have expired."""


@dataclass
class Clock:
    """A monotonic clock that the test moves."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SteeredFeed:
    """The real order of changes, told when the test wants it."""

    store: Store
    clock: Callable[[], float]
    fresh_until: float = 0.0
    revision: int = 0
    subscribers: list[tuple[Callable[[Sequence[Change]], None], Callable[[], None]]] = field(default_factory=list)

    def subscribe(self, on_changes: Callable[[Sequence[Change]], None], on_reset: Callable[[], None]) -> None:
        self.subscribers.append((on_changes, on_reset))

    def reset(self) -> None:
        """Begin anew with what is newest."""
        self._read()
        for _, on_reset in self.subscribers:
            on_reset()
        self.look_succeeded()

    def tell(self) -> None:
        """Tell of all changes that were committed."""
        if changes := self._read():
            for on_changes, _ in self.subscribers:
                on_changes(changes)
        self.look_succeeded()

    def look_succeeded(self) -> None:
        """The store was looked at, and there was nothing new."""
        self.fresh_until = self.clock() + FRESH_SECONDS

    def _read(self) -> Sequence[Change]:
        columns = (ChangeRow.revision, ChangeRow.kind, ChangeRow.object_id, ChangeRow.digest)
        newer = select(*columns).where(ChangeRow.revision > self.revision).order_by(ChangeRow.revision)
        with self.store.reading() as session:
            changes = [Change(*row) for row in session.execute(newer)]
        if changes:
            self.revision = changes[-1].revision
        return changes


class KeyOffice:
    """Makes and changes keys as an administrator does, without an app."""

    def __init__(self, store: Store, tenant: str = "Building Services") -> None:
        self.store = store
        directory = Directory(store, cheap_passwords())
        self.tenant = directory.create_tenant(tenant)
        user = directory.create_user(
            tenant=tenant,
            username=f"admin.of.{self.tenant.id}",
            name="Ada Admin",
            role=Role.TENANT_ADMIN,
            password=PASSWORD,
        )
        self.actor = Actor(user.id, user.name, self.tenant.id, Role.TENANT_ADMIN, ADDRESS)
        self.service = ApiKeysService(store, PEPPER.encode())

    def key(self, **order: Any) -> ApiKeyCreated:
        wanted = {"name": "Building Alarm", "user_id": self.actor.user_id, "rate_limit": None, "expires_at": None}
        return self.service.create(self.actor, NewApiKey(**(wanted | order)))

    def change(self, created: ApiKeyCreated, **values: Any) -> None:
        self.service.change(self.actor, created.api_key.id, ApiKeyChange(**values))

    def disable(self, created: ApiKeyCreated) -> None:
        self.change(created, status=ApiKeyStatus.DISABLED)

    def enable(self, created: ApiKeyCreated) -> None:
        self.change(created, status=ApiKeyStatus.ACTIVE)

    def delete(self, created: ApiKeyCreated) -> None:
        self.service.delete(self.actor, created.api_key.id)

    def expire_at(self, created: ApiKeyCreated, moment: datetime) -> None:
        """Set the date past the service, which refuses one that has passed."""
        changed = {"expires_at": moment, "version": ApiKeyRow.version + 1}
        with self.store.writing() as session:
            session.execute(update(ApiKeyRow).where(ApiKeyRow.id == created.api_key.id).values(changed))

    def many_keys(self, count: int) -> list[bytes]:
        """Store so many keys; their digests."""
        digests = [secrets.token_bytes(DIGEST_LENGTH) for _ in range(count)]
        self._plant(digests, {})
        return digests

    def plant_keys(self, api_keys: Sequence[str]) -> None:
        """Store these keys, active and with the usual limit."""
        digests = [api_key_digest(PEPPER.encode(), api_key) for api_key in api_keys]
        self._plant(digests, {"status": ApiKeyStatus.ACTIVE.value})

    def _plant(self, digests: Sequence[bytes], changes: dict[str, Any]) -> None:
        random, now = Random(), datetime.now(UTC)
        admin = ObjectRef(id=self.actor.user_id, name=self.actor.name)
        rows = [
            api_key_row(random, self.tenant, admin, now, number) | changes | {"digest": digest}
            for number, digest in enumerate(digests)
        ]
        with self.store.writing() as session:
            session.connection().execute(insert(ApiKeyRow), rows)

    def chain(self, **changes: Any) -> str:
        """A chain of the tenant; its id."""
        return plant_chain(self.store, self.tenant, **changes)

    def change_chain(self, rulechain_id: str, **values: Any) -> None:
        """Give the chain other values, as its next version."""
        with self.store.writing() as session:
            row = session.get_one(RuleChainRow, rulechain_id)
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1

    def copy_chain(self, rulechain_id: str, copied_id: str) -> None:
        """Make a chain like another one, with an id that the test chose."""
        with self.store.writing() as session:
            row = session.get_one(RuleChainRow, rulechain_id)
            values = {column.key: getattr(row, column.key) for column in RuleChainRow.__table__.columns}
            session.add(RuleChainRow(**(values | {"id": copied_id})))


@dataclass
class KnownKeysAtWork:
    """Known keys with all that steers them."""

    store: Store
    clock: Clock
    feed: SteeredFeed
    known: KnownKeys
    office: KeyOffice

    def answer(self, created: ApiKeyCreated | str, now_us: int = NOW_US) -> str:
        """`let in`, or the code of the refusal; a deleted key's with a mark."""
        secret = created if isinstance(created, str) else created.secret
        try:
            key = self.known.authenticate(secret, now_us)
        except KeyRefused as refused:
            return refused.code.value + (" (deleted)" if refused.key is not None and refused.key.was_deleted else "")
        assert isinstance(created, str) or key.api_key_id == created.api_key.id
        return "let in"


@contextmanager
def known_keys_at_work(store: Store, tenant: str = "Building Services", **bounds: int) -> Iterator[KnownKeysAtWork]:
    """Known keys over the store, fresh, with all digests loaded."""
    clock = Clock()
    feed = SteeredFeed(store, clock)
    office = KeyOffice(store, tenant)
    known = KnownKeys(store, PEPPER.encode(), feed, clock=clock, **bounds)
    try:
        feed.reset()
        assert known.wait_for_digests(60)
        yield KnownKeysAtWork(store, clock, feed, known, office)
    finally:
        known.close()


@contextmanager
def counted_statements(store: Store) -> Iterator[list[str]]:
    """Every SQL statement that is sent meanwhile, from any thread."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(store.engine, "before_cursor_execute", note)


def at(microseconds: int) -> datetime:
    """The moment of a count of microseconds since 1970."""
    return datetime.fromtimestamp(microseconds // 1_000_000, UTC).replace(microsecond=microseconds % 1_000_000)

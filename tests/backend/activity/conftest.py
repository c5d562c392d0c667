"""A trail of two tenants, and somebody who has the database and what it takes to get past the triggers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, text

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityHeadRow, ActivityRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import ADDRESS, Directory, cheap_passwords

ENTRIES = 6

ACTIVITY, HEADS = ActivityRow.__table__, ActivityHeadRow.__table__


@dataclass
class Intruder:
    """Changes what nobody should be able to change, and can put it back."""

    store: Store

    def __post_init__(self) -> None:
        with self.at_work() as connection:
            self._saved = {table: connection.execute(select(table)).mappings().all() for table in (HEADS, ACTIVITY)}

    @contextmanager
    def at_work(self) -> Iterator[Connection]:
        """A transaction in which no trigger is asked."""
        with self.store.altering() as connection:
            if self.store.dialect == "postgresql":
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            else:
                triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'activity%'"
                for name in connection.execute(text(triggers)).scalars().all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            yield connection

    def rows(self) -> list[dict[str, Any]]:
        """The entries as they were, tenant by tenant."""
        return sorted(map(dict, self._saved[ACTIVITY]), key=lambda row: (row["tenant_id"], row["sequence"]))

    def restore(self) -> None:
        """Put everything back."""
        with self.at_work() as connection:
            for table in (ACTIVITY, HEADS):
                connection.execute(delete(table))
                connection.execute(insert(table), [dict(row) for row in self._saved[table]])


@pytest.fixture
def actors(store: Store) -> list[Actor]:
    """An administrator of each of two tenants; that they were created are the first entries."""
    directory, made = Directory(store, cheap_passwords()), []
    for name in ("Acme", "Building Services"):
        tenant = directory.create_tenant(name)
        admin = directory.create_user(
            tenant=name, username=name.split()[0], name="Ada Admin", role=Role.TENANT_ADMIN, password="a long password"
        )
        made.append(Actor(admin.id, admin.name, tenant.id, Role.TENANT_ADMIN, ADDRESS, "request-1"))
    return made


@pytest.fixture
def write(store: Store) -> Callable[..., None]:
    """Writes an entry about a key."""

    def write(actor: Actor, number: int = 1) -> None:
        with store.writing() as session:
            record(
                session,
                actor=actor,
                tenant_id=actor.tenant_id,
                action=ActivityAction.API_KEY_CHANGED,
                object_ref=ObjectRef(id=f"key-{number}", name=f"Schlüssel “{number}” \U0001f511"),
                changes=[FieldChange(field="name", before={"a": [1, None, True]}, after=number)],
            )

    return write


@pytest.fixture
def intruder(store: Store, actors: list[Actor], write: Callable[..., None]) -> Intruder:
    """Somebody in a database with a trail of two tenants."""
    for number in range(1, ENTRIES):
        for actor in actors:
            write(actor, number)
    return Intruder(store)

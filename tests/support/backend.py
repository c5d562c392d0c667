"""A backend for tests: the real app over a real store, cheap passwords, and people who are signed in."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import make_url

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.settings import Settings
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.backend.store.tables import Table
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from tests.support.postgresql import PostgresqlServer

PASSWORD = "correct horse battery staple"
PEPPER = "0123456789abcdef0123456789abcdef"
ADDRESS = "127.0.0.1"


def cheap_passwords() -> Passwords:
    """Argon2 with the least cost it accepts; for tests only."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_settings(url: str, **changes: object) -> Settings:
    """Settings that come from nowhere but here. Spools of a PostgreSQL test server are in its own folder."""
    values = {"database_url": url, "key_pepper": PEPPER, **changes}
    values.setdefault("spool_dir", spool_dir_for(url))
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


def spool_dir_for(url: str) -> Path | None:
    """Where spools are kept beside a PostgreSQL test server's data; None leaves them beside an SQLite file."""
    parsed = make_url(url)
    folder = parsed.query.get("host")
    return Path(folder, "spools", parsed.database or "") if isinstance(folder, str) else None


test_settings.__test__ = False  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Person:
    """A user who is signed in, with all that a test may want of them."""

    user_id: str
    username: str
    name: str
    role: Role
    tenant: ObjectRef
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers of a request by this person."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def actor(self) -> Actor:
        """This person as a service sees them."""
        return Actor(user_id=self.user_id, name=self.name, tenant_id=self.tenant.id, role=self.role, address=ADDRESS)


class Town:
    """Creates tenants and signed-in people in an app's store."""

    def __init__(self, app: Flask, store: Store) -> None:
        self.app = app
        self.directory = Directory(store, cheap_passwords())

    def tenant(self, name: str = "Building Services") -> ObjectRef:
        """A new tenant."""
        return self.directory.create_tenant(name)

    def person(self, tenant: ObjectRef, username: str, *, name: str = "", role: Role = Role.TENANT_ADMIN) -> Person:
        """A new user of the tenant, signed in."""
        name = name or username.replace(".", " ").title()
        user = self.directory.create_user(
            tenant=tenant.name, username=username, name=name, role=role, password=PASSWORD
        )
        answer = self.app.test_client().post("/api/v1/session", json={"username": username, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        return Person(user.id, user.username, user.name, role, tenant, answer.json["token"])

    def client(self, person: Person) -> FlaskClient:
        """A client whose every request is this person's."""
        client = self.app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {person.token}"
        return client


class SqliteSource:
    """Gives out migrated SQLite files."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        store = Store.open(f"sqlite:///{self._template}")
        upgrade(store)
        store.close()

    @contextmanager
    def url(self, folder: Path) -> Iterator[str]:
        """The URL of a new copy."""
        file = folder / "signalsync.db"
        shutil.copyfile(self._template, file)
        yield f"sqlite:///{file}"


class PostgresqlSource:
    """Gives out migrated, empty PostgreSQL databases of one server.

    A database that comes back with its schema untouched is emptied and given out again: that takes a tenth of the time
    that copying a new one takes.
    """

    def __init__(self, server: PostgresqlServer) -> None:
        self.server = server
        self._template = server.create_database()
        store = Store.open(server.url(self._template))
        upgrade(store)
        store.close()
        self._untouched = self._fingerprint(self._template)
        self._free: list[str] = []

    @contextmanager
    def url(self) -> Iterator[str]:
        """The URL of a database that nobody else uses."""
        name = self._free.pop() if self._free else self.server.create_database(self._template)
        try:
            yield self.server.url(name)
        finally:
            self.server.disconnect_everybody(name)
            # What an earlier test left in journals belongs to rows that are gone.
            shutil.rmtree(spool_dir_for(self.server.url(name)) or "", ignore_errors=True)
            if self._fingerprint(name) == self._untouched:
                self._empty(name)
                self._free.append(name)
            else:
                self.server.drop_database(name)

    def _fingerprint(self, name: str) -> object:
        """What a test may have changed besides rows: tables, indexes, triggers, revision, the planner's statistics."""
        with self.server.connect(name) as connection:
            relations = connection.execute(
                "SELECT relname, relkind, relnatts, relhastriggers FROM pg_class "
                "WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i', 'S', 'v') ORDER BY relname"
            ).fetchall()
            if ("alembic_version",) not in [relation[:1] for relation in relations]:
                return None
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchall()
            triggers = connection.execute(
                "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
            ).fetchall()
            statistics = connection.execute("SELECT count(*) FROM pg_stats WHERE schemaname = 'public'").fetchall()
        return relations, revision, triggers, statistics

    def _empty(self, name: str) -> None:
        tables = ", ".join(table.name for table in Table.metadata.sorted_tables)
        with self.server.connect(name) as connection:
            # The audit trail refuses to be emptied; as a replica the database asks no trigger.
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE".encode())

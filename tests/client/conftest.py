"""The client's counterpart: the real backend in a process of its own, and people in it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.contract.accounts import Role, User
from tests.support.backend import PASSWORD, cheap_passwords
from tests.support.backend_process import serve_database


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in with `PASSWORD`."""

    user: User
    tenant: str


class Server:
    """The backend's address; makes tenants and people in its database."""

    def __init__(self, store: Store, url: str) -> None:
        self.url = url
        self._directory = Directory(store, cheap_passwords())
        self._numbers = itertools.count(1)

    def new_tenant(self) -> str:
        return self._directory.create_tenant(f"Tenant {next(self._numbers)}").name

    def new_person(self, tenant: str, *, name: str = "Ada Admin", role: Role = Role.TENANT_ADMIN) -> Person:
        user = self._directory.create_user(
            tenant=tenant, username=f"person.{next(self._numbers)}", name=name, role=role, password=PASSWORD
        )
        return Person(user, tenant)

    def signed_in(self, person: Person) -> Connection:
        connection = Connection(self.url)
        connection.token = AccountsClient(connection).sign_in(person.user.username, PASSWORD).token
        return connection


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    database = tmp_path_factory.mktemp("data") / "signalsync.db"
    with serve_database(database) as url:
        store = Store.open(f"sqlite:///{database}")
        upgrade(store)
        yield Server(store, url)
        store.close()


@pytest.fixture
def person(server: Server) -> Person:
    """A Tenant Administrator of a tenant of this test alone."""
    return server.new_person(server.new_tenant())


@pytest.fixture
def connection(server: Server, person: Person) -> Iterator[Connection]:
    """This person's, signed in."""
    connection = server.signed_in(person)
    yield connection
    connection.close()

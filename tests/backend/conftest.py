"""Fixtures of the backend's tests: every test that takes `store` runs over SQLite and over PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ss_admin.backend.app import create_app
from ss_admin.backend.settings import Settings
from ss_admin.backend.store.engine import Store
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import Person, PostgresqlSource, SqliteSource, Town, cheap_passwords, test_settings
from tests.support.postgresql import PostgresqlServer


@pytest.fixture(scope="session")
def sqlite_source(tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    return SqliteSource(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgresql_source() -> Iterator[PostgresqlSource]:
    server = PostgresqlServer()
    yield PostgresqlSource(server)
    server.close()


@pytest.fixture
def sqlite_url(sqlite_source: SqliteSource, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty SQLite database."""
    with sqlite_source.url(tmp_path) as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_source: PostgresqlSource) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database."""
    with postgresql_source.url() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The URL of a migrated, empty database: the test runs once over each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A store over a migrated, empty database: the test runs once over each kind."""
    store = Store.open(store_url)
    yield store
    store.close()


@pytest.fixture
def settings(store_url: str) -> Settings:
    return test_settings(store_url)


@pytest.fixture
def make_app(store: Store, store_url: str) -> Iterator[Callable[..., Flask]]:
    """Makes apps over `store`; keyword arguments change the settings."""
    apps: list[Flask] = []

    def make(**changes: object) -> Flask:
        app = create_app(test_settings(store_url, **changes), store=store, passwords=cheap_passwords())
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["ss_backend"].close()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client that is not signed in."""
    return app.test_client()


@pytest.fixture
def town(app: Flask, store: Store) -> Town:
    """Creates tenants and signed-in people."""
    return Town(app, store)


@pytest.fixture
def tenant(town: Town) -> ObjectRef:
    return town.tenant("Building Services")


@pytest.fixture
def other_tenant(town: Town) -> ObjectRef:
    return town.tenant("Harbour Logistics")


@pytest.fixture
def admin(town: Town, tenant: ObjectRef) -> Person:
    """A Tenant Administrator of `tenant`, signed in."""
    return town.person(tenant, "ada.admin", name="Ada Admin")


@pytest.fixture
def other_admin(town: Town, other_tenant: ObjectRef) -> Person:
    """A Tenant Administrator of `other_tenant`, signed in."""
    return town.person(other_tenant, "otto.other", name="Otto Other")


@pytest.fixture
def tenant_admin(admin: Person) -> dict[str, str]:
    """The headers of a Tenant Administrator of `tenant`."""
    return admin.headers


@pytest.fixture
def people(town: Town, tenant: ObjectRef, admin: Person) -> dict[Role, Person]:
    """One signed-in person per role, all of `tenant`."""
    others = {role: town.person(tenant, role.value, role=role) for role in Role if role is not Role.TENANT_ADMIN}
    return {Role.TENANT_ADMIN: admin, **others}


@pytest.fixture
def client_by_role(town: Town, people: dict[Role, Person]) -> dict[Role, FlaskClient]:
    """One client per role, signed in, all of `tenant`."""
    return {role: town.client(person) for role, person in people.items()}


@pytest.fixture
def plain_client(sqlite_url: str) -> Iterator[FlaskClient]:
    """A client for what the kind of store has no part in; it is not signed in."""
    app = create_app(test_settings(sqlite_url), passwords=cheap_passwords())
    yield app.test_client()
    app.extensions["ss_backend"].close()

"""Migrations: from nothing to today's tables, again without effect, and by several processes at once."""

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import ProgrammingError

from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.migrate import SchemaNewer, is_current, upgrade
from ss_admin.backend.store.tables import Table
from tests.support.backend import PostgresqlSource


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.db"
        return
    source: PostgresqlSource = request.getfixturevalue("postgresql_source")
    name = source.server.create_database()
    yield source.server.url(name)
    source.server.drop_database(name)


@pytest.fixture
def empty_store(empty_url: str) -> Iterator[Store]:
    store = Store.open(empty_url)
    yield store
    store.close()


def test_empty_database_is_migrated_and_then_left_alone(empty_store: Store) -> None:
    assert not is_current(empty_store)
    upgrade(empty_store)
    assert is_current(empty_store)
    upgrade(empty_store)
    assert is_current(empty_store)


def test_migrated_tables_are_those_that_the_code_uses(store: Store) -> None:
    with store.reading() as session:
        context = MigrationContext.configure(session.connection(), opts={"include_object": _ours})
        differences = compare_metadata(context, Table.metadata)
    assert differences == []


def _ours(_item: object, name: str | None, _kind: str, _reflected: bool, _compared: object) -> bool:
    return not (name or "").startswith(("api_key_search", "ix_api_keys_search_text"))


def test_several_processes_may_migrate_at_once(empty_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=migrate_in_process, args=(empty_url,)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    store = Store.open(empty_url)
    assert is_current(store)
    store.close()


def migrate_in_process(url: str) -> None:
    store = Store.open(url)
    upgrade(store)
    store.close()


def test_failing_migration_leaves_nothing_behind(empty_store: Store) -> None:
    with empty_store.altering() as connection:
        connection.execute(text("CREATE TABLE activity (x INTEGER)"))
    with pytest.raises((StoreUnavailable, ProgrammingError)):
        upgrade(empty_store)
    assert inspect(empty_store.engine).get_table_names() == ["activity"]


def test_database_of_a_newer_release_is_refused(store: Store) -> None:
    with store.altering() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert not is_current(store)
    with pytest.raises(SchemaNewer, match="newer release"):
        upgrade(store)

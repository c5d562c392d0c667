"""The store: transactions that hold, files that are private, and one error for what cannot be reached."""

import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from ss_admin.backend.store.address import DatabaseUrlInvalid
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import TenantRow
from tests.support.backend import PostgresqlSource


def tenant_row(name: str) -> TenantRow:
    return TenantRow(id=name, name=name, created_at=datetime.now(UTC))


def write(store: Store, *names: str, then: Callable[[], None] = lambda: None) -> None:
    """Write tenants, and do something more before the transaction ends."""
    with store.writing() as session:
        session.add_all([tenant_row(name) for name in names])
        session.flush()
        then()


def count(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(TenantRow)) or 0


def test_writing_is_committed_at_the_end_of_the_block(store: Store) -> None:
    with store.writing() as session:
        session.add(tenant_row("a"))
    assert count(store) == 1


def test_exception_undoes_everything_written(store: Store) -> None:
    def fail() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        write(store, "a", then=fail)
    assert count(store) == 0


def test_broken_rule_is_not_taken_for_an_unreachable_store(store: Store) -> None:
    with store.writing() as session:
        session.add(tenant_row("a"))
    with pytest.raises(IntegrityError), store.writing() as session:
        session.add(tenant_row("a"))


def test_foreign_keys_hold(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as session:
        session.execute(text("INSERT INTO users VALUES ('u', 'nobody', 'u', 'u', 'u', 'tenant_admin', 'x', 0)"))


def test_writers_wait_for_each_other_and_lose_nothing(store: Store) -> None:
    with store.writing() as session:
        session.add(tenant_row("counter 0"))

    def count_up() -> None:
        for _ in range(5):
            with store.writing() as session:
                row = session.scalars(select(TenantRow).with_for_update()).one()
                row.name = f"counter {int(row.name.split()[1]) + 1}"

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as session:
        assert session.scalars(select(TenantRow.name)).one() == "counter 20"


def test_sqlite_takes_the_write_lock_when_a_writing_transaction_begins(sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    statements: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(store.engine, "before_cursor_execute", listen)
    with store.writing():
        pass
    with store.writing() as session:
        session.execute(select(1))
    with store.reading() as session:
        session.execute(select(1))
    store.close()
    assert [statement for statement in statements if "BEGIN" in statement] == ["BEGIN IMMEDIATE", "BEGIN"]


def test_sqlite_is_durable_and_private(sqlite_url: str, tmp_path: Path) -> None:
    store = Store.open(sqlite_url)
    with store.writing() as session:
        session.add(tenant_row("a"))
    with store.reading() as session:
        pragmas = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    store.close()
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    assert modes == dict.fromkeys(["signalsync.db", "signalsync.db-wal", "signalsync.db-shm"], 0o600)


def test_store_that_leaves_checkpoints_writes_to_the_log_alone(sqlite_url: str, tmp_path: Path) -> None:
    def size_after_writing(*, leaves_checkpoints: bool) -> int:
        store = Store.open(sqlite_url, leaves_checkpoints=leaves_checkpoints)
        for _ in range(3):
            with store.writing() as session:
                session.execute(text("CREATE TABLE IF NOT EXISTS filled (content BLOB)"))
                session.execute(text("INSERT INTO filled VALUES (zeroblob(5000000))"))
        size = next(tmp_path.glob("*.db")).stat().st_size
        store.close()  # the last one to close moves all of it
        return size

    assert size_after_writing(leaves_checkpoints=True) < 1_000_000
    assert size_after_writing(leaves_checkpoints=False) > 15_000_000


def test_file_that_is_no_database_is_unavailable_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Not a database, but somebody's notes about one.\n" * 20)
    file.chmod(0o644)
    store = Store.open(f"sqlite:///{file}")
    with pytest.raises(StoreUnavailable), store.reading() as session:
        session.execute(select(1))
    store.close()
    assert file.read_text().startswith("Not a database")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


def test_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        Store.open(f"sqlite:///{tmp_path}/file/signalsync.db")


@pytest.mark.parametrize("put_back", [False, True], ids=["deleted", "replaced"])
def test_file_that_was_taken_away_is_unavailable_and_nothing_is_written_into_the_void(
    put_back: bool, sqlite_url: str, tmp_path: Path
) -> None:
    store = Store.open(sqlite_url)
    write(store, "a")
    file = tmp_path / "signalsync.db"
    copy = file.read_bytes()
    file.unlink()
    if put_back:
        file.write_bytes(copy)
    with pytest.raises(StoreUnavailable, match="database file"):
        write(store, "b")
    with pytest.raises(StoreUnavailable, match="database file"):
        count(store)
    assert file.exists() is put_back
    store.close()


def test_outage_is_logged_in_one_line_with_its_cause(caplog: pytest.LogCaptureFixture) -> None:
    store = Store.open("postgresql+psycopg://app:hunter2@127.0.0.1:1/x")
    with pytest.raises(StoreUnavailable):
        count(store)
    (line,) = [record for record in caplog.records if record.name == "ss_admin.backend.store.engine"]
    assert line.exc_info is None
    assert "refused" in vars(line)["cause"]
    assert "hunter2" not in str(vars(line))


def test_full_disk_is_unavailable_and_nothing_is_half_written(sqlite_url: str) -> None:
    store = Store.open(sqlite_url, pool_size=1)
    with store.reading() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar()
        session.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(StoreUnavailable), store.writing() as session:
        session.add_all([tenant_row(f"{number:0100d}") for number in range(200)])
    assert count(store) == 0
    store.close()


def test_unreachable_postgresql_is_unavailable() -> None:
    store = Store.open("postgresql+psycopg://app:hunter2@127.0.0.1:1/nothing")
    with pytest.raises(StoreUnavailable) as refused, store.reading() as session:
        session.execute(select(1))
    store.close()
    assert "hunter2" not in f"{refused.value}{refused.value.__cause__}{store!r}"


def test_connections_lost_between_two_uses_are_not_noticed(
    postgresql_url: str, postgresql_source: PostgresqlSource
) -> None:
    store = Store.open(postgresql_url)
    assert count(store) == 0
    postgresql_source.server.disconnect_everybody(postgresql_url.partition("@/")[2].partition("?")[0])
    assert count(store) == 0
    store.close()


def test_connection_lost_in_a_transaction_is_unavailable_and_the_next_works(
    postgresql_url: str, postgresql_source: PostgresqlSource
) -> None:
    store = Store.open(postgresql_url)
    database = postgresql_url.partition("@/")[2].partition("?")[0]
    with pytest.raises(StoreUnavailable):
        write(store, "a", then=lambda: postgresql_source.server.disconnect_everybody(database))
    assert count(store) == 0
    store.close()


def test_reading_cannot_write_on_postgresql(postgresql_url: str) -> None:
    store = Store.open(postgresql_url)
    with pytest.raises(DBAPIError, match="read-only"), store.reading() as session:
        session.execute(text("DELETE FROM tenants"))
    store.close()


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite://", "sqlite:///file:x?mode=memory", "oracle://x/y"])
def test_url_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlInvalid):
        Store.open(url)

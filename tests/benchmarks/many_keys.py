"""A database with very many keys whose secrets are known: copies of one row, indexes built when all rows are there."""

import hashlib
import hmac
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ss_admin.contract.api_key_format import mask_api_key
from ss_admin.contract.api_keys import RateLimit
from tests.benchmarks.estate import LIMIT, Estate, derive_key, write_estate
from tests.support.backend import PEPPER

__all__ = ["known_keys", "write_many_keys"]

_OWN = ("id", "digest", "masked_key", "name", "name_folded", "search_text")
"""Columns in which the copies differ."""


def known_keys(count: int) -> Iterator[str]:
    """The keys that `write_many_keys` writes, in its order."""
    return (derive_key(f"one of many {number}") for number in range(count))


def write_many_keys(database: Path, count: int, limit: RateLimit = LIMIT) -> Estate:
    """An estate with so many more keys, all with this limit. Triggers and indexes stand again when it returns.

    The triggers' work is done at once at the end: the count of keys and the index of the search. Nothing is noted in
    the order of changes, which is for servers that know these keys already.
    """
    estate = write_estate(f"sqlite:///{database}")
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; PRAGMA temp_store = MEMORY")
        set_aside = connection.execute(
            "SELECT type, name, sql FROM sqlite_master "
            "WHERE tbl_name = 'api_keys' AND type IN ('trigger', 'index') AND sql IS NOT NULL"
        ).fetchall()
        for kind, name, _ in set_aside:
            connection.execute(f"DROP {kind} {name}")
        _copy_row(connection, count, limit)
        connection.execute("UPDATE api_key_counts SET api_keys = (SELECT count(*) FROM api_keys)")
        connection.execute("INSERT INTO api_key_search (api_key_search) VALUES ('rebuild')")
        for _, _, statement in set_aside:
            connection.execute(statement)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return estate


def _copy_row(connection: sqlite3.Connection, count: int, limit: RateLimit) -> None:
    columns = [row[1] for row in connection.execute("PRAGMA table_info(api_keys)") if row[1] != "number"]
    fixed = {"rate_max_requests": limit.max_requests, "rate_window_seconds": limit.window_seconds}
    values = ", ".join("?" if column in _OWN else str(fixed.get(column, column)) for column in columns)
    own = [column for column in columns if column in _OWN]
    connection.executemany(
        f"INSERT INTO api_keys ({', '.join(columns)}) "
        f"SELECT {values} FROM api_keys WHERE number = (SELECT min(number) FROM api_keys)",
        (tuple(row[column] for column in own) for row in _rows(count)),
    )


def _rows(count: int) -> Iterator[dict[str, object]]:
    pepper = PEPPER.encode()
    for number, key in enumerate(known_keys(count)):
        name, masked_key = f"partner {number}", mask_api_key(key)
        yield {
            "id": str(uuid.UUID(int=number + 1, version=4)),
            "digest": hmac.digest(pepper, key.encode(), hashlib.sha256),
            "masked_key": masked_key,
            "name": name,
            "name_folded": name,
            "search_text": f"{name} {masked_key}",
        }

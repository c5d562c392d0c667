"""Many rows at once by the driver's quickest way: plain tuples, values as the columns hold them, no types between.

Moments are whole microseconds and JSON is text here; `store/types.py` has no part in it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

__all__ = ["execute_many", "insert_many"]

Rows = Sequence[tuple[Any, ...]]


def insert_many(connection: Connection, table: str, columns: Sequence[str], rows: Rows) -> None:
    """Add the rows: COPY on PostgreSQL, one prepared statement on SQLite. Raises what SQLAlchemy would."""
    if not rows:
        return
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({places})", list(rows))  # noqa: S608 - names of our own
        return
    _copy(connection, f"COPY {table} ({names}) FROM STDIN", rows)


def execute_many(connection: Connection, statement: str, rows: Rows) -> None:
    """Run the statement once for each row. Its places are marked with `?` for both databases."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        statement = statement.replace("?", "%s")
    connection.exec_driver_sql(statement, list(rows))


def _copy(connection: Connection, statement: str, rows: Rows) -> None:
    driver = connection.dialect.loaded_dbapi
    try:
        with connection.connection.cursor() as cursor, cursor.copy(statement) as copying:  # type: ignore[attr-defined]
            for row in rows:
                copying.write_row(row)
    except driver.Error as fault:
        raise DBAPIError.instance(statement, None, fault, driver.Error, hide_parameters=True) from fault

"""The database's address: which URLs the store understands, told in one sentence where it does not."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["DatabaseUrlInvalid", "embedded_database_file", "parse_database_url"]


class DatabaseUrlInvalid(ValueError):
    """The URL is none that the store understands. The sentence never repeats the URL: it may hold a password."""


def parse_database_url(text: str) -> URL:
    """The parsed URL of an embedded SQLite file or of a PostgreSQL database.

    Raises `DatabaseUrlInvalid` for anything else.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DatabaseUrlInvalid(
            "the database URL cannot be read; expected sqlite:///FILE or postgresql+psycopg://…"
        ) from error
    if url.drivername in {"sqlite", "sqlite+pysqlite"}:
        return _check_embedded(url)
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        return _check_postgresql(url)
    raise DatabaseUrlInvalid("the database URL must begin with sqlite:/// or postgresql+psycopg://")


def embedded_database_file(url: URL) -> Path | None:
    """The file of an embedded database; None for a PostgreSQL URL."""
    if url.get_backend_name() != "sqlite":
        return None
    return Path(url.database or "").expanduser()


def _check_embedded(url: URL) -> URL:
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise DatabaseUrlInvalid("the database URL must name a file: sqlite:///FILE")
    if "\x00" in url.database:
        raise DatabaseUrlInvalid("the database URL names a file with a character that no file name has")
    return url.set(drivername="sqlite+pysqlite")


def _check_postgresql(url: URL) -> URL:
    if not url.database:
        raise DatabaseUrlInvalid("the database URL must name a database: postgresql+psycopg://HOST/DATABASE")
    return url.set(drivername="postgresql+psycopg")

"""The backend over an estate of the bench: on an embedded database with one worker, or over PostgreSQL and Redis."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from ss_admin.contract.api_keys import RateLimit
from tests.benchmarks.estate import LIMIT, Estate, write_estate
from tests.benchmarks.load import make_bodies
from tests.benchmarks.many_keys import write_many_keys
from tests.benchmarks.servers import Served, serve_backend
from tests.support.backend import PEPPER
from tests.support.server_process import COMMAND

__all__ = ["serve_estate", "serve_many_keys"]


@contextmanager
def serve_estate(
    folder: Path,
    *,
    database_url: str = "",
    redis_url: str = "",
    workers: int = 1,
    command: Sequence[str] = COMMAND,
    **more: str,
) -> Iterator[tuple[Served, Estate]]:
    """`database_url`: an empty database; by default a new SQLite file in `folder`. `more`: other settings."""
    database_url = database_url or f"sqlite:///{folder / 'estate.db'}"
    estate = write_estate(database_url)
    settings = {**_settings(folder, database_url), **more}
    if redis_url:
        settings["redis_url"] = redis_url
    with serve_backend(folder, settings, workers=workers, command=command) as served:
        _use_up(served, estate)
        yield served, estate


@contextmanager
def serve_many_keys(folder: Path, count: int, limit: RateLimit = LIMIT) -> Iterator[tuple[Served, Estate]]:
    """One worker over a new SQLite file with so many keys (`known_keys`) of this limit."""
    inner = folder / str(count)
    inner.mkdir()
    estate = write_many_keys(inner / "estate.db", count, limit)
    with serve_backend(inner, _settings(inner, f"sqlite:///{inner / 'estate.db'}")) as served:
        yield served, estate


def _settings(folder: Path, database_url: str) -> dict[str, str]:
    return {"database_url": database_url, "key_pepper": PEPPER, "spool_dir": str(folder / "spool")}


def _use_up(served: Served, estate: Estate) -> None:
    """The one call that this key is admitted with."""
    headers = {"Content-Type": "application/json", "x-api-key": estate.keys["used up"][0]}
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=10)) as connection:
        connection.request("POST", estate.path, make_bodies(1)[0].encode(), headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()

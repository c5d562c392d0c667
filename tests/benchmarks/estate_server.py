"""The backend over an estate of the bench: on an embedded database with one worker, or over PostgreSQL and Redis."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from tests.benchmarks.estate import Estate, write_estate
from tests.benchmarks.load import make_bodies
from tests.benchmarks.servers import Served, serve_backend
from tests.support.backend import PEPPER

__all__ = ["serve_estate"]


@contextmanager
def serve_estate(
    folder: Path, *, database_url: str = "", redis_url: str = "", workers: int = 1
) -> Iterator[tuple[Served, Estate]]:
    """`database_url`: an empty database; by default a new SQLite file in `folder`."""
    database_url = database_url or f"sqlite:///{folder / 'estate.db'}"
    estate = write_estate(database_url)
    settings = {"database_url": database_url, "key_pepper": PEPPER, "spool_dir": str(folder / "spool")}
    if redis_url:
        settings["redis_url"] = redis_url
    with serve_backend(folder, settings, workers=workers) as served:
        _use_up(served, estate)
        yield served, estate


def _use_up(served: Served, estate: Estate) -> None:
    """The one call that this key is admitted with."""
    headers = {"Content-Type": "application/json", "x-api-key": estate.keys["used up"][0]}
    with closing(HTTPConnection("127.0.0.1", served.port, timeout=10)) as connection:
        connection.request("POST", estate.path, make_bodies(1)[0].encode(), headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()

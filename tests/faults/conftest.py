"""What the faults strike: a real PostgreSQL, a real Redis, and servers of two workers each on both of them."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ss_admin.backend.store.engine import Store
from ss_admin.contract.api_keys import ApiKeyCreated, RateLimit
from tests.support.backend import PostgresqlSource
from tests.support.partner import Partner, partner_at
from tests.support.postgresql import PostgresqlServer
from tests.support.redis_server import RedisServer, redis_server
from tests.support.secret_search import fail_at_leaks
from tests.support.server_parts import connection_to, workers_of
from tests.support.server_process import COMMAND, ServerProcess, running_server
from tests.support.skewed_clock import forget_clock, under_clock
from tests.support.traffic import COUNTER_CHAIN, Traffic


@dataclass
class Site:
    """A database with keys and a chain, a Redis, and what is needed to serve on them."""

    postgresql: PostgresqlServer
    redis: RedisServer
    database_url: str
    folder: Path
    partner: Partner
    rulechain_id: str

    @property
    def store(self) -> Store:
        return self.partner.store

    def key(self, limit: RateLimit | None = None, name: str = "Building Alarm") -> ApiKeyCreated:
        """A new key that nobody has called with yet."""
        return self.partner.key(name=name, rate_limit=limit)

    def keys(self, count: int) -> list[ApiKeyCreated]:
        """New keys without a limit."""
        return [self.key(name=f"Partner {number}") for number in range(count)]

    @contextmanager
    def server(
        self, *, host: str = "host", port: int = 0, workers: int = 2, clock: str | None = None
    ) -> Iterator[ServerProcess]:
        """A server that answers. `clock`: how far the time of day of its host is off, see `under_clock`.

        A server that is started again under the name of its `host` finds what the one before has left there.
        """
        prefix = under_clock(clock, self.folder / host / "clock") if clock else []
        with running_server(
            self.folder / host,
            *("--workers", str(workers), "--port", str(port)),
            command=[*prefix, *COMMAND],
            database_url=self.database_url,
            redis_url=self.redis.url,
            spool_dir=str(self.folder / host / "spool"),
        ) as server:
            try:
                yield server
            finally:
                server.kill()
                forget_clock(server.process.pid)


def spread(traffic: Traffic, servers: list[ServerProcess]) -> list[int]:
    """Connect the lanes so that each worker of all servers holds as many of them; the worker of each lane.

    The lanes take the servers in turn, and of each server its workers, so their number is a multiple of all workers.
    """
    workers = [workers_of(server) for server in servers]
    holders = []
    for lane in range(len(traffic.connections)):
        server, ours = servers[lane % len(servers)], workers[lane % len(servers)]
        holder = ours[lane // len(servers) % len(ours)]
        traffic.connections[lane] = connection_to(server.address, holder, ours)
        holders.append(holder)
    return holders


@contextmanager
def stopped(postgresql: PostgresqlServer) -> Iterator[None]:
    """PostgreSQL is shut down for a block."""
    postgresql.stop()
    try:
        yield
    finally:
        postgresql.start()


@contextmanager
def paused(postgresql: PostgresqlServer) -> Iterator[None]:
    """PostgreSQL hangs for a block: its connections stay open."""
    postgresql.pause()
    try:
        yield
    finally:
        postgresql.resume()


@pytest.fixture(scope="session")
def postgresql_source() -> Iterator[PostgresqlSource]:
    server = PostgresqlServer()
    yield PostgresqlSource(server)
    server.close()


@pytest.fixture(scope="module")
def open_site(
    postgresql_source: PostgresqlSource, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], AbstractContextManager[Site]]:
    @contextmanager
    def opened() -> Iterator[Site]:
        with postgresql_source.url() as url, redis_server() as redis, partner_at(url) as partner:
            folder = tmp_path_factory.mktemp("site")
            yield Site(postgresql_source.server, redis, url, folder, partner, partner.chain(**COUNTER_CHAIN))
            fail_at_leaks(folder)
            shutil.rmtree(folder)

    return opened


@pytest.fixture
def site(open_site: Callable[[], AbstractContextManager[Site]]) -> Iterator[Site]:
    with open_site() as site:
        yield site

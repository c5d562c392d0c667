import threading
from collections.abc import Callable, Iterator

import pytest
from pydantic import SecretStr

from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.backend.propagation.watch import LiveWorkers
from tests.support.redis_server import RedisServer, redis_server


@pytest.fixture(scope="module")
def shared_server() -> Iterator[RedisServer]:
    """A Redis for the tests of one module that neither stop nor change it."""
    with redis_server() as server:
        yield server


@pytest.fixture
def server() -> Iterator[RedisServer]:
    """A Redis of a test's own."""
    with redis_server() as server:
        yield server


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    yield
    assert [thread.name for thread in threading.enumerate() if thread.name == "redis-seeker"] == []


@pytest.fixture
def limiter_at() -> Iterator[Callable[..., RedisLimiter]]:
    made = []

    def make(url: str, rank: int = 0, count: int = 4) -> RedisLimiter:
        limiter = RedisLimiter(SecretStr(url), "worker", lambda: LiveWorkers(rank=rank, count=count))
        made.append(limiter)
        return limiter

    yield make
    for limiter in made:
        limiter.close()

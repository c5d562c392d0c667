from collections.abc import Iterator

import pytest

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

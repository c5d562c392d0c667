"""The definition of a chain, asked for by the first call that runs it: of a database that hangs only for so long."""

import time
from collections.abc import Iterator

import pytest

from ss_admin.backend.gateway.stored_chains import StoredChains
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.migrate import upgrade
from ss_admin.backend.store.patience import Patience
from tests.support.postgresql import PostgresqlServer


@pytest.fixture
def server() -> Iterator[PostgresqlServer]:
    """Of its own: it is paused."""
    server = PostgresqlServer()
    yield server
    server.close()


def test_a_database_that_hangs_keeps_no_call_for_longer_than_two_seconds(server: PostgresqlServer) -> None:
    store = Store.open(server.url("postgres"))
    upgrade(store)
    patience = Patience(store)
    load = StoredChains(store, patience)
    assert load("11111111-1111-4111-8111-111111111111") is None
    server.pause()
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="in time"):
        load("11111111-1111-4111-8111-111111111111")
    assert 1.9 < time.monotonic() - began < 4
    server.resume()
    assert load("11111111-1111-4111-8111-111111111111") is None
    patience.close()
    store.close()

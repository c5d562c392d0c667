from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from ss_admin.backend.store.engine import Store
from tests.support.backend import PostgresqlSource
from tests.support.known_keys import KnownKeysAtWork, known_keys_at_work


@pytest.fixture
def work(store: Store) -> Iterator[KnownKeysAtWork]:
    """Known keys over an empty store of each kind."""
    with known_keys_at_work(store) as work:
        yield work


@pytest.fixture
def lose_store(
    store: Store, store_url: str, request: pytest.FixtureRequest
) -> Iterator[Callable[[], Callable[[], None]]]:
    """Takes the store away for real: the file has another name, or the server lets nobody in. Gives the way back."""
    with ExitStack() as stack:

        def lose() -> Callable[[], None]:
            if store.dialect == "sqlite":
                file = Path(str(make_url(store_url).database))
                stack.callback(file.rename(file.with_suffix(".away")).rename, file)
            else:
                source: PostgresqlSource = request.getfixturevalue("postgresql_source")
                stack.enter_context(source.server.closed_to_everybody(str(make_url(store_url).database)))
            return stack.close

        yield lose

"""Fixtures of the tests of propagation: keys to be changed, and watches that remember what they were told."""

from collections.abc import Callable, Iterator

import pytest

from ss_admin.backend.store.engine import Store
from tests.support.changing import Changing
from tests.support.watching import Watching


@pytest.fixture
def changing(store):
    """Changes keys of a tenant, over both databases."""
    return Changing(store)


@pytest.fixture
def watch_over(open_store) -> Iterator[Callable[..., Watching]]:
    """Makes watches that are closed at the end."""
    made: list[Watching] = []

    def make(store, **options):
        made.append(Watching(store, **options))
        return made[-1]

    yield make
    for watching in made:
        watching.watch.close()


@pytest.fixture
def open_store() -> Iterator[Callable[[str], Store]]:
    """Opens stores that are closed at the end: several over one database are several processes, as it were."""
    opened: list[Store] = []

    def open_one(url: str) -> Store:
        opened.append(Store.open(url))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()

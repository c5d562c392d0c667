import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.patience import Patience


@pytest.fixture
def remote(postgresql_url: str) -> Iterator[Store]:
    store = Store.open(postgresql_url)
    yield store
    store.close()


@pytest.fixture
def patience(remote: Store) -> Iterator[Patience]:
    patience = Patience(remote)
    yield patience
    patience.close()


@pytest.fixture
def hang() -> Iterator[Callable[[], str]]:
    """A question that has no answer before the end of the test."""
    over = threading.Event()

    def never() -> str:
        over.wait()
        return "too late"

    yield never
    over.set()


def fail() -> None:
    raise LookupError("a fault of the question")


def test_answers_and_faults_are_handed_on(patience: Patience) -> None:
    assert [patience.ask(lambda number=number: number, seconds=30) for number in range(100)] == list(range(100))
    with pytest.raises(LookupError, match="a fault of the question"):
        patience.ask(fail, seconds=30)
    assert patience.ask(lambda: "still there", seconds=30) == "still there"


def test_a_question_without_an_answer_is_given_up(patience: Patience, hang: Callable[[], str]) -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="in time"):
        patience.ask(hang, seconds=0.2)
    assert 0.2 <= time.monotonic() - began < 5
    assert patience.ask(lambda: "others are answered", seconds=30) == "others are answered"


def test_when_all_hang_the_next_ones_are_given_up_and_never_asked_later(
    patience: Patience, hang: Callable[[], str]
) -> None:
    asked = []
    for _ in range(4):
        with pytest.raises(StoreUnavailable):
            patience.ask(hang, seconds=0.2)
    with pytest.raises(StoreUnavailable):
        patience.ask(lambda: asked.append("late"), seconds=0.2)
    assert asked == []


def test_questions_of_many_threads_are_asked_at_once(remote: Store) -> None:
    patience, together = Patience(remote), threading.Barrier(4)
    threads = [threading.Thread(target=patience.ask, args=(together.wait,), kwargs={"seconds": 30}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not together.broken
    patience.close()


def test_an_embedded_database_is_asked_by_the_caller(sqlite_url: str) -> None:
    store = Store.open(sqlite_url)
    assert Patience(store).ask(threading.get_ident, seconds=1) == threading.get_ident()
    store.close()


def test_after_closing_its_threads_end(remote: Store) -> None:
    patience = Patience(remote)
    patience.ask(lambda: None, seconds=30)
    [thread] = [thread for thread in threading.enumerate() if thread.name == "patient-look-up"]
    patience.close()
    patience.close()
    thread.join(30)
    assert not thread.is_alive()

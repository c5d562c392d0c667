"""Look-ups and changes that cross: an answer may be as old as the call's beginning, and is never kept."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from ss_admin.backend.store.engine import Store
from tests.support.known_keys import KnownKeysAtWork


@contextmanager
def held_after_reading(store: Store, table: str) -> Iterator[tuple[threading.Event, threading.Event]]:
    """Holds the first thread that has read from the table: (it has, let it go on)."""
    has_read, go_on = threading.Event(), threading.Event()

    def hold(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if f"FROM {table}" in statement and not has_read.is_set():
            has_read.set()
            assert go_on.wait(30)

    event.listen(store.engine, "after_cursor_execute", hold)
    try:
        yield has_read, go_on
    finally:
        go_on.set()
        event.remove(store.engine, "after_cursor_execute", hold)


def test_a_key_that_is_changed_while_it_is_looked_up_is_not_kept_as_it_was(work: KnownKeysAtWork) -> None:
    created = work.office.key()
    work.feed.tell()
    with ThreadPoolExecutor(1) as pool, held_after_reading(work.store, "api_keys") as (has_read, go_on):
        crossing = pool.submit(work.answer, created)
        assert has_read.wait(30)
        work.office.disable(created)
        work.feed.tell()
        go_on.set()
        assert crossing.result(30) == "let in"
    assert work.answer(created) == "disabled_api_key"


def test_a_chain_that_is_changed_while_it_is_looked_up_is_not_kept_as_it_was(work: KnownKeysAtWork) -> None:
    rulechain_id, tenant_id = work.office.chain(), work.office.tenant.id
    work.feed.tell()
    with ThreadPoolExecutor(1) as pool, held_after_reading(work.store, "rule_chains") as (has_read, go_on):
        crossing = pool.submit(work.known.find_chain, rulechain_id, tenant_id)
        assert has_read.wait(30)
        work.office.change_chain(rulechain_id, enabled=False)
        work.feed.tell()
        go_on.set()
        before = crossing.result(30)
    after = work.known.find_chain(rulechain_id, tenant_id)
    assert before is not None
    assert after is not None
    assert (before.enabled, after.enabled) == (True, False)


def test_a_reset_while_a_key_is_looked_up_counts_as_a_change(work: KnownKeysAtWork) -> None:
    created = work.office.key()
    work.feed.tell()
    with ThreadPoolExecutor(1) as pool, held_after_reading(work.store, "api_keys") as (has_read, go_on):
        crossing = pool.submit(work.answer, created)
        assert has_read.wait(30)
        work.office.disable(created)
        work.feed.reset()
        go_on.set()
        assert crossing.result(30) == "let in"
    assert work.answer(created) == "disabled_api_key"


def test_no_call_that_begins_after_a_change_was_told_has_the_answer_from_before(work: KnownKeysAtWork) -> None:
    created = work.office.key()
    work.feed.tell()
    steps = 20
    told = 0  # even: let in; odd: disabled. It moves after the feed has told, so that it is never ahead
    changing = threading.Event()
    wrong: list[str] = []

    def call_all_the_time() -> int:
        calls = 0
        while not changing.is_set():
            before = told
            answer = work.answer(created)
            was_stable = not is_changing and told == before  # in this order: `told` moves before a change is over
            calls += 1
            if was_stable and answer != _right(before):
                wrong.append(f"{answer} at {before}")
            time.sleep(0)
        return calls

    is_changing = False
    with ThreadPoolExecutor(4) as pool:
        callers = [pool.submit(call_all_the_time) for _ in range(3)]
        for step in range(1, steps + 1):
            is_changing = True
            (work.office.disable if step % 2 else work.office.enable)(created)
            work.feed.tell()
            told = step
            is_changing = False
            assert work.answer(created) == _right(step)
        changing.set()
        assert min(caller.result(60) for caller in callers) > 0
    assert wrong == []


def _right(told: int) -> str:
    return "disabled_api_key" if told % 2 else "let in"

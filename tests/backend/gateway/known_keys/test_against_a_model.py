"""Known keys against a model: whatever is created, changed, deleted and called in whatever order, no answer is older
than what the feed has told, nor newer than the store.
"""

from contextlib import ExitStack
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyCreated
from tests.support.known_keys import NOW_US, at, known_keys_at_work

_KEYS = st.integers(0, 30)
_CAPACITY = 3  # less than there are keys: memory is full all the time


class Calls(RuleBasedStateMachine):
    """`right`: what the store says of each key now; `since_told`: all that it has said since the feed told last."""

    store: Store

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.keys: list[ApiKeyCreated] = []
        self.right: list[str] = []
        self.since_told: list[set[str]] = []

    @initialize()
    def begin(self) -> None:
        tenant = f"Tenant {uuid4()}"  # keys of earlier examples stay in the store and disturb nobody
        self.work = self.stack.enter_context(known_keys_at_work(self.store, tenant, max_keys=_CAPACITY))

    def teardown(self) -> None:
        self.stack.close()

    @rule()
    def create(self) -> None:
        self.keys.append(self.work.office.key())
        self.right.append("let in")
        self.since_told.append({"let in", "invalid_api_key"})

    @rule(number=_KEYS)
    def disable(self, number: int) -> None:
        self.change(number, "disabled_api_key", self.work.office.disable)

    @rule(number=_KEYS)
    def enable(self, number: int) -> None:
        self.change(number, "let in", self.work.office.enable)

    @rule(number=_KEYS)
    def expire(self, number: int) -> None:
        if self.keys and self.right[number % len(self.keys)] == "let in":
            self.change(number, "expired_api_key", lambda key: self.work.office.expire_at(key, at(NOW_US)))

    @rule(number=_KEYS)
    def delete(self, number: int) -> None:
        self.change(number, "invalid_api_key (deleted)", self.work.office.delete)

    def change(self, number: int, becomes: str, step: Any) -> None:
        if not self.keys:
            return
        number %= len(self.keys)
        if "deleted" in self.right[number] or (self.right[number] == "expired_api_key" and becomes == "let in"):
            return
        step(self.keys[number])
        if self.right[number] == "disabled_api_key" and becomes == "let in":
            becomes = self.enabled_state(number)
        self.right[number] = becomes
        self.since_told[number].add(becomes)

    def enabled_state(self, number: int) -> str:
        with self.work.store.reading() as session:
            row = session.query(ApiKeyRow).filter_by(id=self.keys[number].api_key.id).one()
            return "let in" if row.expires_at is None else "expired_api_key"

    @rule()
    def tell(self) -> None:
        self.work.feed.tell()
        self.now_all_is_told()

    @rule()
    def reset(self) -> None:
        self.work.feed.reset()
        self.now_all_is_told()

    def now_all_is_told(self) -> None:
        self.since_told = [{right} for right in self.right]

    @rule(seconds=st.floats(0, 3))
    def time_passes(self, seconds: float) -> None:
        self.work.clock.now += seconds

    @rule()
    def the_store_is_looked_at_and_nothing_is_new(self) -> None:
        if all(len(right) == 1 for right in self.since_told):
            self.work.feed.look_succeeded()

    @rule(number=_KEYS)
    def call(self, number: int) -> None:
        if not self.keys:
            return
        number %= len(self.keys)
        try:
            answer = self.work.answer(self.keys[number])
        except StoreUnavailable:
            assert self.work.clock.now >= self.work.feed.fresh_until + 1
            return
        late_by = self.work.clock.now - self.work.feed.fresh_until
        if 0 <= late_by < 1:
            assert answer == self.right[number]  # the store was asked
        assert answer in self.since_told[number]

    @rule()
    def a_key_that_never_was_is_called(self) -> None:
        try:
            assert self.work.answer(new_api_key()) == "invalid_api_key"
        except StoreUnavailable:
            assert self.work.clock.now >= self.work.feed.fresh_until + 1

    @invariant()
    def memory_is_bounded(self) -> None:
        if self.keys:
            assert int(repr(self.work.known).split()[1]) <= _CAPACITY


@pytest.mark.timeout(600)
def test_no_answer_is_older_than_what_the_feed_has_told(store: Store) -> None:
    machine = type("Calls", (Calls,), {"store": store})
    run_state_machine_as_test(machine, settings=settings(max_examples=40, stateful_step_count=40, deadline=None))

import threading
import time
import tracemalloc
from collections import deque
from dataclasses import dataclass, field

import pytest
import time_machine
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ss_admin.backend.gateway.limits.decisions import LimitDecision
from ss_admin.backend.gateway.limits.local import SlidingWindowLimiter
from ss_admin.contract.api_keys import RateLimit
from tests.support.windows import assert_exact

SECOND = 1_000_000_000


@dataclass
class FakeClock:
    """A monotonic clock that moves when told to."""

    now_ns: int = 1_000 * SECOND

    def __call__(self) -> int:
        return self.now_ns

    def advance(self, seconds: float) -> None:
        self.now_ns += round(seconds * SECOND)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def limiter(clock: FakeClock) -> SlidingWindowLimiter:
    return SlidingWindowLimiter(clock)


def limit(max_requests: int, window_seconds: int) -> RateLimit:
    return RateLimit(max_requests=max_requests, window_seconds=window_seconds)


def test_first_call_is_admitted_and_told_the_whole_window(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    assert limiter.window("key", limit(100, 60)).decide() == LimitDecision(True, 99, 60, 0, clock.now_ns)


def test_calls_beyond_the_limit_are_refused_and_do_not_count(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    for _ in range(3):
        assert limiter.window("key", limit(3, 10)).decide().admitted
        clock.advance(1)
    for _ in range(20):
        refused = limiter.window("key", limit(3, 10)).decide()
        assert (refused.admitted, refused.remaining, refused.retry_after) == (False, 0, 7)
    clock.advance(7)
    assert limiter.window("key", limit(3, 10)).decide().admitted


def test_retry_after_is_true_to_the_second(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    limiter.window("key", limit(1, 10)).decide()
    clock.advance(2.4)
    refused = limiter.window("key", limit(1, 10)).decide()
    assert refused.retry_after == 8
    clock.advance(refused.retry_after)
    assert limiter.window("key", limit(1, 10)).decide().admitted


def test_retry_after_is_at_least_one_second(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    limiter.window("key", limit(1, 1)).decide()
    clock.now_ns += SECOND - 1
    assert limiter.window("key", limit(1, 1)).decide().retry_after == 1


def test_a_look_counts_nothing_and_tells_what_a_call_would_find(
    limiter: SlidingWindowLimiter, clock: FakeClock
) -> None:
    window = limiter.window("key", limit(2, 10))
    assert window.look() == LimitDecision(True, 2, 10, 0, clock.now_ns)
    window.decide()
    clock.advance(4)
    assert window.look()[:4] == (True, 1, 6, 0)
    window.decide()
    assert window.look()[:4] == (False, 0, 6, 6)
    clock.advance(6)
    assert window.look()[:4] == (True, 1, 4, 0)
    clock.advance(10)
    assert window.look()[:4] == (True, 2, 10, 0)
    assert [window.decide().admitted for _ in range(3)] == [True, True, False]


def test_an_admission_leaves_exactly_one_window_after_it(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    limiter.window("key", limit(1, 5)).decide()
    clock.now_ns += 5 * SECOND - 1
    assert not limiter.window("key", limit(1, 5)).decide().admitted
    clock.now_ns += 1
    assert limiter.window("key", limit(1, 5)).decide().admitted


def test_no_burst_slips_through_where_two_fixed_windows_would_meet(
    limiter: SlidingWindowLimiter, clock: FakeClock
) -> None:
    clock.advance(59.9)
    assert all(limiter.window("key", limit(100, 60)).decide().admitted for _ in range(100))
    clock.advance(0.2)
    assert not limiter.window("key", limit(100, 60)).decide().admitted


def test_keys_are_counted_apart(limiter: SlidingWindowLimiter) -> None:
    assert limiter.window("one", limit(1, 60)).decide().admitted
    assert limiter.window("two", limit(1, 60)).decide().admitted
    assert not limiter.window("one", limit(1, 60)).decide().admitted


def test_a_changed_limit_starts_a_fresh_window(limiter: SlidingWindowLimiter) -> None:
    for _ in range(5):
        limiter.window("key", limit(5, 60)).decide()
    assert not limiter.window("key", limit(5, 60)).decide().admitted
    assert [limiter.window("key", limit(3, 60)).decide().remaining for _ in range(3)] == [2, 1, 0]
    assert not limiter.window("key", limit(3, 60)).decide().admitted


def test_the_wall_clock_neither_frees_nor_blocks_a_key() -> None:
    limiter = SlidingWindowLimiter()
    with time_machine.travel("2026-11-23T12:00:00Z", tick=False) as wall:
        monotonic = deque([10 * SECOND] * 8)
        limiter = SlidingWindowLimiter(monotonic.popleft)
        assert limiter.window("key", limit(1, 60)).decide().admitted
        for year in ("2036", "2016"):
            wall.move_to(f"{year}-01-01T00:00:00Z")
            assert not limiter.window("key", limit(1, 60)).decide().admitted


def test_the_clock_is_monotonic_unless_another_is_given() -> None:
    before = time.monotonic_ns()
    assert before <= SlidingWindowLimiter().window("key", limit(1, 60)).decide().instant_ns <= time.monotonic_ns()


def test_idle_windows_are_swept(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    for number in range(1000):
        limiter.window(f"key {number}", limit(10, 60)).decide()
    assert len(limiter) == 1000
    clock.advance(61)
    for number in range(500):
        limiter.window(f"new key {number}", limit(10, 60)).decide()
    assert len(limiter) == 500


def test_one_busy_key_sweeps_the_idle_ones_too(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    for number in range(100):
        limiter.window(f"key {number}", limit(10, 60)).decide()
    clock.advance(61)
    for _ in range(2000):
        limiter.window("busy", limit(1, 60)).decide()
    assert len(limiter) == 1


def test_a_window_in_use_is_never_swept(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    limiter.window("key", limit(1, 60)).decide()
    clock.advance(59)
    for number in range(1000):
        limiter.window(f"other {number}", limit(10, 1)).decide()
        clock.now_ns += 1
    assert not limiter.window("key", limit(1, 60)).decide().admitted


class WindowModel(RuleBasedStateMachine):
    """The limiter beside the plainest possible one: a list of all admissions ever made."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.limiter = SlidingWindowLimiter(self.clock)
        self.admissions: dict[tuple[str, int, int], list[int]] = {}

    @rule(
        key=st.sampled_from(["a", "b"]),
        max_requests=st.sampled_from([1, 2, 3, 7]),
        window=st.sampled_from([1, 2, 5]),
        calls=st.integers(1, 9),
    )
    def call(self, key: str, max_requests: int, window: int, calls: int) -> None:
        past = self.admissions.setdefault((key, max_requests, window), [])
        for _ in range(calls):
            now = self.clock.now_ns
            counted = [at for at in past if at > now - window * SECOND]
            decision = self.limiter.window(key, limit(max_requests, window)).decide()
            assert decision.admitted == (len(counted) < max_requests)
            if decision.admitted:
                past.append(now)
                counted.append(now)
            assert decision.remaining == max_requests - len(counted)
            assert decision.reset_seconds == max(1, -(-(counted[0] + window * SECOND - now) // SECOND))
            assert decision.retry_after == (0 if decision.admitted else decision.reset_seconds)

    @rule(nanoseconds=st.one_of(st.integers(0, 6 * SECOND), st.sampled_from([1, SECOND - 1, SECOND, 2 * SECOND])))
    def wait(self, nanoseconds: int) -> None:
        self.clock.now_ns += nanoseconds

    @invariant()
    def windows_do_not_pile_up(self) -> None:
        assert len(self.limiter) <= len(self.admissions)


TestWindowModel = WindowModel.TestCase
TestWindowModel.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(
    max_requests=st.integers(1, 50),
    window=st.integers(1, 100),
    gaps=st.lists(st.integers(0, 20 * SECOND), min_size=1, max_size=200),
)
@settings(max_examples=100, deadline=None)
def test_any_limit_is_exact_for_any_arrivals(max_requests: int, window: int, gaps: list[int]) -> None:
    clock = FakeClock()
    limiter = SlidingWindowLimiter(clock)
    decisions = []
    for gap in gaps:
        clock.now_ns += gap
        decisions.append(limiter.window("key", limit(max_requests, window)).decide())
    assert_exact(decisions, max_requests, window)


@dataclass
class Hammer:
    """Threads that call as fast as they can until the time is over."""

    limiter: SlidingWindowLimiter
    limit: RateLimit
    seconds: float
    decisions: list[LimitDecision] = field(default_factory=list)

    def run(self, threads: int) -> None:
        begin = threading.Barrier(threads, timeout=30)
        workers = [threading.Thread(target=self._work, args=(begin,)) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    def _work(self, begin: threading.Barrier) -> None:
        mine = []
        begin.wait()
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            mine.append(self.limiter.window("key", self.limit).decide())
            time.sleep(0.002)
        self.decisions.extend(mine)


def test_200_threads_on_one_key_for_10_seconds_are_admitted_exactly() -> None:
    hammer = Hammer(SlidingWindowLimiter(), limit(100, 2), 10)
    hammer.run(threads=200)
    admitted = assert_exact(hammer.decisions, 100, 2)
    assert admitted >= 500  # five full windows: nothing was left unused under a load that never ceased
    assert len(hammer.decisions) > 5 * admitted


@given(threads=st.integers(2, 40), max_requests=st.integers(1, 60))
@settings(max_examples=4, deadline=None, phases=[Phase.generate])  # real time: nothing to replay or to shrink
def test_other_numbers_of_threads_are_admitted_exactly(threads: int, max_requests: int) -> None:
    hammer = Hammer(SlidingWindowLimiter(), limit(max_requests, 1), 1.2)
    hammer.run(threads)
    assert_exact(hammer.decisions, max_requests, 1)


def test_windows_created_and_swept_under_threads_lose_no_admission() -> None:
    limiter = SlidingWindowLimiter()
    admitted: list[str] = []

    def work() -> None:
        keys = [f"key {number}" for number in range(400)]
        admitted.extend(key for key in keys if limiter.window(key, limit(3, 3600)).decide().admitted)

    workers = [threading.Thread(target=work) for _ in range(16)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(admitted) == 3 * 400


def test_a_window_that_two_find_out_of_use_loses_nothing_that_the_first_admits(limiter: SlidingWindowLimiter) -> None:
    window = limiter.window("key", limit(2, 60))
    limiter.window("other", limit(1, 60)).decide()
    limiter.window("another", limit(1, 60)).decide()  # the sweep takes the empty one out of use
    assert limiter._registry.find((2, 60), "key") is None
    admitted = []
    for _ in range(3):  # as each of several threads does that saw so at the same moment
        again = limiter._registry.registered(window)
        admitted.append(again.decide().admitted)
    assert admitted == [True, True, False]


def test_a_window_kept_over_a_sweep_goes_on_counting(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    kept = limiter.window("key", limit(2, 60))
    kept.decide()
    clock.advance(61)
    limiter.window("other", limit(1, 60)).decide()
    limiter.window("another", limit(1, 60)).decide()
    assert len(limiter) == 2
    assert kept.decide().remaining == 1
    assert limiter.window("key", limit(2, 60)) is kept
    assert limiter.window("key", limit(2, 60)).decide().remaining == 0


def test_a_kept_window_and_the_one_in_its_place_count_as_one(limiter: SlidingWindowLimiter, clock: FakeClock) -> None:
    kept = limiter.window("key", limit(2, 60))
    kept.decide()
    clock.advance(61)
    for name in ("other", "another"):
        limiter.window(name, limit(1, 60)).decide()
    successor = limiter.window("key", limit(2, 60))
    assert successor is not kept
    assert [kept.decide().admitted, successor.decide().admitted, kept.decide().admitted] == [True, True, False]


def test_windows_kept_and_swept_under_threads_count_each_key_once() -> None:
    """Windows of one second with pauses around a second: they are retired and put back all the time."""
    limiter = SlidingWindowLimiter()
    one = limit(1, 1)
    kept = [[limiter.window(f"key {number}", one) for number in range(40)] for _ in range(8)]
    decisions: dict[int, list[LimitDecision]] = {number: [] for number in range(40)}

    def work(windows: list) -> None:
        end = time.monotonic() + 6
        while time.monotonic() < end:
            for number, window in enumerate(windows):
                fresh = limiter.window(f"key {number}", one)
                decisions[number] += [window.decide(), fresh.decide()]
            for sweep in range(20):
                limiter.window(f"passing {sweep}", one)
            time.sleep(1.01)

    workers = [threading.Thread(target=work, args=(windows,)) for windows in kept]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for made in decisions.values():
        assert assert_exact(made, 1, 1) >= 4


@given(gaps=st.lists(st.integers(0, SECOND) | st.integers(0, SECOND // 10_000), min_size=1, max_size=60))
@settings(max_examples=30)
def test_a_large_limit_never_admits_late_and_at_most_a_slot_early(gaps: list[int]) -> None:
    """Bursts of 500, so that a limit of 7,001 in 2 s is reached; what is refused would be admitted a slot later."""
    clock = FakeClock()
    limiter = SlidingWindowLimiter(clock)
    window = limiter.window("key", limit(7_001, 2))
    made: list[int] = []
    for gap in gaps:
        clock.now_ns += gap
        for _ in range(500):
            decision = window.decide()
            if decision.admitted:
                made.append(clock.now_ns)
        must = sum(at > clock.now_ns - 2 * SECOND for at in made)
        assert must <= 7_001
        if not decision.admitted:
            assert sum(at > clock.now_ns - 2 * SECOND - 2 * SECOND // 4_000 for at in made) >= 7_001


@pytest.mark.parametrize(("max_requests", "most_bytes"), [(100, 2 * 1024), (1_000_000, 64 * 1024)])
def test_a_windows_memory_is_bounded(max_requests: int, most_bytes: int, clock: FakeClock) -> None:
    keys = 200 if max_requests == 100 else 4
    limiter = SlidingWindowLimiter(clock)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(keys):
        window = limiter.window(f"{number:036d}", limit(max_requests, 86_400))
        for _ in range(100 if max_requests == 100 else 5_000):
            clock.now_ns += SECOND * 17 if max_requests > 100 else 1
            window.decide()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert taken / keys <= most_bytes

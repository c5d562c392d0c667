import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.gateway.limits.ring import MOST_INSTANTS, MOST_SLOTS, InstantRing, SlotRing, admission_ring

WINDOW = 4_000_000
STEPS = st.lists(st.tuples(st.integers(0, 3 * WINDOW) | st.integers(0, 5_000), st.booleans()), min_size=1, max_size=300)


@given(steps=STEPS, most=st.integers(1, 60))
def test_instants_are_kept_each_for_itself(steps: list[tuple[int, bool]], most: int) -> None:
    ring, model, now = InstantRing(most), [], 0
    for pause, adds in steps:
        now += pause
        ring.drop_until(now - WINDOW)
        model = [at for at in model if at > now - WINDOW]
        if adds:
            ring.add(now)
            model = [*model, now][-most:]
        assert list(ring) == [(at, 1) for at in model]
        assert ring.count == len(model)
        if model:
            assert (ring.oldest, ring.newest) == (model[0], model[-1])


@given(steps=STEPS)
def test_slots_never_let_go_early_and_never_later_than_a_slot(steps: list[tuple[int, bool]]) -> None:
    width = 1_000
    ring, made, now = SlotRing(width), [], 0
    for pause, adds in steps:
        now += pause
        ring.drop_until(now - WINDOW)
        if adds:
            ring.add(now)
            made.append(now)
        must = sum(at > now - WINDOW for at in made)
        may = sum(at > now - WINDOW - width for at in made)
        assert must <= ring.count <= may
        assert ring.count == sum(number for _, number in ring)
        if ring.count:
            assert ring.oldest == next(iter(ring))[0]


def test_an_instant_before_the_last_slot_counts_in_the_last_slot() -> None:
    ring = SlotRing(10)
    ring.add(95)
    ring.add(42)
    assert list(ring) == [(100, 2)]


@pytest.mark.parametrize("limit", [1, 100, MOST_INSTANTS, MOST_INSTANTS + 1, 1_000_000])
def test_a_full_ring_stays_below_64_kib(limit: int) -> None:
    ring = admission_ring(limit, WINDOW)
    for number in range(10_000):
        ring.add(number * WINDOW // 9_990)
        ring.drop_until(number * WINDOW // 9_990 - WINDOW)
    if isinstance(ring, SlotRing):
        held = len(ring._ends) * 8 + len(ring._counts) * 4
        assert len(ring._ends) <= MOST_SLOTS
    else:
        held = len(ring._instants) * 8
        assert len(ring._instants) == limit
    assert held <= 57_000


def test_a_ring_takes_memory_as_it_needs_it_and_gives_it_back() -> None:
    ring = InstantRing(1_000)
    assert len(ring._instants) == 0
    for at in range(3):
        ring.add(at)
    assert len(ring._instants) == 8
    for at in range(3, 200):
        ring.add(at)
    assert len(ring._instants) == 256
    ring.drop_until(200)
    assert len(ring._instants) == 0

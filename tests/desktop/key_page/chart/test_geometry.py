import itertools
import math

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.desktop.key_page.chart.geometry import LEAST_PART, Room, bar_at, lay_out_bars, value_scale

COUNT = st.one_of(st.just(0), st.integers(0, 20), st.integers(0, 10**9))
BARS = st.lists(st.tuples(COUNT, COUNT, COUNT, COUNT), min_size=1, max_size=170)
ROOMS = st.builds(Room, st.integers(0, 90), st.integers(0, 30), st.integers(180, 2400), st.integers(40, 600))


@given(st.integers(0, 10**12))
def test_the_scale_is_round_and_has_room_with_few_lines(highest: int) -> None:
    scale = value_scale(highest)
    assert scale.top >= highest
    assert scale.top - scale.step < max(highest, 1)
    assert scale.top % scale.step == 0
    assert 2 <= len(scale.lines) <= 5
    assert str(scale.step).rstrip("0") in {"1", "2", "5"}


@given(BARS, ROOMS)
def test_bars_stand_inside_and_beside_each_other(counts: list[tuple[int, ...]], room: Room) -> None:
    bars = lay_out_bars(counts, value_scale(max(map(sum, counts))), room)
    assert len(bars) == len(counts)
    for bar in bars:
        assert room.left <= bar.left
        assert bar.left + bar.width <= room.left + room.width + 0.5
        assert bar.width >= 1
        for part in bar.parts:
            assert part.top >= room.top - 1e-6
            assert part.top + part.height <= room.bottom + 1e-6
    assert all(one.left + one.width <= other.left for one, other in itertools.pairwise(bars))


@given(BARS, ROOMS)
def test_parts_are_stacked_without_a_gap_and_sum_up_to_the_value(counts: list[tuple[int, ...]], room: Room) -> None:
    scale = value_scale(max(map(sum, counts)))
    for bar, of_bar in zip(lay_out_bars(counts, scale, room), counts, strict=True):
        assert [part.series for part in bar.parts] == [series for series, count in enumerate(of_bar) if count]
        bottom = room.bottom
        for part in bar.parts:
            assert math.isclose(part.top + part.height, bottom, abs_tol=1e-6)
            assert part.height >= LEAST_PART - 1e-6
            bottom = part.top
        whole = room.height * sum(of_bar) / scale.top
        assert math.isclose(room.bottom - bottom, max(whole, LEAST_PART * len(bar.parts)), abs_tol=1e-6)


def test_more_calls_of_a_kind_make_a_higher_part_and_one_among_thousands_is_seen() -> None:
    (bar,) = lay_out_bars([(10_000, 0, 1, 500)], value_scale(10_501), Room(0, 0, 100, 200))
    admitted, refused, failed = bar.parts
    assert refused.height == LEAST_PART
    assert admitted.height > failed.height > refused.height
    assert math.isclose(admitted.height / failed.height, 20, rel_tol=1e-6)


@given(st.integers(1, 170), ROOMS, st.floats(0, 1, exclude_max=True))
def test_the_pointer_finds_the_bar_it_is_over(number: int, room: Room, part: float) -> None:
    x = room.left + room.width * part
    found = bar_at(x, number, room)
    assert found is not None
    assert room.left + room.width * found / number <= x + 1e-6
    assert bar_at(room.left - 1, number, room) is None
    assert bar_at(room.left + room.width + 1, number, room) is None
    assert bar_at(x, 0, room) is None

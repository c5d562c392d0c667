"""The layout of the picture: nothing overlaps, everything reads from left to right, and it is always the same."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.picture.layout import Box, Layout, Wire, lay_out


@st.composite
def graphs(draw, *, acyclic: bool) -> tuple[list[Box], list[Wire]]:
    count = draw(st.integers(1, 24))
    boxes = [Box(draw(st.integers(150, 270)), draw(st.integers(58, 300))) for _ in range(count)]
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=60))
    if acyclic:
        pairs = [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]]
    drops = st.floats(-0.5, 0.5)
    return boxes, [Wire(source, target, draw(drops) * boxes[source].height) for source, target in pairs]


def overlapping(boxes: list[Box], layout: Layout) -> list[tuple[int, int]]:
    def apart(one: int, other: int) -> bool:
        a, b = layout.places[one], layout.places[other]
        return (
            a.x + boxes[one].width < b.x
            or b.x + boxes[other].width < a.x
            or a.y + boxes[one].height < b.y
            or b.y + boxes[other].height < a.y
        )

    return [pair for pair in combinations(range(len(boxes)), 2) if not apart(*pair)]


@given(graphs(acyclic=False))
@settings(max_examples=60, deadline=None)
def test_no_two_cards_overlap_whatever_is_connected(graph):
    boxes, wires = graph
    layout = lay_out(boxes, wires)
    assert overlapping(boxes, layout) == []
    assert len(layout.routes) == len(wires)


@given(graphs(acyclic=True))
@settings(max_examples=60, deadline=None)
def test_connections_run_from_left_to_right_where_there_is_no_circle(graph):
    boxes, wires = graph
    layout = lay_out(boxes, wires)
    for wire, route in zip(wires, layout.routes, strict=True):
        assert layout.places[wire.source].column < layout.places[wire.target].column
        across = [x for x, _ in route.points]
        assert across == sorted(across)
        assert not route.backward


@given(graphs(acyclic=False))
@settings(max_examples=30, deadline=None)
def test_the_same_chain_always_looks_the_same(graph):
    assert lay_out(*graph) == lay_out(*graph)


@given(graphs(acyclic=True))
@settings(max_examples=40, deadline=None)
def test_connections_do_not_run_through_cards(graph):
    boxes, wires = graph
    layout = lay_out(boxes, wires)
    for route in layout.routes:
        level = zip(route.points[1:-1:2], route.points[2:-1:2], strict=True)
        for (left, y), (right, _) in level:
            for box, place in zip(boxes, layout.places, strict=True):
                beside = place.x + box.width <= left or place.x >= right
                assert beside or not place.y < y < place.y + box.height


def test_a_plain_row_stands_on_one_level():
    layout = lay_out([Box(160, 58)] * 4, [Wire(0, 1), Wire(1, 2), Wire(2, 3)])
    assert {place.y for place in layout.places} == {0.0}
    assert [place.column for place in layout.places] == [0, 1, 2, 3]


def test_branches_are_ordered_so_that_they_do_not_cross():
    switch, upper, lower = Box(200, 110), Box(160, 58), Box(160, 58)
    layout = lay_out([switch, upper, lower], [Wire(0, 2, -20), Wire(0, 1, 40)])
    assert layout.places[2].y < layout.places[1].y


def test_a_circle_is_drawn_with_one_connection_backwards():
    layout = lay_out([Box(160, 58)] * 3, [Wire(0, 1), Wire(1, 2), Wire(2, 1), Wire(0, 0)])
    assert [route.backward for route in layout.routes] == [False, False, True, True]
    assert [place.column for place in layout.places] == [0, 1, 2]


def test_nothing_at_all_has_a_layout_too():
    assert lay_out([], []) == Layout((), ())


def test_a_long_connection_runs_level_past_the_cards_between():
    boxes = [Box(160, 58), Box(160, 58), Box(200, 140), Box(160, 58), Box(160, 58)]
    wires = [Wire(0, 1), Wire(1, 2), Wire(2, 3, 30), Wire(3, 4), Wire(0, 4)]
    levels = {y for _, y in lay_out(boxes, wires).routes[-1].points[1:-1]}
    assert len(levels) == 1

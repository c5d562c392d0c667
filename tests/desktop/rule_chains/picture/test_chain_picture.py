"""The picture of a chain: fitted, zoomed and panned, walked through with the keys, told to those who cannot see it."""

import copy

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.rule_chains.picture.chain_picture import ChainPicture
from ss_admin.desktop.rule_chains.picture.run_marks import NodeState
from ss_admin.desktop.rule_chains.picture.wire_line import WireState
from tests.support.accessibility import assert_accessible
from tests.support.sample_definitions import edge, node, traced


@pytest.fixture
def picture(theme, qtbot) -> ChainPicture:
    picture = ChainPicture(theme=theme)
    qtbot.addWidget(picture)
    picture.resize(900, 400)
    picture.show()
    return picture


def centre_of(picture: ChainPicture, node_id: str) -> QPoint:
    card = next(card for card in picture._drawn.cards if card.node.id == node_id)
    return picture.mapFromScene(card.card_rect().center())


def states(picture: ChainPicture) -> dict[str, NodeState | None]:
    cards = picture._drawn.cards
    return {card.node.id: card.mark.state if card.mark else None for card in cards}


def turn_wheel(picture: ChainPicture, steps: int, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(picture.viewport().rect().center())
    event = QWheelEvent(
        at,
        picture.viewport().mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(picture.viewport(), event)


def shows_all(picture: ChainPicture) -> bool:
    return not picture.horizontalScrollBar().maximum() > picture.horizontalScrollBar().minimum()


def test_the_whole_chain_is_fitted_when_it_is_shown_first(picture, alarm_chain):
    picture.show_definition(alarm_chain)
    assert shows_all(picture)
    assert not picture.is_free
    picture.resize(1400, 400)
    assert shows_all(picture)


def test_a_small_chain_is_not_blown_up(picture):
    picture.show_definition({"nodes": [{"id": "a", "type": "inputNode", "name": "Request"}], "edges": []})
    assert picture.zoom == 1


def test_of_a_long_chain_the_beginning_is_shown_legibly(picture, long_chain):
    picture.show_definition(long_chain)
    assert picture.zoom > 0.5
    assert picture.viewport().rect().contains(centre_of(picture, "n0"))
    picture.show_whole()
    assert shows_all(picture)
    assert not picture.grab().isNull()


def test_a_view_moved_by_hand_does_not_jump_when_the_chain_changes(picture, alarm_chain):
    picture.show_definition(alarm_chain)
    picture.zoom_by(1.8)
    middle = picture.viewport().rect().center()
    near = picture._drawn.cards[picture._drawn.nearest_to(picture.mapToScene(middle))].node.id
    zoom, stood = picture.zoom, centre_of(picture, near)
    changed = copy.deepcopy(alarm_chain)
    changed["nodes"].append({"id": "new", "type": "outputNode", "name": "Another answer"})
    changed["edges"].append({"sourceId": "triage", "targetId": "new"})
    picture.show_definition(changed)
    assert picture.zoom == zoom
    assert (centre_of(picture, near) - stood).manhattanLength() <= 4


def test_another_chain_is_fitted_anew(picture, alarm_chain, long_chain):
    picture.show_definition(long_chain)
    picture.zoom_by(2)
    picture.show_definition(alarm_chain)
    assert not picture.is_free
    assert shows_all(picture)


def test_keys_and_buttons_zoom_and_fit(picture, alarm_chain, qtbot):
    picture.show_definition(alarm_chain)
    fitted = picture.zoom
    qtbot.keyClick(picture, Qt.Key.Key_Plus)
    assert picture.zoom > fitted
    qtbot.keyClick(picture, Qt.Key.Key_Minus)
    qtbot.keyClick(picture, Qt.Key.Key_Minus)
    assert picture.zoom < fitted
    qtbot.keyClick(picture, Qt.Key.Key_0)
    assert picture.zoom == pytest.approx(fitted)
    for _ in range(40):
        picture.zoom_bar.closer.emit()
    assert picture.zoom == pytest.approx(3)


def test_control_and_the_wheel_zoom_at_the_pointer_and_the_wheel_alone_scrolls(picture, long_chain):
    picture.show_definition(long_chain)
    at = picture.viewport().rect().center()
    under, zoom = picture.mapToScene(at), picture.zoom
    turn_wheel(picture, 2, Qt.KeyboardModifier.ControlModifier)
    assert picture.zoom == pytest.approx(zoom * 1.44)
    assert (picture.mapToScene(at) - under).manhattanLength() < 4
    scrolled = picture.verticalScrollBar().value()
    turn_wheel(picture, -1)
    assert picture.verticalScrollBar().value() > scrolled


def test_dragging_pans_and_chooses_nothing(picture, long_chain, qtbot):
    picture.show_definition(long_chain)
    chosen = []
    picture.node_chosen.connect(chosen.append)
    before = picture.scrolled_to()
    at = centre_of(picture, "n0")
    qtbot.mousePress(picture.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(picture.viewport(), at - QPoint(60, 0))
    qtbot.mouseMove(picture.viewport(), at - QPoint(120, 30))
    qtbot.mouseRelease(picture.viewport(), Qt.MouseButton.LeftButton, pos=at - QPoint(120, 30))
    assert (picture.scrolled_to() - before).x() == 120
    assert picture.is_free
    assert chosen == []


def test_a_click_on_a_card_chooses_its_node(picture, alarm_chain, qtbot):
    picture.show_definition(alarm_chain)
    with qtbot.waitSignal(picture.node_chosen) as chosen:
        qtbot.mouseClick(picture.viewport(), Qt.MouseButton.LeftButton, pos=centre_of(picture, "triage"))
    assert chosen.args == ["triage"]
    assert picture.chosen_node_id == "triage"


def test_the_arrow_keys_go_from_node_to_node_and_enter_chooses(picture, alarm_chain, qtbot):
    picture.show_definition(alarm_chain)
    reached, chosen = [], []
    picture.node_reached.connect(reached.append)
    picture.node_chosen.connect(chosen.append)
    keys = Qt.Key
    for key in (keys.Key_Right, keys.Key_Right, keys.Key_Right, keys.Key_Down, keys.Key_Down, keys.Key_Return):
        qtbot.keyClick(picture, key)
    assert reached == ["triage", "how", "tell", "keep"]
    assert chosen == ["keep"]
    qtbot.keyClick(picture, keys.Key_End)
    qtbot.keyClick(picture, keys.Key_Left)
    qtbot.keyClick(picture, keys.Key_Home)
    assert reached[4] == "answer"
    assert reached[5] in {"tell", "keep"}
    assert reached[6] == "request"


def test_walking_beyond_the_edge_of_the_view_scrolls(picture, long_chain, qtbot):
    picture.show_definition(long_chain)
    qtbot.keyClick(picture, Qt.Key.Key_End)
    last = picture._drawn.cards[picture._cursor.current].node.id
    assert picture.viewport().rect().contains(centre_of(picture, last))


def test_selecting_a_node_tells_nobody_and_outlives_a_change(picture, alarm_chain, qtbot):
    picture.show_definition(alarm_chain)
    with qtbot.assertNotEmitted(picture.node_chosen):
        picture.select_node("how")
    renamed = copy.deepcopy(alarm_chain)
    renamed["nodes"][0]["name"] = "Another name"
    picture.show_definition(renamed)
    assert picture.chosen_node_id == "how"
    picture.select_node("not there")
    assert picture.chosen_node_id is None


def test_a_run_is_drawn_on_the_cards_and_taken_off_again(picture, alarm_chain, alarm_trace):
    picture.show_definition(alarm_chain)
    picture.show_trace(alarm_trace, "keep")
    assert states(picture) == {
        "request": NodeState.RAN,
        "triage": NodeState.RAN,
        "how": NodeState.RAN,
        "keep": NodeState.FAILED,
        "tell": NodeState.NOT_REACHED,
        "answer": NodeState.NOT_REACHED,
    }
    assert "Keep: Saves into “alarms”, 4 · Failed, leads to Answer." in picture.accessibleDescription()
    picture.clear_trace()
    assert set(states(picture).values()) == {None}


def test_a_branch_that_was_not_taken_is_not_drawn_as_taken_though_its_target_ran(picture):
    statements = [{"id": "high", "condition": "a > 1"}, {"id": "rest", "isDefault": True}]
    nodes = [
        node("in", "inputNode"),
        node("way", "switchNode", statements=statements),
        node("other", "expressionNode"),
        node("end", "outputNode"),
    ]
    edges = [edge("in", "way"), edge("way", "end", "high"), edge("way", "other", "rest"), edge("other", "end")]
    picture.show_definition({"nodes": nodes, "edges": edges})
    ran = [traced("in", 0), traced("way", 1, branches=["rest"]), traced("other", 2), traced("end", 3)]
    picture.show_trace(ran, None)
    assert [line.state for line in picture._drawn._lines] == [
        WireState.TAKEN,
        WireState.NOT_TAKEN,
        WireState.TAKEN,
        WireState.TAKEN,
    ]


def test_it_is_told_to_those_who_cannot_see_it(picture, alarm_chain):
    picture.show_definition(alarm_chain)
    assert_accessible(picture)
    told = picture.accessibleDescription()
    assert told.startswith("6 nodes, from left to right. Alarm: Input, leads to Triage.")
    assert 'leads to Tell (priority == "Emergency") and Keep (Otherwise).' in told


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_painted_in_both_themes_while_it_is_shown(picture, alarm_chain, alarm_trace, theme, scheme):
    picture.show_definition(alarm_chain)
    picture.show_trace(alarm_trace, "keep")
    theme.force(scheme)
    ground = picture.grab().toImage().pixelColor(picture.width() - 4, 4)
    assert ground == theme.colour("surface_sunken")


def test_half_a_definition_is_drawn_as_far_as_it_goes(picture):
    picture.show_definition({"nodes": [{"id": "a"}, {"id": "a"}, 7], "edges": [{"sourceId": "a", "targetId": "a"}]})
    assert len(states(picture)) == 1
    assert not picture.grab().isNull()
    picture.show_definition({"nodes": None})
    assert not picture.grab().isNull()
    assert picture.accessibleDescription() == "There are no nodes."


def test_a_node_chosen_before_the_picture_has_its_size_is_in_view_afterwards(theme, qtbot, long_chain):
    picture = ChainPicture(theme=theme)
    qtbot.addWidget(picture)
    picture.resize(60, 40)
    picture.show_definition(long_chain)
    picture.select_node("n499")
    picture.resize(700, 300)
    picture.show()
    assert not picture.is_free
    assert picture.zoom > 0.5
    assert picture.viewport().rect().contains(centre_of(picture, "n499"))

"""Choosing the rule chains of a key: the search among thousands, the chosen ones, and those that are gone."""

import pytest
from PySide6.QtCore import Qt

from ss_admin.client.errors import ServerUnreachable, SessionEnded
from ss_admin.contract.problems import ProblemCode
from ss_admin.desktop.api_keys.chains.chain_delegates import cross_of
from ss_admin.desktop.api_keys.editor.chains_field import ChainsField
from tests.support.accessibility import assert_accessible
from tests.support.key_editing import ManyChains
from tests.support.sample_keys import problem


class Stage:
    """A window with the field, “Only these” chosen."""

    def __init__(self, qtbot, theme, background, chains, ids=()):
        self.qtbot, self.background, self.chains = qtbot, background, chains
        self.field = ChainsField(chains, background, theme=theme)
        self.failures = []
        self.field.failed.connect(self.failures.append)
        qtbot.addWidget(self.field)
        self.field.resize(420, 600)
        self.field.set_ids(tuple(ids))
        with qtbot.waitActive(self.field):
            self.field.show()
        assert background.wait_idle()

    @property
    def picker(self):
        return self.field.picker

    @property
    def chosen(self):
        return self.field.chosen

    @property
    def rows(self):
        model = self.chosen.model()
        return [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]

    def search(self, text):
        self.picker.setFocus()
        self.qtbot.keyClicks(self.picker, text)
        self.qtbot.waitUntil(lambda: self.picker.is_unfolded() and not self.picker._search.is_pending)

    def press(self, key, widget=None):
        self.qtbot.keyClick(widget or self.picker, key)


@pytest.fixture
def stage(qtbot, theme, background):
    return lambda chains=None, ids=(): Stage(qtbot, theme, background, chains or ManyChains(), ids)


def test_several_chains_are_ticked_one_after_the_other_by_keys_alone(stage):
    stage = stage()
    stage.search("29")
    stage.press(Qt.Key.Key_Return)
    stage.press(Qt.Key.Key_Down)
    stage.press(Qt.Key.Key_Return)
    assert stage.picker.is_unfolded()
    assert stage.field.ids() == ("c-Rule chain 0029", "c-Rule chain 0129")
    stage.press(Qt.Key.Key_Return)
    assert stage.field.ids() == ("c-Rule chain 0029",)
    stage.press(Qt.Key.Key_Escape)
    assert not stage.picker.is_unfolded()
    assert stage.picker.text() == ""


@pytest.mark.parametrize(("typed", "taken"), [("0042", ("c-Rule chain 0042",)), ("004", ())])
def test_enter_before_the_answer_takes_the_one_that_was_meant_and_none_of_several(stage, qtbot, typed, taken):
    stage = stage()
    stage.picker.setFocus()
    qtbot.keyClicks(stage.picker, typed)
    stage.press(Qt.Key.Key_Return)
    qtbot.waitUntil(stage.picker.is_unfolded)
    qtbot.waitUntil(lambda: not stage.picker._search.is_pending)
    assert stage.field.ids() == taken


def test_chain_is_ticked_with_the_mouse_and_the_next_search_replaces_the_last(stage, qtbot):
    stage = stage()
    stage.search("0042")
    found = stage.picker._popup.list
    qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=found.visualRect(found.model().index(0)).center())
    assert stage.field.ids() == ("c-Rule chain 0042",)
    qtbot.keyClicks(stage.picker, "0043")
    assert stage.picker.text() == "0043"


def test_thousands_are_asked_for_page_by_page(stage):
    stage = stage()
    stage.picker.setFocus()
    stage.press(Qt.Key.Key_Down)
    stage.qtbot.waitUntil(stage.picker.is_unfolded)
    assert stage.picker._search.rowCount() == 50
    for _ in range(12):
        stage.press(Qt.Key.Key_PageDown)
    stage.qtbot.waitUntil(lambda: stage.picker._search.rowCount() == 100)


def test_no_match_is_said(stage):
    stage = stage()
    stage.search("zeppelin")
    assert stage.picker._popup.words.text() == "No rule chain matches “zeppelin”."


def test_names_of_a_keys_chains_are_fetched_with_what_keeps_partners_from_calling_them(stage):
    chains = ManyChains(ManyChains.make("Alarm"), ManyChains.make("Visitors", is_external=False, enabled=False))
    stage = stage(chains, ["c-Alarm", "c-Visitors", "0000-gone"])
    assert stage.rows == ["Alarm", "Visitors, Internal, Disabled", "Deleted rule chain 0000-gone"]
    assert chains.asked_for == ["c-Alarm", "c-Visitors", "0000-gone"]


def test_chosen_chain_is_taken_out_by_key_and_by_its_cross(stage, qtbot):
    stage = stage(ids=["c-Rule chain 0001", "c-Rule chain 0002", "0000-gone"])
    stage.chosen.setFocus()
    stage.chosen.setCurrentIndex(stage.chosen.model().index(1))
    with qtbot.waitSignal(stage.field.changed):
        stage.press(Qt.Key.Key_Delete, stage.chosen)
    row = stage.chosen.visualRect(stage.chosen.model().index(1))
    qtbot.mouseClick(stage.chosen.viewport(), Qt.MouseButton.LeftButton, pos=row.center())
    assert len(stage.field.ids()) == 2
    qtbot.mouseClick(stage.chosen.viewport(), Qt.MouseButton.LeftButton, pos=cross_of(row).center())
    assert stage.field.ids() == ("c-Rule chain 0001",)


def test_names_that_cannot_be_fetched_leave_the_ids_and_come_with_the_next_search(stage):
    chains = ManyChains(ManyChains.make("Alarm"), error=ServerUnreachable("connection refused"))
    stage = stage(chains, ["c-Alarm"])
    assert stage.rows == ["c-Alarm"]
    assert stage.field.hint.text == "The names could not be fetched; the ids are shown."
    assert len(stage.failures) == 1
    chains.error = None
    stage.search("al")
    assert stage.background.wait_idle()
    assert stage.rows == ["Alarm"]
    assert stage.field.hint.text == "Calls to other rule chains are refused (403)."


def test_session_that_ends_while_searching_is_handed_on(stage):
    stage = stage()
    stage.chains.error = SessionEnded(problem(ProblemCode.SESSION_REQUIRED, 401))
    with stage.qtbot.waitSignal(stage.field.failed):
        stage.qtbot.keyClicks(stage.picker, "al")


def test_choice_is_kept_while_all_chains_are_allowed(stage, qtbot):
    stage = stage(ids=["c-Rule chain 0001"])
    stage.field.ways.everything.click()
    assert stage.field.ids() is None
    assert not stage.chosen.isVisible()
    stage.field.ways.only.click()
    assert stage.field.ids() == ("c-Rule chain 0001",)


def test_every_control_can_be_found_and_named(stage):
    assert_accessible(stage().field)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_rows_can_be_painted_in_both_themes(stage, theme, name):
    theme.force(name)
    chains = ManyChains(ManyChains.make("Alarm " * 30), ManyChains.make("Off", is_external=False, enabled=False))
    stage = stage(chains, [*(chain.id for chain in chains.chains), "0000-gone"])
    stage.search("o")
    assert not stage.field.grab().isNull()
    stage.press(Qt.Key.Key_Tab)
    assert not stage.field.grab().isNull()


def test_nothing_chosen_is_said(stage):
    assert not stage().chosen.grab().isNull()

"""The user field: searching as one types, moving with the keys, taking whom the text means."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ss_admin.client.errors import ServerUnreachable
from ss_admin.desktop.api_keys.people.user_picker import UserPicker
from tests.support.key_editing import ManyPeople


class Stage:
    """A window with the picker and another field."""

    def __init__(self, qtbot, theme, background, people):
        self.qtbot = qtbot
        self.people = people
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.picker = UserPicker(people, background, theme)
        self.other = QLineEdit()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.picker)
        layout.addWidget(self.other)
        layout.addStretch()
        self.window.resize(400, 500)
        with qtbot.waitActive(self.window):
            self.window.show()
        self.picker.setFocus()

    @property
    def rows(self):
        return [self.picker._search.user_at(row).name for row in range(self.picker._search.rowCount())]

    def type(self, text):
        self.qtbot.keyClicks(self.picker, text)

    def press(self, key):
        self.qtbot.keyClick(self.picker, key)

    def wait_unfolded(self):
        self.qtbot.waitUntil(lambda: self.picker.is_unfolded() and not self.picker._search.is_pending)


@pytest.fixture
def stage(qtbot, theme, background):
    return lambda *names, **options: Stage(qtbot, theme, background, ManyPeople(*names, **options))


def test_typing_asks_once_after_a_pause(stage):
    stage = stage("Maria Keller", "Mario Rossi", "Jonas Brandt")
    stage.type("mar")
    stage.wait_unfolded()
    assert stage.people.searches == [("mar", None)]
    assert stage.rows == ["Maria Keller", "Mario Rossi"]


def test_person_is_chosen_with_the_keys_alone(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi")
    stage.type("mar")
    stage.wait_unfolded()
    stage.press(Qt.Key.Key_Down)
    with qtbot.waitSignal(stage.picker.changed):
        stage.press(Qt.Key.Key_Return)
    assert stage.picker.user() == ManyPeople.ref("Mario Rossi")
    assert stage.picker.text() == "Mario Rossi"
    assert not stage.picker.is_unfolded()


def test_person_is_chosen_with_the_mouse(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi")
    qtbot.mouseClick(stage.picker, Qt.MouseButton.LeftButton)
    stage.wait_unfolded()
    people = stage.picker._popup.list
    at = people.visualRect(people.model().index(1, 0)).center()
    qtbot.mouseClick(people.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert stage.picker.user() == ManyPeople.ref("Mario Rossi")


def test_thousands_are_loaded_page_by_page(stage, qtbot):
    stage = stage()
    stage.press(Qt.Key.Key_Down)
    stage.wait_unfolded()
    assert len(stage.rows) == 50
    for _ in range(12):
        stage.press(Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: len(stage.rows) == 100)
    assert stage.people.searches == [("", None), ("", "50")]


def test_answer_of_an_earlier_search_is_dropped(stage, qtbot):
    stage = stage("Maria Keller", "Jonas Brandt")
    stage.people.hold()
    stage.type("mar")
    qtbot.waitUntil(lambda: len(stage.people.searches) == 1)
    stage.picker.selectAll()
    stage.type("jon")
    qtbot.waitUntil(lambda: len(stage.people.searches) == 2)
    stage.people.release()
    stage.wait_unfolded()
    assert stage.rows == ["Jonas Brandt"]


def test_slow_search_says_so(stage, qtbot):
    stage = stage("Maria Keller")
    stage.people.hold()
    stage.type("mar")
    qtbot.waitUntil(lambda: stage.picker.is_unfolded() and stage.picker._popup.words.text() == "Searching…")
    stage.people.release()
    stage.wait_unfolded()
    assert stage.picker._popup.words.isHidden()


def test_nobody_found_is_said(stage):
    stage = stage("Maria Keller")
    stage.type("xyz")
    stage.wait_unfolded()
    assert stage.picker._popup.words.text() == "Nobody matches “xyz”."


def test_failed_search_is_said_and_enter_searches_again(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi", error=ServerUnreachable("connection refused"))
    with qtbot.waitSignal(stage.picker.failed):
        stage.type("mar")
    assert "cannot be reached" in stage.picker._popup.words.text()
    stage.people.error = None
    stage.press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stage.rows == ["Maria Keller", "Mario Rossi"])


def test_escape_folds_the_list_and_keeps_the_text(stage):
    stage = stage("Maria Keller", "Mario Rossi")
    stage.type("mar")
    stage.wait_unfolded()
    stage.press(Qt.Key.Key_Escape)
    assert not stage.picker.is_unfolded()
    assert stage.picker.text() == "mar"


@pytest.mark.parametrize("typed", ["mario", "Mario Rossi", "mario.rossi"])
def test_leaving_takes_the_only_one_whom_the_text_means(stage, qtbot, typed):
    names = ("Maria Keller", "Mario Rossi") if typed == "mario" else ("Mario Rossi", "Mario Rossini")
    stage = stage(*names)
    stage.people.names = names
    if typed == "mario.rossi":
        stage.people.find_users = lambda *_, **__: ManyPeople(*names).find_users()
    stage.type(typed)
    stage.press(Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: stage.picker.user() == ManyPeople.ref("Mario Rossi"))


def test_leaving_takes_nobody_where_several_are_meant(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi")
    stage.type("mar")
    with qtbot.waitSignal(stage.picker.left):
        stage.press(Qt.Key.Key_Tab)
    assert stage.picker.user() is None
    assert stage.picker.text() == "mar"
    assert not stage.picker.is_unfolded()


def test_typing_over_a_chosen_person_chooses_nobody(stage):
    stage = stage("Maria Keller")
    stage.picker.set_user(ManyPeople.ref("Maria Keller"))
    stage.type("x")
    assert stage.picker.user() is None


def test_unfolding_with_somebody_chosen_shows_everybody(stage):
    stage = stage("Maria Keller", "Jonas Brandt")
    stage.picker.set_user(ManyPeople.ref("Maria Keller"))
    stage.press(Qt.Key.Key_Down)
    stage.wait_unfolded()
    assert stage.rows == ["Maria Keller", "Jonas Brandt"]
    assert stage.picker.user() == ManyPeople.ref("Maria Keller")


def test_click_elsewhere_folds_the_list(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi")
    stage.type("mar")
    stage.wait_unfolded()
    qtbot.mouseClick(stage.other, Qt.MouseButton.LeftButton)
    assert not stage.picker.is_unfolded()


def test_list_unfolds_upwards_where_there_is_more_room(stage, qtbot):
    stage = stage("Maria Keller", "Mario Rossi", "Marta Nowak", "Marcus Holm")
    stage.window.layout().insertStretch(0, 100)
    stage.window.layout().activate()
    stage.type("mar")
    stage.wait_unfolded()
    popup = stage.picker._popup
    assert popup.geometry().bottom() < stage.picker.geometry().top()
    assert popup.geometry().top() >= 0


def test_enter_before_the_answer_takes_the_only_match_when_it_comes(stage, qtbot):
    stage = stage("Maria Keller", "Jonas Brandt")
    stage.people.hold()
    stage.type("jonas")
    stage.press(Qt.Key.Key_Return)
    stage.people.release()
    qtbot.waitUntil(lambda: stage.picker.user() == ManyPeople.ref("Jonas Brandt"))
    assert not stage.picker.is_unfolded()


def test_enter_before_the_answer_shows_the_list_where_several_match(stage):
    stage = stage("Maria Keller", "Mario Rossi")
    stage.people.hold()
    stage.type("mar")
    stage.press(Qt.Key.Key_Return)
    stage.people.release()
    stage.wait_unfolded()
    assert stage.picker.user() is None
    assert stage.rows == ["Maria Keller", "Mario Rossi"]

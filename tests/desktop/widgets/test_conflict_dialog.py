"""The conflict view: what stands side by side, how differences are marked, and what its buttons say."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea

from ss_admin.desktop.widgets.conflict_dialog import ConflictDialog, ConflictWords
from ss_admin.desktop.widgets.versions import ConflictRow, Difference
from tests.support.accessibility import assert_accessible

ROWS = [
    ConflictRow("Name", "Mine", "Theirs", Difference.BOTH),
    ConflictRow("User", "Maria Keller", "Maria Keller", Difference.NONE),
    ConflictRow("Expires", "Never expires", "2026-12-23 14:00 CET", Difference.YOURS),
    ConflictRow("Rate limit", "100 requests per minute", "No limit", Difference.THEIRS),
    ConflictRow("Status", "Disabled", "Disabled", Difference.BOTH_ALIKE),
]


@pytest.fixture
def view(qtbot, theme):
    words = ConflictWords("key", "Use mine", "Keep theirs")
    view = ConflictDialog(None, rows=ROWS, changed="2 minutes ago", words=words, theme=theme, name="apiKeyConflict")
    qtbot.addWidget(view)
    with qtbot.waitActive(view):
        view.open()
    return view


def texts(view):
    return [label.text() for label in view.findChildren(QLabel)]


def test_differences_are_said_in_words_not_by_colour_alone(view):
    assert {"Both changed it", "Same", "You changed it", "They changed it", "Both changed it alike"} <= set(texts(view))


def test_a_screen_reader_gets_each_row_as_one_sentence(view):
    spoken = [label.accessibleName() for label in view.findChildren(QLabel)]
    assert "Name. Both changed it. Yours: Mine. Theirs: Theirs" in spoken
    assert_accessible(view)


def test_view_says_when_they_saved_and_what_mine_would_save(view):
    assert "Their version was saved 2 minutes ago. Nothing has been overwritten." in texts(view)
    assert "“Use mine” saves your Name and Expires. Everything else stays as they saved it." in texts(view)


@pytest.mark.parametrize(
    ("name", "signal"), [("useMine", "use_mine"), ("keepTheirs", "keep_theirs"), ("back", "back_to_editing")]
)
def test_each_button_gives_its_answer_once_and_closes(view, qtbot, name, signal):
    answers = []
    for each in ("use_mine", "keep_theirs", "back_to_editing"):
        getattr(view, each).connect(lambda each=each: answers.append(each))
    button = view.findChild(QPushButton, f"apiKeyConflict.{name}")
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert answers == [signal]
    assert not view.isVisible()


def test_enter_at_once_overwrites_nothing(view, qtbot):
    with qtbot.waitSignal(view.back_to_editing):
        qtbot.keyClick(view, Qt.Key.Key_Return)


def test_keys_scroll_what_does_not_fit(view, qtbot):
    area = view.findChild(QScrollArea)
    area.setFixedHeight(120)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 0)
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert area.verticalScrollBar().value() == area.verticalScrollBar().maximum()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert area.verticalScrollBar().value() == 0

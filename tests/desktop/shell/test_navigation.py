"""The sidebar's navigation by keyboard and mouse, its groups, and who is signed in."""

import pytest
from PySide6.QtCore import Qt

from ss_admin.contract.accounts import Session
from ss_admin.desktop.shell.navigation import Navigation
from ss_admin.desktop.shell.sidebar import Sidebar
from ss_admin.desktop.theme.theme import Theme
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import session_document

PATHS = [
    (("Rule Chains",), "ph.flow-arrow"),
    (("Settings", "Security & API", "API Keys Management"), "ph.key"),
    (("Activity",), "ph.clock"),
]


@pytest.fixture
def navigation(theme: Theme, qtbot) -> Navigation:
    made = Navigation(theme=theme)
    qtbot.addWidget(made)
    made.build(PATHS, frozenset())
    made.show_opened("API Keys Management")
    made.show()
    return made


def test_arrows_walk_and_enter_opens(navigation: Navigation, qtbot):
    opened: list[str] = []
    navigation.opened.connect(opened.append)
    qtbot.keyClick(navigation, Qt.Key.Key_Down)
    assert opened == []
    qtbot.keyClick(navigation, Qt.Key.Key_Return)
    assert opened == ["Activity"]
    for _ in range(4):
        qtbot.keyClick(navigation, Qt.Key.Key_Up)
    qtbot.keyClick(navigation, Qt.Key.Key_Return)
    assert opened == ["Activity", "Rule Chains"]


def test_a_group_folds_by_key_and_is_remembered(navigation: Navigation, qtbot):
    folded = []
    navigation.folded.connect(lambda: folded.append(1))
    qtbot.keyClick(navigation, Qt.Key.Key_Up)
    qtbot.keyClick(navigation, Qt.Key.Key_Up)
    assert navigation.currentItem().text(0) == "Settings"
    qtbot.keyClick(navigation, Qt.Key.Key_Return)
    assert navigation.closed_groups == {"Settings"}
    assert folded == [1]
    navigation.build(PATHS, navigation.closed_groups)
    assert navigation.closed_groups == {"Settings"}


def test_the_open_page_is_never_hidden_in_a_folded_group(navigation: Navigation):
    navigation.build(PATHS, frozenset({"Settings", "Security & API"}))
    navigation.show_opened("API Keys Management")
    assert navigation.closed_groups == frozenset()


def test_a_click_opens(navigation: Navigation, qtbot):
    item = navigation.topLevelItem(2)
    with qtbot.waitSignal(navigation.opened) as opened:
        centre = navigation.visualItemRect(item).center()
        qtbot.mouseClick(navigation.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert opened.args == ["Activity"]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_it_is_painted_in_both_themes(navigation: Navigation, theme: Theme, name: str):
    theme.force(name)
    navigation.resize(256, 300)
    assert not navigation.grab().isNull()


def test_the_foot_says_who_is_signed_in_however_long_the_name(theme: Theme, qtbot):
    sidebar = Sidebar(theme=theme)
    qtbot.addWidget(sidebar)
    name = "Wolfeschlegelsteinhausenbergerdorff the Elder"
    sidebar.show_session(Session.model_validate(session_document(name=name)))
    sidebar.show()
    assert_accessible(sidebar)
    assert sidebar._person.toolTip() == name
    assert "Northwind Facilities" in sidebar._person.accessibleName()
    with qtbot.waitSignal(sidebar.signed_out):
        sidebar.sign_out_button.click()

"""The page “Rule Chains”: the list and the chain's page in its place."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ss_admin.client.errors import ServerUnreachable
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from ss_admin.desktop.widgets.dialog import Question
from tests.support.accessibility import assert_accessible
from tests.support.sample_chains import SampleChains, sample_detail


def test_a_click_on_a_row_opens_the_chain_and_the_way_back_keeps_the_row(console, qtbot):
    stage = console(SampleChains.of(40))
    table = stage.list.table
    row = 7
    place = table.visualRect(stage.list.model.index(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    stage.settle()
    assert stage.page.is_chain_open
    assert stage.chain.head.name.text() == stage.names()[row]
    qtbot.mouseClick(stage.chain.head.back_button, Qt.MouseButton.LeftButton)
    stage.settle()
    assert not stage.page.is_chain_open
    assert table.currentIndex().row() == row


def test_enter_opens_the_row_and_escape_goes_back(console, qtbot):
    stage = console()
    stage.list.table.setCurrentIndex(stage.list.model.index(1, 0))
    qtbot.keyClick(stage.list.table, Qt.Key.Key_Return)
    stage.settle()
    assert stage.page.is_chain_open
    qtbot.keyClick(stage.chain.edit.details.name, Qt.Key.Key_Escape)
    assert not stage.page.is_chain_open


def test_every_control_can_be_found_by_name(console, theme):
    stage = console()
    assert_accessible(stage.list)
    stage.open()
    for tab in ChainTab:
        stage.chain.tabs.turn_to(tab)
        stage.settle()
        assert_accessible(stage.chain.head)
    assert_accessible(stage.chain.edit)
    theme.force("dark")
    assert not stage.page.grab().isNull()


def test_a_chain_that_is_gone_says_so_and_leads_back(console, qtbot):
    stage = console()
    gone = stage.chains.chains[0]
    summary = stage.list.model.item(0)
    stage.chains.chains.remove(gone)
    stage.page._open(summary)
    stage.settle()
    assert stage.chain.tabs.missing.isVisible()
    qtbot.mouseClick(stage.chain.tabs.missing.action, Qt.MouseButton.LeftButton)
    stage.settle()
    assert gone.name not in stage.names()


def test_a_server_that_is_away_is_told_to_the_window_and_typing_stays(console):
    stage = console()
    stage.open()
    stage.chain.edit.details.name.setText("Typed")
    stage.chains.fail_with = ServerUnreachable("away")
    stage.page.refresh()
    stage.settle()
    assert stage.failures
    assert stage.chain.edit.details.name.text() == "Typed"
    stage.page.set_stale(True)
    assert stage.chain.head.stale_mark.isVisible()


def test_leaving_with_changes_asks_and_keeps_them_on_a_no(console, qtbot):
    stage = console()
    stage.open()
    assert stage.page.unsaved() == ""
    stage.chain.edit.details.name.setText("Typed")
    assert "not been saved" in stage.page.unsaved()
    stage.chain.leave()
    (question,) = stage.chain.findChildren(Question)
    qtbot.mouseClick(question.findChild(QPushButton, "ruleChain.discard.cancel"), Qt.MouseButton.LeftButton)
    assert stage.page.is_chain_open
    assert stage.chain.edit.details.name.text() == "Typed"
    stage.chain.leave()
    question = next(each for each in stage.chain.findChildren(Question) if each.isVisible())
    qtbot.mouseClick(question.findChild(QPushButton, "ruleChain.discard.primary"), Qt.MouseButton.LeftButton)
    assert not stage.page.is_chain_open
    stage.open()
    assert stage.chain.edit.details.name.text() == sample_detail(1).name


def test_chosen_again_in_the_sidebar_it_goes_back_to_the_list_but_coming_from_elsewhere_it_does_not(console):
    stage = console()
    stage.open()
    stage.page.hide()
    stage.page.show()
    stage.page.activate()
    assert stage.page.is_chain_open
    stage.page.activate()
    stage.settle()
    assert not stage.page.is_chain_open

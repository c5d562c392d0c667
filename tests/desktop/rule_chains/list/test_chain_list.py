"""The list: search, refresh, the row menu and what it does, and what stands there when nothing is listed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.rule_chains import ScopedKey
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.rule_chains.delete_dialog import DeleteChainDialog
from ss_admin.desktop.rule_chains.list.cells import COLUMN_WIDTHS, Column
from ss_admin.desktop.rule_chains.list.row_menu import RowMenu
from ss_admin.desktop.rule_chains.new_dialog import NewChainDialog
from ss_admin.desktop.widgets.dialog import Message
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_chains import SampleChains, sample_detail


def menu_entry(stage, name: str, number: int = 0):
    """The entry of the row's menu, as the mouse would open it."""
    chain = stage.list.model.item(number)
    stage.page._open_menu(chain, stage.list.chains.menu_place(number))
    menu = stage.list.chains.findChildren(RowMenu)[-1]
    action = next(each for each in menu.actions() if each.objectName() == f"ruleChains.rowMenu.{name}")
    menu.close()
    return action


def message(stage) -> str:
    (shown,) = (each for each in stage.page.findChildren(Message) if each.isVisible())
    return " ".join(label.text() for label in shown.findChildren(QLabel))


def delete_dialog(stage) -> DeleteChainDialog:
    return next(each for each in stage.page.findChildren(DeleteChainDialog) if each.isVisible())


def test_a_refresh_keeps_the_current_row_and_the_place_scrolled_to(console, qtbot):
    stage = console(SampleChains([sample_detail(number, name=f"Chain {number:03}") for number in range(60)]))
    table, model = stage.list.table, stage.list.model
    table.setCurrentIndex(model.index(30, 0))
    table.verticalScrollBar().setValue(1500)
    top = model.item(table.rowAt(0)).id
    before = table.rowViewportPosition(table.rowAt(0))
    stage.chains.chains[:0] = [sample_detail(100, name="A first"), sample_detail(101, name="B second")]
    del stage.chains.chains[10]
    qtbot.keyClick(table, Qt.Key.Key_F5)
    stage.settle()
    assert stage.list.count.text() == "61 rule chains"
    assert model.item(table.currentIndex().row()).name == "Chain 030"
    assert (model.item(table.rowAt(0)).id, table.rowViewportPosition(table.rowAt(0))) == (top, before)


def test_it_refreshes_itself_while_it_can_be_seen(console):
    stage = console()
    assert (stage.list._timer.isActive(), stage.list._timer.interval()) == (True, 30_000)
    listed = stage.chains.listed
    stage.list._timer.timeout.emit()
    stage.settle()
    assert stage.chains.listed == listed + 1
    stage.page.hide()
    assert not stage.list._timer.isActive()


def test_search_narrows_and_says_what_nothing_matches(console, qtbot):
    stage = console()
    qtbot.keyClick(stage.list.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(stage.list.search.hasFocus)
    qtbot.keyClicks(stage.list.search, "Alarm 2")
    qtbot.keyClick(stage.list.search, Qt.Key.Key_Return)
    stage.settle()
    assert stage.names() == ["Building Alarm 2"]
    stage.list.search.setText("nothing")
    qtbot.keyClick(stage.list.search, Qt.Key.Key_Return)
    stage.settle()
    assert stage.list.empty.isVisible()
    assert any("“nothing”" in label.text() for label in stage.list.empty.findChildren(QLabel))
    qtbot.mouseClick(stage.list.empty.action, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(stage.names()) == 3)


def test_an_empty_list_offers_the_first_chain(console, qtbot):
    stage = console(SampleChains())
    qtbot.mouseClick(stage.list.empty.action, Qt.MouseButton.LeftButton)
    stage.settle()
    (dialog,) = stage.page.findChildren(NewChainDialog)
    assert dialog.isVisible()


@pytest.mark.parametrize(
    ("entry", "state", "words"),
    [
        ("disable", {"enabled": True}, "every call is refused with 403"),
        ("enable", {"enabled": False}, "is enabled"),
        ("internal", {"is_external": True}, "partners’ calls are refused with 403"),
        ("external", {"is_external": False}, "Partners can call it now"),
        ("external", {"is_external": False, "enabled": False}, "once it is enabled"),
    ],
)
def test_a_switch_in_the_menu_takes_effect_and_says_what_it_means(console, entry, state, words):
    stage = console(SampleChains([sample_detail(1, **state)]))
    menu_entry(stage, entry).trigger()
    stage.settle()
    assert words in stage.said[-1]
    ((_, _, change),) = stage.chains.writes
    assert len(change.model_fields_set) == 1


def test_a_switch_over_somebody_elses_change_does_nothing_and_says_so(console):
    stage = console()
    entry = menu_entry(stage, "disable")
    stage.chains.somebody_changes("chain-1", name="Theirs")
    entry.trigger()
    stage.settle()
    assert stage.chains.writes == []
    assert "Somebody else changed" in message(stage)
    assert "Theirs" in stage.names()


def test_the_endpoint_is_copied_or_shown_where_there_is_no_clipboard(console):
    stage = console()
    menu_entry(stage, "endpoint").trigger()
    assert stage.clipboard.text == "https://api.example.com/rulechains/chain-1/execute"
    stage = console(clipboard=MemoryClipboard(CopyOutcome.NOT_AVAILABLE))
    menu_entry(stage, "endpoint").trigger()
    assert "/chain-1/execute" in message(stage)


def test_deleting_names_the_keys_and_needs_a_yes(console, qtbot):
    stage = console()
    stage.chains.keys = [ScopedKey(id=f"k{n}", name=f"Partner {n}", masked_key=f"ss_{n}…abcd") for n in range(7)]
    qtbot.keyClick(stage.list.table, Qt.Key.Key_Delete)
    stage.settle()
    dialog = delete_dialog(stage)
    assert dialog.keys.text.startswith("7 API keys are narrowed to it:\nPartner 0 · ss_0…abcd")
    assert "and 2 more" in dialog.keys.text
    assert dialog.focusWidget() is dialog.cancel_button
    assert any("404" in label.text() for label in dialog.findChildren(QLabel))
    qtbot.mouseClick(dialog.primary_button, Qt.MouseButton.LeftButton)
    stage.settle()
    assert stage.chains.writes == [("delete", "chain-1")]
    assert "was deleted" in stage.said[-1]
    assert len(stage.names()) == 2


def test_a_chain_that_changed_meanwhile_is_asked_about_again(console, qtbot):
    stage = console()
    menu_entry(stage, "delete").trigger()
    stage.settle()
    stage.chains.somebody_changes("chain-1", name="Theirs")
    dialog = delete_dialog(stage)
    qtbot.mouseClick(dialog.primary_button, Qt.MouseButton.LeftButton)
    stage.settle()
    assert "was not deleted" in dialog.notice
    qtbot.mouseClick(dialog.primary_button, Qt.MouseButton.LeftButton)
    stage.settle()
    assert stage.chains.writes == [("delete", "chain-1")]


def test_deleting_while_the_server_is_away_can_be_tried_again(console, qtbot):
    stage = console()
    stage.chains.fail_with = ServerUnreachable("away")
    menu_entry(stage, "delete").trigger()
    stage.settle()
    dialog = delete_dialog(stage)
    assert "not known" in dialog.keys.text
    qtbot.mouseClick(dialog.primary_button, Qt.MouseButton.LeftButton)
    stage.settle()
    assert dialog.isVisible()
    assert dialog.primary_button.isEnabled()
    assert stage.failures
    qtbot.mouseClick(dialog.findChild(QPushButton, "ruleChainDelete.cancel"), Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_the_widths_of_columns_are_remembered_from_start_to_start(console, qtbot, blank_preferences):
    columns = console().list.table.horizontalHeader()
    columns.resizeSection(Column.LAST_RUN, 187)
    qtbot.waitUntil(lambda: bool(blank_preferences.column_widths("ruleChains")))
    again = console().list.table.horizontalHeader()
    assert again.sectionSize(Column.LAST_RUN) == 187
    assert again.sectionSize(Column.ACTIONS) == COLUMN_WIDTHS[Column.ACTIONS]

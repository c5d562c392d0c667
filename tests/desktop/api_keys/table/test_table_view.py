from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.columns import Column
from tests.support.sample_keys import SampleApiKeys, sample_key

Settled = Callable[[], None]
Shown = tuple[ApiKeysPage, SampleApiKeys]


def cell(page: ApiKeysPage, row: int, column: Column) -> QPoint:
    return page.table.visualRect(page.model.index(row, column)).center()


def click(qtbot: QtBot, page: ApiKeysPage, row: int, column: Column, button=Qt.MouseButton.LeftButton) -> None:
    qtbot.mouseClick(page.table.viewport(), button, pos=cell(page, row, column))


def test_enter_edits_space_checks_and_delete_deletes_the_current_row(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    page.table.setCurrentIndex(page.model.index(3, Column.NAME))
    page.table.open_requested.disconnect()
    page.table.delete_requested.disconnect()
    with qtbot.waitSignal(page.table.open_requested) as edit:
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert edit.args == [sample_key(3)]
    qtbot.keyClick(page.table, Qt.Key.Key_Space)
    assert page.checks.is_checked("key-3")
    with qtbot.waitSignal(page.table.delete_requested) as delete:
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    assert delete.args == [sample_key(3)]


def test_escape_unchecks_and_control_a_checks_all_that_match(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    qtbot.keyClick(page.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert page.checks.count(page.model.rowCount()) == 250
    qtbot.keyClick(page.table, Qt.Key.Key_Escape)
    assert page.checks.count(page.model.rowCount()) == 0


def test_a_click_on_the_check_box_checks_and_a_double_click_on_a_row_edits(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    click(qtbot, page, 2, Column.CHECK)
    assert page.checks.is_checked("key-2")
    page.table.open_requested.disconnect()
    with qtbot.waitSignal(page.table.open_requested) as edit:
        qtbot.mouseDClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=cell(page, 2, Column.KEY))
    assert edit.args == [sample_key(2)]


@pytest.mark.parametrize("way", ["enter on the cell", "click on the cell", "right click", "menu key", "shift+F10"])
def test_the_row_menu_opens_by_mouse_and_by_keyboard(sample_page: Shown, qtbot: QtBot, way: str) -> None:
    page, _ = sample_page
    asked = []
    page.table.menu_requested.disconnect()
    page.table.menu_requested.connect(lambda key, _place: asked.append(key))
    page.table.setCurrentIndex(page.model.index(4, Column.ACTIONS if way == "enter on the cell" else Column.NAME))
    if way == "enter on the cell":
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    elif way == "shift+F10":
        qtbot.keyClick(page.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    elif way == "click on the cell":
        click(qtbot, page, 4, Column.ACTIONS)
    else:
        by_key = way == "menu key"
        reason = QContextMenuEvent.Reason.Keyboard if by_key else QContextMenuEvent.Reason.Mouse
        place = QPoint(1, 1) if by_key else cell(page, 4, Column.STATUS)
        QApplication.sendEvent(page.table.viewport(), QContextMenuEvent(reason, place, QPoint(5, 5)))
    assert asked == [sample_key(4)]


def test_a_row_that_is_not_loaded_does_nothing(
    show_page: Callable[..., ApiKeysPage], qtbot: QtBot, settled: Settled
) -> None:
    api_keys = SampleApiKeys.of(1_000)
    page = show_page(api_keys)
    api_keys.hold()
    page.table.open_requested.disconnect()
    page.table.setCurrentIndex(page.model.index(700, Column.NAME))
    with qtbot.assertNotEmitted(page.table.open_requested), qtbot.assertNotEmitted(page.table.delete_requested):
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Delete):
            qtbot.keyClick(page.table, key)
    assert page.checks.count(1_000) == 0
    api_keys.release()
    settled()


def test_scrolling_fetches_what_comes_into_view(sample_page: Shown, settled: Settled) -> None:
    page, _ = sample_page
    page.table.verticalScrollBar().setValue(page.table.verticalScrollBar().maximum())
    settled()
    assert page.model.api_key(249) == sample_key(249)


def test_a_refresh_keeps_scroll_position_current_row_focus_and_checks_by_key(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    bar = page.table.verticalScrollBar()
    bar.setValue(30 * 56 + 20)
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(33, Column.STATUS))
    page.checks.toggle("key-33")
    settled()
    api_keys.keys[:0] = [sample_key(1_000 + number) for number in range(3)]
    page.refresh()
    settled()
    assert bar.value() == 33 * 56 + 20
    assert page.table.currentIndex().row() == 36
    assert page.table.currentIndex().column() == Column.STATUS
    assert page.table.current_key().id == "key-33"
    assert page.checks.is_checked("key-33")
    assert page.table.hasFocus()


def test_at_the_very_top_new_keys_come_into_sight(sample_page: Shown, settled: Settled) -> None:
    page, api_keys = sample_page
    page.table.setCurrentIndex(page.model.index(0, Column.NAME))
    api_keys.keys.insert(0, sample_key(1_000))
    page.refresh()
    settled()
    assert page.table.verticalScrollBar().value() == 0
    assert page.table.rowAt(0) == 0
    assert page.table.current_key().id == "key-0"


def test_when_the_current_key_was_deleted_its_neighbour_is_current(sample_page: Shown, settled: Settled) -> None:
    page, api_keys = sample_page
    page.table.setCurrentIndex(page.model.index(5, Column.NAME))
    del api_keys.keys[5]
    page.refresh()
    settled()
    assert page.table.current_key().id == "key-6"


def test_the_list_takes_a_current_row_with_the_focus(sample_page: Shown) -> None:
    page, _ = sample_page
    page.filters.search.setFocus()
    page.table.setFocus(Qt.FocusReason.TabFocusReason)
    assert page.table.current_key() == sample_key(0)


def test_every_row_and_placeholder_is_painted_in_both_themes(
    show_page: Callable[..., ApiKeysPage], settled: Settled, theme
) -> None:
    api_keys = SampleApiKeys.of(1_000)
    page = show_page(api_keys)
    loaded = page.table.viewport().grab().toImage()
    theme.force("dark")
    assert page.table.viewport().grab().toImage() != loaded
    api_keys.hold()
    page.table.verticalScrollBar().setValue(40_000)
    placeholders = page.table.viewport().grab().toImage()
    api_keys.release()
    settled()
    assert page.table.viewport().grab().toImage() != placeholders

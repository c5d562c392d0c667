from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.columns import COLUMN_SORTS, Column
from tests.support.sample_keys import SampleApiKeys

Shown = tuple[ApiKeysPage, SampleApiKeys]


def click(qtbot: QtBot, page: ApiKeysPage, column: Column) -> None:
    header = page.table.columns
    place = QPoint(header.sectionViewportPosition(column) + header.sectionSize(column) // 2, 20)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)


@pytest.mark.parametrize("column", list(COLUMN_SORTS))
def test_each_column_sorts_up_then_down_then_by_creation_again(
    sample_page: Shown, qtbot: QtBot, settled: Callable[[], None], column: Column
) -> None:
    page, api_keys = sample_page
    for _ in range(3):
        click(qtbot, page, column)
        settled()
    asked = [(call.query.sort, call.query.descending) for call in api_keys.calls[-3:]]
    assert asked == [(COLUMN_SORTS[column], False), (COLUMN_SORTS[column], True), (ApiKeySort.CREATED_AT, True)]


def test_the_header_sorts_and_checks_by_keyboard(sample_page: Shown, qtbot: QtBot, settled: Callable[[], None]) -> None:
    page, api_keys = sample_page
    header = page.table.columns
    header.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(header, Qt.Key.Key_Space)
    assert page.checks.count(250) == 250
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        qtbot.keyClick(header, key)
    settled()
    assert api_keys.calls[-1].query.sort is ApiKeySort.MASKED_KEY
    qtbot.keyClick(header, Qt.Key.Key_End)
    qtbot.keyClick(header, Qt.Key.Key_Enter)
    settled()
    assert api_keys.calls[-1].query.sort is ApiKeySort.STATUS


def test_the_check_box_checks_all_that_match_and_shows_three_states(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    header = page.table.columns
    assert header.accessibleDescription() == "No key checked"
    click(qtbot, page, Column.CHECK)
    assert page.head.delete_button.text() == "Delete (250)"
    assert header.accessibleDescription() == "All keys checked"
    page.checks.toggle("key-3")
    assert page.head.delete_button.text() == "Delete (249)"
    assert header.accessibleDescription() == "Some keys checked"
    click(qtbot, page, Column.CHECK)
    assert not page.head.delete_button.isVisible()


def test_the_menu_offers_every_sorting_also_by_user_and_marks_the_one_in_force(
    sample_page: Shown, settled: Callable[[], None]
) -> None:
    page, api_keys = sample_page
    menu = page.table.columns.sort_menu()
    assert len(menu.actions()) == 2 * len(ApiKeySort)
    assert [action.text() for action in menu.actions() if action.isChecked()] == ["Created, descending"]
    next(action for action in menu.actions() if action.text() == "User, ascending").trigger()
    settled()
    assert (api_keys.calls[-1].query.sort, api_keys.calls[-1].query.descending) == (ApiKeySort.USER, False)


def test_the_sort_menu_opens_by_keyboard(sample_page: Shown, qtbot: QtBot, settled: Callable[[], None]) -> None:
    page, api_keys = sample_page
    qtbot.keyClick(page.table.columns, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert menu.objectName() == "apiKeys.sortMenu"
    qtbot.keyClick(menu, Qt.Key.Key_Up)
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    settled()
    assert not api_keys.calls[-1].query.descending


def test_sorting_and_column_widths_are_remembered(
    show_page: Callable[..., ApiKeysPage], qtbot: QtBot, settled: Callable[[], None], preferences
) -> None:
    first = show_page(SampleApiKeys.of(10))
    click(qtbot, first, Column.EXPIRES_AT)
    first.table.columns.resizeSection(Column.KEY, 201)
    qtbot.waitUntil(lambda: bool(preferences.column_widths("apiKeys")))
    settled()
    api_keys = SampleApiKeys.of(10)
    second = show_page(api_keys)
    assert second.table.columns.sectionSize(Column.KEY) == 201
    assert (api_keys.calls[0].query.sort, api_keys.calls[0].query.descending) == (ApiKeySort.EXPIRES_AT, False)


def test_settings_of_another_version_are_passed_over(show_page: Callable[..., ApiKeysPage], preferences) -> None:
    preferences.set_column_widths("apiKeys", [100, 100])
    preferences._settings.setValue("apiKeys/sort", ["no such column", "descending"])
    api_keys = SampleApiKeys.of(10)
    page = show_page(api_keys)
    assert page.table.columns.sectionSize(Column.KEY) > 100
    assert api_keys.calls[0].query.sort is ApiKeySort.CREATED_AT

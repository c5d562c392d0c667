from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from ss_admin.contract.signals import Severity, SignalBadge, SignalKind
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.delegates import NameDelegate
from tests.support.sample_keys import SampleApiKeys, sample_key

Shown = tuple[ApiKeysPage, SampleApiKeys]


def name_of(page: ApiKeysPage, row: int) -> QPoint:
    """The middle of the name in this row."""
    cell = page.table.visualRect(page.model.index(row, Column.NAME))
    delegate = page.table.itemDelegateForColumn(Column.NAME)
    assert isinstance(delegate, NameDelegate)
    return delegate.name_place(cell, page.model.api_key(row)).center()


@pytest.fixture
def opened(sample_page: Shown) -> list[str]:
    """The ids of the keys whose pages were asked for."""
    ids: list[str] = []
    sample_page[0].key_opened.connect(ids.append)
    return ids


def test_a_click_on_the_name_opens_the_keys_page(sample_page: Shown, opened: list[str], qtbot: QtBot) -> None:
    page, _ = sample_page
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=name_of(page, 2))
    assert opened == ["key-2"]
    assert page.table.current_key().id == "key-2"


@pytest.mark.parametrize("how", ["beside", "right button", "with control", "let go elsewhere"])
def test_any_other_click_does_not(sample_page: Shown, opened: list[str], qtbot: QtBot, how: str) -> None:
    page, _ = sample_page
    viewport, name, left = page.table.viewport(), name_of(page, 2), Qt.MouseButton.LeftButton
    if how == "beside":
        qtbot.mouseClick(viewport, left, pos=name + QPoint(0, 20))
    elif how == "right button":
        qtbot.mouseClick(viewport, Qt.MouseButton.RightButton, pos=name)
    elif how == "with control":
        qtbot.mouseClick(viewport, left, Qt.KeyboardModifier.ControlModifier, pos=name)
    else:
        qtbot.mousePress(viewport, left, pos=name)
        qtbot.mouseRelease(viewport, left, pos=name_of(page, 3))
    assert opened == []


def test_the_name_shows_that_it_leads_somewhere(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    table = page.table
    index = page.model.index(2, Column.NAME)
    qtbot.mouseMove(table.viewport(), name_of(page, 2))
    qtbot.waitUntil(lambda: table.look_of(index).link_hovered)
    assert table.viewport().cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.mouseMove(table.viewport(), name_of(page, 2) + QPoint(0, 20))
    qtbot.waitUntil(lambda: not table.look_of(index).link_hovered)
    assert table.viewport().cursor().shape() == Qt.CursorShape.ArrowCursor


def test_the_mark_behind_a_name_is_not_part_of_the_link(show_page: Callable[..., ApiKeysPage], qtbot: QtBot) -> None:
    badge = SignalBadge(kind=SignalKind.SPIKE, severity=Severity.ALERT)
    page = show_page(SampleApiKeys([sample_key(1, name="N" * 100, signals=[badge])]))
    delegate = page.table.itemDelegateForColumn(Column.NAME)
    assert isinstance(delegate, NameDelegate)
    cell = page.table.visualRect(page.model.index(0, Column.NAME))
    place = delegate.name_place(cell, page.model.api_key(0))
    assert place.right() < cell.right() - 24


def test_control_and_enter_open_the_current_keys_page(sample_page: Shown, opened: list[str], qtbot: QtBot) -> None:
    page, _ = sample_page
    page.table.setCurrentIndex(page.model.index(4, Column.NAME))
    qtbot.keyClick(page.table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(
        page.table, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.KeypadModifier
    )
    assert opened == ["key-4", "key-4"]

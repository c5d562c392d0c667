"""The model over a list that comes page by page: lazy, without holes or doubles, and calm at a refresh."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.documents import ObjectRef, Page
from ss_admin.desktop.background import Background
from ss_admin.desktop.widgets.cursor_model import CursorColumn, CursorModel
from ss_admin.desktop.widgets.row_merge import merge_rows

_ROOT = QModelIndex()


class Server:
    """Gives `items` four at a time; a cursor is the place to go on at."""

    def __init__(self, count: int) -> None:
        self.items = [ObjectRef(id=f"id-{number}", name=f"Item {number}") for number in range(count)]
        self.error: ServerUnreachable | None = None
        self.asked: list[str | None] = []

    def load(self, cursor: str | None) -> Page[ObjectRef]:
        self.asked.append(cursor)
        if self.error is not None:
            raise self.error
        start = int(cursor or 0)
        end = start + 4
        return Page(
            items=self.items[start:end],
            next_cursor=str(end) if end < len(self.items) else None,
            total=len(self.items),
        )


@pytest.fixture
def server() -> Server:
    return Server(10)


@pytest.fixture
def model(server: Server, background: Background, qtbot) -> CursorModel:
    made = CursorModel([CursorColumn("Name", lambda item: item.name)], server.load, background)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    tester.setUseFetchMore(False)
    return made


def names(model: CursorModel) -> list[str]:
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def read_to_the_end(model: CursorModel, background: Background) -> None:
    while model.canFetchMore(_ROOT):
        model.fetchMore(QModelIndex())
        assert background.wait_idle()


def test_pages_come_as_they_are_wanted(model: CursorModel, server: Server, background: Background):
    model.refresh()
    assert background.wait_idle()
    assert model.rowCount() == 4
    read_to_the_end(model, background)
    assert names(model) == [f"Item {number}" for number in range(10)]
    assert server.asked == [None, "4", "8"]


def test_a_page_is_not_asked_for_twice_at_once(background: Background, server: Server, qtbot):
    go_on = threading.Event()

    def load(cursor: str | None) -> Page[ObjectRef]:
        go_on.wait(5)
        return server.load(cursor)

    model = CursorModel([CursorColumn("Name", lambda item: item.name)], load, background)
    go_on.set()
    model.refresh()
    assert background.wait_idle()
    go_on.clear()
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    go_on.set()
    assert background.wait_idle()
    assert server.asked == [None, "4"]


def test_a_refresh_puts_what_is_new_on_top_and_keeps_the_rest(model, server, background, qtbot):
    model.refresh()
    assert background.wait_idle()
    read_to_the_end(model, background)
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    server.items.insert(0, ObjectRef(id="new", name="New"))
    model.refresh()
    assert background.wait_idle()
    assert names(model)[:2] == ["New", "Item 0"]
    assert model.rowCount() == 11
    assert resets == []


def test_a_refresh_shows_what_was_renamed(model, server, background):
    model.refresh()
    assert background.wait_idle()
    server.items[1] = ObjectRef(id="id-1", name="Renamed")
    model.refresh()
    assert background.wait_idle()
    assert names(model)[1] == "Renamed"


def test_a_refresh_drops_what_is_gone(model, server, background):
    model.refresh()
    assert background.wait_idle()
    del server.items[:6]
    model.refresh()
    assert background.wait_idle()
    assert names(model) == ["Item 6", "Item 7", "Item 8", "Item 9"]


def test_a_failure_keeps_what_is_there_and_the_next_refresh_goes_on(model, server, background):
    errors = []
    model.failed.connect(errors.append)
    model.refresh()
    assert background.wait_idle()
    server.error = ServerUnreachable("away")
    model.fetchMore(QModelIndex())
    assert background.wait_idle()
    assert len(errors) == 1
    assert model.rowCount() == 4
    assert not model.canFetchMore(QModelIndex())
    server.error = None
    model.refresh()
    assert background.wait_idle()
    read_to_the_end(model, background)
    assert model.rowCount() == 10


def test_headers_and_tooltips(model, background):
    model.refresh()
    assert background.wait_idle()
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Name"
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) == "Item 0"
    assert model.item(0).id == "id-0"


def test_a_refresh_moves_inserts_and_drops_rows_so_that_a_row_keeps_its_place_in_a_selection(model, server, background):
    model.refresh()
    assert background.wait_idle()
    read_to_the_end(model, background)
    kept = QPersistentModelIndex(model.index(2, 0))
    resets = []
    model.modelReset.connect(lambda: resets.append(1))
    first, second, third, fourth = server.items[:4]
    server.items[:4] = [third, ObjectRef(id="new", name="New"), ObjectRef(id=first.id, name="Renamed"), fourth]
    model.refresh()
    assert background.wait_idle()
    assert names(model)[:5] == ["Item 2", "New", "Renamed", "Item 3", "Item 4"]
    assert second.name not in names(model)
    assert (kept.row(), kept.data(), resets) == (0, "Item 2", [])


def test_a_refresh_that_finds_nothing_empties_the_list(model, server, background):
    model.refresh()
    assert background.wait_idle()
    server.items.clear()
    model.refresh()
    assert background.wait_idle()
    assert model.rowCount() == 0


@given(before=st.lists(st.integers(0, 9), unique=True), after=st.lists(st.integers(0, 9), unique=True))
def test_any_list_can_become_any_other(before, after):
    class Recorder(QAbstractTableModel):
        def __init__(self, items):
            super().__init__()
            self.items = items

        def rowCount(self, parent=_ROOT):
            return 0 if parent.isValid() else len(self.items)

        def columnCount(self, parent=_ROOT):
            return 0 if parent.isValid() else 1

        def data(self, index, role=0):
            return self.items[index.row()].name if role == Qt.ItemDataRole.DisplayRole else None

    rows = Recorder([ObjectRef(id=str(number), name="old") for number in before])
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Fatal, rows)
    wanted = [ObjectRef(id=str(number), name="new") for number in after]
    merge_rows(rows, rows.items, wanted)
    assert rows.items == wanted
    assert tester.model() is rows

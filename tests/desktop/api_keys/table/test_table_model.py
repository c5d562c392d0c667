from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.api_keys import ApiKeySort
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.selection import KeyChecks
from ss_admin.desktop.api_keys.table.table_model import ApiKeyTableModel
from ss_admin.desktop.background import Background
from ss_admin.desktop.widgets.paged.page_cache import MAX_PAGES
from ss_admin.desktop.widgets.row_cells import ROW_ROLE
from tests.support.sample_keys import NOW, SampleApiKeys, sample_key

MakeModel = Callable[[SampleApiKeys], ApiKeyTableModel]


@pytest.fixture
def make_model(qtbot: QtBot, background: Background) -> Iterator[MakeModel]:
    made: list[ApiKeyTableModel] = []

    def make(api_keys: SampleApiKeys) -> ApiKeyTableModel:
        model = ApiKeyTableModel(api_keys, background, KeyChecks(), clock=lambda: NOW)
        made.append(model)
        if len(api_keys.keys) <= 300:  # it reads every cell of every row, again and again
            QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning, model)
        model.open(ApiKeyQuery())
        assert background.wait_idle()
        return model

    yield make
    for model in made:
        model.deleteLater()


def name(model: ApiKeyTableModel, row: int) -> object:
    return model.index(row, Column.NAME).data()


def test_there_are_as_many_rows_as_keys_and_one_page_is_fetched(make_model: MakeModel) -> None:
    api_keys = SampleApiKeys.of(100_000)
    model = make_model(api_keys)
    assert model.rowCount() == 100_000
    assert name(model, 99) == "Integration 99"
    assert name(model, 100) is None
    assert model.index(100, Column.NAME).data(Qt.ItemDataRole.AccessibleTextRole) == "Loading"
    assert [(call.limit, call.cursor, call.offset) for call in api_keys.calls] == [(100, None, None)]


def test_a_page_is_fetched_when_it_comes_into_view_by_the_cursor_of_its_neighbour(
    make_model: MakeModel, background: Background
) -> None:
    api_keys = SampleApiKeys.of(100_000)
    model = make_model(api_keys)
    model.show_rows(90, 105)
    assert background.wait_idle()
    assert name(model, 105) == "Integration 105"
    assert [(call.cursor, call.offset) for call in api_keys.calls[1:]] == [("100", None)]


def test_a_jump_fetches_by_offset_what_is_there_and_nothing_between(
    make_model: MakeModel, background: Background
) -> None:
    api_keys = SampleApiKeys.of(100_000)
    model = make_model(api_keys)
    model.show_rows(50_040, 50_052)
    assert background.wait_idle()
    assert name(model, 50_050) == "Integration 50050"
    assert [(call.cursor, call.offset) for call in api_keys.calls[1:]] == [(None, 50_000)]
    model.show_rows(50_041, 50_053)
    assert background.wait_idle()
    assert len(api_keys.calls) == 2


def test_pages_that_went_out_of_view_before_their_turn_are_never_asked_for(
    make_model: MakeModel, background: Background
) -> None:
    api_keys = SampleApiKeys.of(100_000)
    model = make_model(api_keys)
    api_keys.hold()
    for first in range(1_000, 90_000, 1_000):
        model.show_rows(first + 30, first + 45)
    api_keys.release()
    assert background.wait_idle()
    assert name(model, 89_035) == "Integration 89035"
    assert len(api_keys.calls) <= 1 + 5  # the four threads took up to four before they were given up
    assert name(model, 50_035) is None


def test_what_is_kept_is_bounded_however_far_one_scrolls(make_model: MakeModel, background: Background) -> None:
    model = make_model(SampleApiKeys.of(20_000))
    for first in range(0, 20_000, 400):
        model.show_rows(first, first + 12)
        assert background.wait_idle()
    assert sum(model.api_key(row) is not None for row in range(20_000)) <= MAX_PAGES * 100


def test_the_answer_to_an_old_query_is_dropped(make_model: MakeModel, background: Background) -> None:
    api_keys = SampleApiKeys.of(1_000)
    model = make_model(api_keys)
    api_keys.hold()
    model.open(ApiKeyQuery(search="integration 7"))
    model.open(ApiKeyQuery(search="integration 99"))
    assert model.rowCount() == 1_000  # the old rows stay until the new ones are here
    api_keys.release()
    assert background.wait_idle()
    assert model.rowCount() == 11
    assert name(model, 0) == "Integration 99"


def test_a_refresh_replaces_rows_in_place_and_never_resets(
    make_model: MakeModel, background: Background, qtbot: QtBot
) -> None:
    api_keys = SampleApiKeys.of(300)
    model = make_model(api_keys)
    model.show_rows(0, 12)
    changed = []
    model.dataChanged.connect(lambda first, last, *_: changed.append((first.row(), last.row())))
    api_keys.keys[4] = sample_key(4, name="Renamed")
    with qtbot.assertNotEmitted(model.modelReset):
        model.refresh()
        assert background.wait_idle()
    assert changed == [(4, 4)]
    assert name(model, 4) == "Renamed"


def test_keys_that_came_and_went_change_the_number_of_rows_only(
    make_model: MakeModel, background: Background, qtbot: QtBot
) -> None:
    api_keys = SampleApiKeys.of(300)
    model = make_model(api_keys)
    model.show_rows(0, 12)
    api_keys.keys.insert(0, sample_key(1_000))
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted):
        model.refresh()
        assert background.wait_idle()
    assert model.rowCount() == 301
    assert name(model, 0) == "Integration 1000"
    del api_keys.keys[:101]
    model.refresh()
    assert background.wait_idle()
    assert model.rowCount() == 200
    assert name(model, 0) == "Integration 100"


def test_the_last_key_can_go_and_come_back(make_model: MakeModel, background: Background) -> None:
    api_keys = SampleApiKeys.of(1)
    model = make_model(api_keys)
    model.show_rows(0, 0)
    kept, api_keys.keys = api_keys.keys, []
    model.refresh()
    assert background.wait_idle()
    assert model.rowCount() == 0
    api_keys.keys = kept
    model.refresh()
    assert background.wait_idle()
    assert name(model, 0) == "Integration 0"


def test_a_page_that_shows_another_total_is_asked_for_again_by_its_place(
    make_model: MakeModel, background: Background
) -> None:
    api_keys = SampleApiKeys.of(300)
    model = make_model(api_keys)
    del api_keys.keys[:10]
    model.show_rows(110, 120)
    assert background.wait_idle()
    assert model.rowCount() == 290
    assert name(model, 110) == "Integration 120"
    assert name(model, 90) == "Integration 100"


def test_a_failure_is_told_and_leaves_the_rows(make_model: MakeModel, background: Background, qtbot: QtBot) -> None:
    api_keys = SampleApiKeys.of(300)
    model = make_model(api_keys)
    api_keys.fail_with = ServerUnreachable("connection refused")
    with qtbot.waitSignal(model.failed) as told:
        model.refresh()
    assert told.args == [api_keys.fail_with]
    assert name(model, 0) == "Integration 0"
    api_keys.fail_with = None
    with qtbot.waitSignal(model.answered):
        model.refresh()


def test_a_query_that_failed_is_asked_again_by_a_refresh(
    make_model: MakeModel, background: Background, qtbot: QtBot
) -> None:
    api_keys = SampleApiKeys.of(300)
    model = make_model(api_keys)
    api_keys.fail_with = ServerUnreachable("connection refused")
    with qtbot.waitSignal(model.failed):
        model.open(ApiKeyQuery(search="299", sort=ApiKeySort.NAME))
    api_keys.fail_with = None
    model.refresh()
    assert background.wait_idle()
    assert model.rowCount() == 1
    assert name(model, 0) == "Integration 299"


def test_the_first_column_checks_rows_that_are_loaded(make_model: MakeModel) -> None:
    model = make_model(SampleApiKeys.of(300))
    loaded, unloaded = model.index(0, Column.CHECK), model.index(250, Column.CHECK)
    assert model.setData(loaded, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert loaded.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
    assert not model.setData(unloaded, Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert not unloaded.flags() & Qt.ItemFlag.ItemIsUserCheckable


def test_a_cell_hands_out_its_key_and_every_column_has_a_spoken_title(make_model: MakeModel) -> None:
    model = make_model(SampleApiKeys.of(3))
    assert model.index(1, Column.STATUS).data(ROW_ROLE) == sample_key(1)
    spoken = [
        model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.AccessibleTextRole) for column in Column
    ]
    assert all(spoken)
    assert model.headerData(Column.EXPIRES_AT, Qt.Orientation.Horizontal) == "Expires At"

"""The list of keys and a key's page in one place, over the real backend."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot
from sqlalchemy import insert

from ss_admin.backend.store.tables import ApiKeyAddressRow, ApiKeyMinuteRow, ApiKeyPeakRow, SignalRow
from ss_admin.client.connection import Connection
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.page import ActivityPage
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeyDialog
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.row_menu import RowMenu
from ss_admin.desktop.shell.keys_place import KeysPlace
from ss_admin.desktop.shell.pages import API_KEYS, build_places
from ss_admin.desktop.shell.place import Surroundings
from ss_admin.desktop.shell.workspace import Workspace
from tests.support.accessibility import assert_accessible
from tests.support.admin_backend import AdminBackend
from tests.support.api_keys import Seed, plant


class Stage:
    """The workspace of a signed-in administrator, with 60 keys in the list."""

    def __init__(self, workspace: Workspace, around: Surroundings) -> None:
        self.workspace = workspace
        self._background = around.background
        place = workspace.findChild(KeysPlace)
        assert place is not None
        self.place, self.list, self.key = place, place.list, place.key

    def settle(self, qtbot: QtBot) -> None:
        qtbot.wait(60)
        assert self._background.wait_idle()

    def row(self, name: str) -> int:
        rows = range(self.list.model.rowCount())
        return next(row for row in rows if (key := self.list.model.api_key(row)) is not None and key.name == name)


@pytest.fixture
def stage(admin_backend: AdminBackend, around: Surroundings, qtbot: QtBot) -> Iterator[Stage]:
    now = datetime.now(UTC)
    seeds = [Seed(name=f"Integration {number:02}", created_at=now - timedelta(minutes=number)) for number in range(60)]
    ids = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, seeds)
    _record_use(admin_backend, ids[40], now)
    connection = Connection(admin_backend.url, token=admin_backend.admin.token)
    workspace = Workspace(build_places(connection, around), connection, around, sample_data=False)
    qtbot.addWidget(workspace)
    workspace.resize(1280, 800)
    with qtbot.waitActive(workspace):
        workspace.show()
        workspace.activateWindow()
    workspace.open_page(API_KEYS)
    shown = Stage(workspace, around)
    shown.settle(qtbot)
    yield shown
    around.background.shutdown()
    connection.close()


def _record_use(backend: AdminBackend, key_id: str, now: datetime) -> None:
    minute, hour = int(now.timestamp()) // 60, int(now.timestamp()) // 3600
    with backend.store.writing() as session:
        calls = [{"code": "succeeded", "calls": 1_200}, {"code": "rate_limited", "calls": 30}]
        session.execute(insert(ApiKeyMinuteRow), [{"api_key_id": key_id, "minute": minute, **row} for row in calls])
        peak = {"used": 96, "max_requests": 100, "window_seconds": 60}
        session.execute(insert(ApiKeyPeakRow), [{"api_key_id": key_id, "hour": hour, **peak}])
        seen = {
            "address": "198.51.100.7",
            "first_seen_at": now - timedelta(days=3),
            "last_seen_at": now,
            "calls": 1_230,
        }
        session.execute(insert(ApiKeyAddressRow), [{"api_key_id": key_id, **seen}])
        signal = {
            "id": "00000000-0000-4000-8000-000000000001",
            "tenant_id": backend.tenant.id,
            "api_key_id": key_id,
            "kind": "new_address",
            "severity": "warning",
            "evidence_key": "198.51.100.7",
            "evidence": "Called from 198.51.100.7.",
            "facts": {},
            "since": now,
            "evidence_at": now,
        }
        session.execute(insert(SignalRow), [signal])


def open_busy_key(shown: Stage, qtbot: QtBot) -> None:
    """From the list, by the keyboard."""
    table = shown.list.table
    table.setCurrentIndex(shown.list.model.index(shown.row("Integration 40"), Column.NAME))
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    shown.settle(qtbot)
    assert shown.place.is_key_open


def test_a_keys_page_shows_what_the_backend_knows_and_going_back_finds_the_list_as_it_was(
    stage: Stage, qtbot: QtBot
) -> None:
    stage.list.checks.toggle(stage.list.model.api_key(3).id)
    bar = stage.list.table.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    stage.settle(qtbot)
    table = stage.list.table
    table.setCurrentIndex(stage.list.model.index(stage.row("Integration 40"), Column.NAME))
    stage.settle(qtbot)
    scrolled = bar.value()
    open_busy_key(stage, qtbot)
    sections = stage.key.sections
    assert stage.key.head.name.text() == "Integration 40"
    assert sections.calls.chart.accessibleDescription().startswith(
        "1,230 calls in the last 24 hours; 1,200 admitted, 30"
    )
    assert sections.limit.peak.text().startswith("Nearest: 96 of 100 per minute")
    assert sections.addresses.model.index(0, 0).data() == "198.51.100.7"
    assert [card.signal.evidence for card in sections.signals.cards] == ["Called from 198.51.100.7."]
    assert_accessible(stage.key)
    qtbot.keyClick(stage.key.head.back_button, Qt.Key.Key_Escape)
    stage.settle(qtbot)
    assert not stage.place.is_key_open
    assert stage.list.table.hasFocus()
    assert stage.list.table.current_key().name == "Integration 40"
    assert bar.value() == scrolled
    assert stage.list.checks.count(60) == 1


@pytest.mark.parametrize("way", ["name", "menu", "notice"])
def test_every_way_in_opens_the_page(stage: Stage, qtbot: QtBot, way: str) -> None:
    key = stage.list.model.api_key(2)
    if way == "name":
        cell = stage.list.table.visualRect(stage.list.model.index(2, Column.NAME))
        qtbot.mouseClick(stage.list.table.viewport(), Qt.MouseButton.LeftButton, pos=cell.topLeft() + QPoint(20, 18))
    elif way == "menu":
        stage.list._open_menu(key, QPoint(0, 0))
        menu = stage.list.findChild(RowMenu)
        assert menu.actions()[0].text() == "Open"
        menu.actions()[0].trigger()
        menu.close()
    else:
        stage.workspace.open_page("Rule Chains")
        stage.workspace.open_key(key.id)
    stage.settle(qtbot)
    assert stage.workspace.opened == API_KEYS
    assert stage.place.is_key_open
    assert stage.key.head.name.text() == key.name


def test_a_click_beside_the_name_or_a_double_click_stays_in_the_list(stage: Stage, qtbot: QtBot) -> None:
    table = stage.list.table
    cell = table.visualRect(stage.list.model.index(2, Column.NAME))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.bottomRight() - QPoint(8, 8))
    stage.settle(qtbot)
    assert not stage.place.is_key_open
    with qtbot.waitSignal(table.open_requested):
        qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=cell.bottomRight() - QPoint(8, 8))
    stage.list.findChild(ApiKeyEditor).reject()


def test_disabling_from_the_page_shows_how_far_it_has_come(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    card = stage.key.sections.signals.cards[0]
    card.answer_buttons[0].click()
    qtbot.waitUntil(lambda: stage.key.head.status.text == "Disabled")
    qtbot.waitUntil(lambda: stage.key.head.following.text != "")
    stage.settle(qtbot)
    assert stage.list.model.api_key(stage.row("Integration 40")).status is ApiKeyStatus.DISABLED
    actions = stage.key.sections.history.model
    assert actions.index(0, 2).data() == "Disabled API key"
    stage.key.head.status_button.click()
    qtbot.waitUntil(lambda: stage.key.head.status.text == "Active")
    stage.settle(qtbot)


def test_acknowledging_reaches_the_backend_and_its_history(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    card = stage.key.sections.signals.cards[0]
    card.acknowledge_button.click()
    card.form.note.setText("The partner moved")
    card.form.confirm_button.click()
    stage.settle(qtbot)
    stage.settle(qtbot)
    assert stage.key.sections.signals.cards == ()
    assert stage.key.sections.signals.nothing.isVisible()


def test_editing_opens_over_the_page_and_deleting_leads_back_to_the_list(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    stage.key.head.edit_button.click()
    editor = stage.list.findChild(ApiKeyEditor)
    assert editor.isVisible()
    editor.reject()
    stage.key.head.delete_button.click()
    dialog = stage.list.findChild(DeleteKeyDialog)
    dialog.primary_button.click()
    qtbot.waitUntil(lambda: not stage.place.is_key_open)
    stage.settle(qtbot)
    assert stage.list.model.rowCount() == 59


def test_a_change_of_somebody_elses_is_seen_with_a_refresh(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    key = stage.key.orders.key
    stage.key._with.api_keys.change(key.id, ApiKeyChange(name="Renamed elsewhere"), version=key.version)
    qtbot.keyClick(stage.key.head.edit_button, Qt.Key.Key_F5)
    stage.settle(qtbot)
    assert stage.key.head.name.text() == "Renamed elsewhere"
    stage.key._with.api_keys.delete(key.id, version=None)
    stage.place.refresh()
    stage.settle(qtbot)
    assert stage.key.notice.text.startswith("This key was deleted.")


def test_the_history_leads_to_activity_and_the_sidebar_back_to_the_list(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    activity = stage.workspace.findChild(ActivityPage)
    shown: list[ObjectRef] = []
    stage.place.activity_requested.connect(shown.append)
    stage.key.sections.history.all_button.click()
    stage.settle(qtbot)
    assert stage.workspace.opened == "Activity"
    assert [wanted.name for wanted in shown] == ["Integration 40"]
    assert activity.isVisible()
    stage.workspace.open_page(API_KEYS)
    stage.settle(qtbot)
    assert stage.place.is_key_open
    stage.workspace.open_page(API_KEYS)
    assert not stage.place.is_key_open


def test_what_is_in_front_is_marked_as_stale(stage: Stage, qtbot: QtBot) -> None:
    open_busy_key(stage, qtbot)
    stage.place.set_stale(True)
    assert stage.key.head.stale_mark.isVisible()
    stage.place.set_stale(False)
    assert not stage.key.head.stale_mark.isVisible()


def test_a_key_that_is_not_there_says_so(stage: Stage, qtbot: QtBot) -> None:
    stage.workspace.open_key("00000000-0000-4000-8000-00000000dead")
    stage.settle(qtbot)
    assert stage.key.missing.isVisible()
    stage.key.missing.action.click()
    assert not stage.place.is_key_open

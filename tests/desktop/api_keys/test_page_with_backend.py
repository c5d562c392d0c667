"""The page over the real backend: what the other tests take for granted of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeySort, ApiKeyStatus, ExpiryState, NewApiKey
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeysDialog
from ss_admin.desktop.api_keys.page import ApiKeysPage
from tests.support.api_keys import Seed, plant

Settled = Callable[[], None]


@pytest.fixture
def shown(admin_backend, clients, show_page: Callable[..., ApiKeysPage]) -> ApiKeysPage:
    """The page over 320 keys: every fourth disabled, every fifth expiring soon."""
    now = datetime.now(UTC)
    plant(
        admin_backend.store,
        admin_backend.tenant,
        admin_backend.user,
        [
            Seed(
                name=f"Integration {number:03}",
                status=ApiKeyStatus.DISABLED if number % 4 == 0 else ApiKeyStatus.ACTIVE,
                expires_at=now + timedelta(days=3) if number % 5 == 0 else None,
                created_at=now - timedelta(days=2, minutes=number),
            )
            for number in range(320)
        ],
    )
    return show_page(clients.api_keys, clients.accounts, clients.rule_chains)


def names(page: ApiKeysPage, *rows: int) -> list[str]:
    return [page.model.api_key(row).name for row in rows]


def test_the_newest_keys_come_first_and_the_last_page_by_scrolling(shown: ApiKeysPage, settled: Settled) -> None:
    assert shown.model.rowCount() == 320
    assert names(shown, 0, 1) == ["Integration 000", "Integration 001"]
    shown.table.verticalScrollBar().setValue(shown.table.verticalScrollBar().maximum())
    settled()
    assert names(shown, 319) == ["Integration 319"]


def test_filters_search_and_sorting_are_the_backends(shown: ApiKeysPage, settled: Settled, qtbot: QtBot) -> None:
    shown.filters.status.choose(frozenset([ApiKeyStatus.DISABLED]))
    shown.filters.expiry.choose(frozenset([ExpiryState.SOON]))
    settled()
    assert shown.model.rowCount() == 16
    shown.table.columns.sort_requested.emit(ApiKeySort.NAME, True)
    settled()
    assert names(shown, 0, 1) == ["Integration 300", "Integration 280"]
    shown.filters.search.setText("tion 28")
    qtbot.keyClick(shown.filters.search, Qt.Key.Key_Return)
    settled()
    assert names(shown, *range(shown.model.rowCount())) == ["Integration 280"]
    shown.filters.user.choose(ObjectRef(id="nobody", name="Nobody"))
    settled()
    assert shown.model.rowCount() == 0
    assert shown.card.no_match.isVisible()


def test_what_another_administrator_changed_is_not_overwritten(shown: ApiKeysPage, settled: Settled, clients) -> None:
    seen = shown.model.api_key(1)
    clients.api_keys.change(seen.id, ApiKeyChange(name="Renamed"), version=seen.version)
    shown.actions_on_key.set_status(seen, ApiKeyStatus.DISABLED)
    settled()
    assert names(shown, 1) == ["Renamed"]
    assert clients.api_keys.get(seen.id).status is ApiKeyStatus.ACTIVE
    shown.actions_on_key.set_status(shown.model.api_key(1), ApiKeyStatus.DISABLED)
    settled()
    assert clients.api_keys.get(seen.id).status is ApiKeyStatus.DISABLED


def test_all_that_match_but_one_are_deleted_and_nothing_else(
    shown: ApiKeysPage, settled: Settled, clients, qtbot: QtBot
) -> None:
    shown.filters.status.choose(frozenset([ApiKeyStatus.DISABLED]))
    settled()
    shown.checks.toggle_all(shown.model.rowCount())
    spared = shown.model.api_key(2)
    shown.checks.toggle(spared.id)
    shown.head.delete_button.click()
    settled()
    dialog = shown.findChild(DeleteKeysDialog)
    assert dialog.heading == "Delete 79 API keys?"
    assert not dialog.primary_button.isEnabled()
    dialog.typed.setText("79")
    with qtbot.waitSignal(shown.said):
        dialog.primary_button.click()
    settled()
    left = clients.api_keys.list_page(ApiKeyQuery(), limit=1_000)
    assert left.total == 241
    assert [key.id for key in left.items if key.status is ApiKeyStatus.DISABLED] == [spared.id]
    assert shown.model.rowCount() == 1


def test_a_key_created_elsewhere_comes_into_sight_with_a_refresh(
    shown: ApiKeysPage, settled: Settled, clients, admin_backend
) -> None:
    clients.api_keys.create(NewApiKey(name="Brand new", user_id=admin_backend.user.id))
    shown.refresh()
    settled()
    assert names(shown, 0, 1) == ["Brand new", "Integration 000"]
    assert shown.model.rowCount() == 321


def test_people_are_searched_for_on_the_backend(
    shown: ApiKeysPage, settled: Settled, admin_backend, qtbot: QtBot
) -> None:
    other = admin_backend.town.person(admin_backend.tenant, "bo.berg", name="Bo Berg")
    plant(admin_backend.store, admin_backend.tenant, ObjectRef(id=other.user_id, name=other.name), [Seed(name="Bo's")])
    shown.filters.user.click()
    popup = shown.filters.user.popup
    qtbot.keyClicks(popup.search, "berg")
    qtbot.waitUntil(lambda: popup.found.model().rowCount() == 1)
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    settled()
    assert names(shown, *range(shown.model.rowCount())) == ["Bo's"]

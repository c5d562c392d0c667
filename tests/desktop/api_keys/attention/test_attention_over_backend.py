"""“Needs attention” over the real backend: counted, narrowed down by kind, acknowledged, and marked in the list."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.backend.store.tables import SignalRow
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.signals import Severity, SignalKind
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.list_filter import AttentionChoice
from tests.support.admin_backend import AdminBackend
from tests.support.api_keys import Seed, plant

Settled = Callable[[], None]


def signal_row(backend: AdminBackend, api_key_id: str, kind: SignalKind, severity: Severity) -> SignalRow:
    now = datetime.now(UTC)
    return SignalRow(
        id=str(uuid.uuid4()),
        tenant_id=backend.tenant.id,
        api_key_id=api_key_id,
        kind=kind.value,
        severity=severity.value,
        evidence_key="hour 1",
        evidence="4,812 calls in one hour.",
        facts={},
        since=now - timedelta(hours=3),
        evidence_at=now - timedelta(minutes=5),
    )


@pytest.fixture
def shown(admin_backend: AdminBackend, clients, show_page: Callable[..., ApiKeysPage]) -> ApiKeysPage:
    """The page over 30 keys, of which the first two have a spike, and the first five never expire."""
    created = datetime(2026, 11, 1, tzinfo=UTC)
    seeds = [Seed(name=f"Integration {n:02}", created_at=created - timedelta(minutes=n)) for n in range(30)]
    ids = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, seeds)
    with admin_backend.store.writing() as session:
        session.add_all(signal_row(admin_backend, key, SignalKind.SPIKE, Severity.ALERT) for key in ids[:2])
        session.add_all(signal_row(admin_backend, key, SignalKind.NEVER_EXPIRES, Severity.NOTE) for key in ids[:5])
    return show_page(clients.api_keys, clients.accounts, clients.rule_chains, clients.signals)


def chips(page: ApiKeysPage) -> list[str]:
    return [chip.text() for chip in page.attention.strip.chips.chips.values()]


def test_the_list_is_narrowed_down_by_kind_and_marks_its_keys(shown: ApiKeysPage, settled: Settled) -> None:
    assert chips(shown) == ["5 keys", "Unusual spike  2", "Never expires  5"]
    assert [badge.kind for badge in shown.model.api_key(0).signals] == [SignalKind.SPIKE, SignalKind.NEVER_EXPIRES]
    shown.attention.strip.chips.chips[AttentionChoice(SignalKind.SPIKE)].click()
    settled()
    assert shown.model.rowCount() == 2
    shown.attention.strip.chips.chips[AttentionChoice()].click()
    settled()
    assert shown.model.rowCount() == 5


def test_acknowledging_takes_the_mark_off_the_key_and_counts_anew(shown: ApiKeysPage, settled: Settled, qtbot) -> None:
    shown.attention.strip.fold_button.click()
    settled()
    card = shown.attention.strip.panel.groups[0].cards[0]
    key_id = card.signal.api_key.id
    card.acknowledged.emit("A test of theirs.")
    qtbot.waitUntil(lambda: chips(shown) == ["5 keys", "Unusual spike  1", "Never expires  5"])
    settled()
    key = shown.model.api_key(shown.model.find(key_id))
    assert [badge.kind for badge in key.signals] == [SignalKind.NEVER_EXPIRES]


def test_disabling_from_a_card_disables_the_key_and_keeps_its_mark(shown: ApiKeysPage, settled: Settled) -> None:
    shown.attention.strip.fold_button.click()
    settled()
    card = shown.attention.strip.panel.groups[0].cards[0]
    card.answer_buttons[0].click()
    settled()
    key = shown.model.api_key(shown.model.find(card.signal.api_key.id))
    assert key.status is ApiKeyStatus.DISABLED
    assert len(key.signals) == 2

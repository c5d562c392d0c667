import json
from datetime import timedelta

from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions
from ss_admin.contract.signals import Severity, SignalBadge, SignalKind
from ss_admin.desktop.api_keys.table.cells import cell_spoken, cell_text, cell_tooltip, narrowing_words
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.key_states import expiry_badge
from tests.support.sample_keys import NOW, sample_key


def test_cells_show_what_the_columns_promise() -> None:
    key = sample_key(7)
    shown = {column: cell_text(key, column, NOW) for column in Column}
    assert shown[Column.NAME] == "Integration 7"
    assert shown[Column.KEY] == "ss_0007…abcd"
    assert shown[Column.PERMISSIONS] == "read, write"
    assert shown[Column.LAST_USED] == "2 minutes ago"
    assert shown[Column.STATUS] == "Active"
    assert cell_text(sample_key(1, status=ApiKeyStatus.DISABLED), Column.STATUS, NOW) == "Disabled"
    assert cell_text(sample_key(1, last_used_at=None), Column.LAST_USED, NOW) == "Never"
    assert cell_text(sample_key(1, expires_at=None), Column.EXPIRES_AT, NOW) == ""


def test_each_expiry_has_its_own_words_colour_and_icon() -> None:
    badges = [
        expiry_badge(expires_at, NOW) for expires_at in (NOW + timedelta(days=42), NOW + timedelta(days=7), NOW, None)
    ]
    assert [(badge.text, badge.kind) for badge in badges] == [
        ("Expires in 42 days", "success"),
        ("Expires soon", "warning"),
        ("Expired", "danger"),
        ("Never expires", "neutral"),
    ]
    assert len({badge.icon for badge in badges}) == 4


def test_tooltips_tell_the_json_the_exact_moments_and_the_address() -> None:
    key = sample_key(1, permissions=Permissions(entities=[Entity.READ]))
    assert json.loads(cell_tooltip(key, Column.PERMISSIONS)) == {"entities": ["read"]}
    last_used = cell_tooltip(key, Column.LAST_USED)
    assert "2026-11-23 11:58:00 UTC" in last_used
    assert last_used.endswith("from 203.0.113.7")
    assert "2027-01-04 12:00:00 UTC" in cell_tooltip(key, Column.EXPIRES_AT)
    assert cell_tooltip(sample_key(1, last_used_at=None), Column.LAST_USED) == "This key has never been used."


def test_every_cell_tells_its_state_in_words_to_a_screen_reader() -> None:
    key = sample_key(3, status=ApiKeyStatus.DISABLED, expires_at=NOW - timedelta(days=1))
    spoken = {column: cell_spoken(key, column, NOW, checked=True) for column in Column}
    assert all(spoken.values())
    assert spoken[Column.CHECK] == "Integration 3, checked"
    assert spoken[Column.NAME] == "Integration 3, user Person 3"
    assert spoken[Column.EXPIRES_AT].startswith("Expired, 2026-11-2")
    assert spoken[Column.STATUS] == "Disabled"
    assert spoken[Column.ACTIONS] == "Actions for Integration 3"


def test_narrowing_is_told_shortly_and_whole_in_the_tooltip() -> None:
    key = sample_key(1, permissions=Permissions(rulechains=["c-1", "c-2"]), allowed_addresses=["203.0.113.0/24"])
    assert narrowing_words(sample_key(1)) == ""
    assert narrowing_words(key) == "2 rule chains · 1 network"
    assert narrowing_words(sample_key(1, allowed_addresses=["10.0.0.0/8", "192.0.2.0/24"])) == "2 networks"
    assert json.loads(cell_tooltip(key, Column.PERMISSIONS)) == {
        "permissions": {"entities": ["read", "write"], "rulechains": ["c-1", "c-2"]},
        "allowed_addresses": ["203.0.113.0/24"],
    }
    spoken = cell_spoken(key, Column.PERMISSIONS, NOW, checked=False)
    assert spoken == "Permissions read, write, only 2 rule chains and 1 network"


def test_tooltip_of_a_key_with_a_hundred_rule_chains_still_fits_on_a_screen() -> None:
    key = sample_key(1, permissions=Permissions(rulechains=[f"c-{number}" for number in range(100)]))
    tooltip = cell_tooltip(key, Column.PERMISSIONS)
    assert "… and 80 more" in tooltip
    assert len(tooltip.splitlines()) < 35


def test_open_signals_are_told_with_the_name() -> None:
    badges = [
        SignalBadge(kind=SignalKind.SPIKE, severity=Severity.ALERT),
        SignalBadge(kind=SignalKind.NEW_ADDRESS, severity=Severity.WARNING),
    ]
    key = sample_key(3, signals=badges)
    spoken = cell_spoken(key, Column.NAME, NOW, checked=False)
    assert spoken == "Integration 3, user Person 3, needs attention: Unusual spike, New address"
    assert cell_tooltip(key, Column.NAME).splitlines()[1:] == [
        "•  Unusual spike (look at it now)",
        "•  New address (look at it in these days)",
    ]
    assert cell_tooltip(sample_key(3), Column.NAME) == ""

from datetime import UTC, datetime, timedelta

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.desktop.key_states import expiry_badge, status_badge

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_each_state_has_its_words_its_colour_and_its_shape() -> None:
    expiries = [None, NOW + timedelta(days=42), NOW + timedelta(days=2), NOW]
    badges = [expiry_badge(expires_at, NOW) for expires_at in expiries]
    assert [badge.text for badge in badges] == ["Never expires", "Expires in 42 days", "Expires soon", "Expired"]
    assert len({badge.kind for badge in badges}) == len({badge.icon for badge in badges}) == 4
    active, disabled = status_badge(ApiKeyStatus.ACTIVE), status_badge(ApiKeyStatus.DISABLED)
    assert (active.text, disabled.text) == ("Active", "Disabled")
    assert active.icon != disabled.icon

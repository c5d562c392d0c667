"""The rate limit's switch, numbers and sentence."""

import pytest

from ss_admin.desktop.api_keys.editor.rate_limit_field import UNLIMITED_WARNING, RateLimitField


@pytest.fixture
def field(qtbot, theme):
    field = RateLimitField(theme=theme)
    qtbot.addWidget(field)
    field.set_values(enabled=True, max_requests=100, window_seconds=60)
    return field


def test_limit_is_said_in_words(field):
    assert field.hint.text == "100 requests per minute"
    field.set_values(enabled=True, max_requests=250, window_seconds=90)
    assert field.hint.text == "250 requests per 90 seconds"


def test_limit_switched_off_is_warned_of_and_keeps_its_numbers(field):
    field.switch.setChecked(False)
    assert (field.hint.kind, field.hint.text) == ("warning", UNLIMITED_WARNING)
    assert not field.max_requests.editor.isEnabled()
    field.switch.setChecked(True)
    assert field.values() == (True, 100, 60)
    assert field.hint.text == "100 requests per minute"


@pytest.mark.parametrize(("requests", "seconds"), [(None, 60), (0, 60), (100, 86_401), (1_000_001, 60)])
def test_numbers_that_are_no_limit_are_not_put_into_words(field, requests, seconds):
    field.set_values(enabled=True, max_requests=requests, window_seconds=seconds)
    assert field.hint.text == ""

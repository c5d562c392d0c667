"""What is said of refusals: every code in a few words, and a text for the partner that holds no secret."""

from datetime import UTC, datetime

import pytest

from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.refusals import KeyFinding, KeyState, Refusal
from ss_admin.desktop.refusals.refusal_words import KEY_STATE_BADGES, partner_text, why_in_short

PARTNER_CODES = [
    "missing_api_key",
    "malformed_api_key",
    "invalid_api_key",
    "disabled_api_key",
    "expired_api_key",
    "rate_limited",
    "permission_denied",
    "rulechain_not_found",
    "rulechain_not_external",
    "rulechain_disabled",
    "unsupported_media_type",
    "payload_too_large",
    "invalid_json",
    "payload_mismatch",
    "rulechain_failed",
    "unavailable",
]


def refusal(**changes: object) -> Refusal:
    values: dict[str, object] = {
        "request_id": "01ABC",
        "at": datetime(2026, 11, 23, 9, 12, 33, tzinfo=UTC),
        "status": 401,
        "code": "disabled_api_key",
        "detail": "This API key is disabled.",
        "address": "203.0.113.7",
        "api_key": None,
        "rulechain": None,
        "cause": "The key was disabled.",
        "advice": "Ask us for a new key.",
    }
    return Refusal.model_validate(values | changes)


@pytest.mark.parametrize("code", PARTNER_CODES)
def test_every_code_of_the_partners_route_has_its_words(code: str) -> None:
    assert ProblemCode(code)
    assert why_in_short(refusal(code=code)) != code.replace("_", " ").capitalize()


def test_a_newer_code_is_told_by_its_name() -> None:
    assert why_in_short(refusal(code="brand_new")) == "Brand new"


def test_the_partner_is_told_which_call_it_is_about_and_never_a_key() -> None:
    key = new_api_key()
    told = partner_text(refusal(advice=f"Do not send {key} here."))
    assert told.splitlines() == [
        f"Do not send {mask_api_key(key)} here.",
        "",
        "Request 01ABC, 2026-11-23 09:12:33 UTC, answered with 401 disabled_api_key.",
    ]
    assert partner_text(KeyFinding(api_key=None, cause="c", advice="Send the key alone.")) == "Send the key alone."


def test_every_state_of_a_key_has_a_badge() -> None:
    assert set(KEY_STATE_BADGES) == set(KeyState)

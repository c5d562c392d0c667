"""Refusals in words: what a key is now, what a refusal is called in a list, and what is sent to the partner. No Qt."""

from datetime import UTC

from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.refusals import REFUSAL_DAYS, KeyFinding, KeyState, Refusal
from ss_admin.desktop.key_states import Badge

__all__ = ["KEY_STATE_BADGES", "NOTHING_FOUND", "NO_REFUSALS", "partner_text", "why_in_short"]

KEY_STATE_BADGES = {
    KeyState.ACTIVE: Badge("Active", "success", "ph.check-circle"),
    KeyState.DISABLED: Badge("Disabled", "neutral", "ph.prohibit"),
    KeyState.EXPIRED: Badge("Expired", "danger", "ph.x-circle"),
    KeyState.DELETED: Badge("Deleted", "danger", "ph.trash"),
}

NOTHING_FOUND = (
    f"No refused call of the last {REFUSAL_DAYS} days has this id. That can mean:\n"
    f"•  The call is older: refusals are kept for {REFUSAL_DAYS} days.\n"
    "•  It was made with a key of another tenant, which is not shown here.\n"
    "•  It was not refused. Admitted calls stand under “Executions” of their rule chain.\n"
    "•  It was one of very many in the same minute, of which only the first are kept one by one.\n"
    "•  The id is not complete. Copy it from the header X-Request-Id of the answer."
)

NO_REFUSALS = f"No call with this key was refused in the last {REFUSAL_DAYS} days."

_IN_SHORT = {
    "succeeded": "The call was admitted",
    "missing_api_key": "No key was sent",
    "malformed_api_key": "The key has the wrong form",
    "invalid_api_key": "The key is not known",
    "disabled_api_key": "The key is disabled",
    "expired_api_key": "The key has expired",
    "rate_limited": "The rate limit was reached",
    "permission_denied": "The key may not do this",
    "rulechain_not_found": "There is no such rule chain",
    "rulechain_not_external": "The rule chain is not external",
    "rulechain_disabled": "The rule chain is disabled",
    "unsupported_media_type": "The payload is not sent as JSON",
    "payload_too_large": "The payload is too large",
    "invalid_json": "The payload is not valid JSON",
    "payload_mismatch": "The payload does not fit the schema",
    "rulechain_failed": "The rule chain failed",
    "unavailable": "The store could not be reached",
}


def why_in_short(refusal: Refusal) -> str:
    """The cause in a few words, for a list; the code itself where it is a newer one."""
    return _IN_SHORT.get(refusal.code, refusal.code.replace("_", " ").capitalize())


def partner_text(told: Refusal | KeyFinding) -> str:
    """What to send to the partner: the advice, and which call it is about. Never a whole key."""
    if isinstance(told, KeyFinding):
        return mask_api_keys_within(told.advice)
    at = f"{told.at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    about = f"Request {told.request_id}, {at}, answered with {told.status} {told.code}."
    return mask_api_keys_within(f"{told.advice}\n\n{about}")

"""What a pasted key is, in words, and what came along with it that may be the cause by itself."""

from datetime import datetime

from ss_admin.backend.refusals.evidence import KeyFacts
from ss_admin.backend.refusals.key_causes import deleted_sentence, disabled_sentence
from ss_admin.backend.refusals.pasted import PastedKey
from ss_admin.backend.refusals.refused_call import Explanation
from ss_admin.backend.refusals.wording import in_words, moment, quoted, several
from ss_admin.contract.api_key_format import ApiKeyFault
from ss_admin.contract.refusals import KeyState

__all__ = ["explain_key", "explain_no_key"]

_ALONE = "Put the key alone into the header x-api-key, exactly the 42 characters, with nothing before or behind it."


def explain_key(key: KeyFacts, pasted: PastedKey, now: datetime, last: Explanation | None) -> tuple[str, str]:
    """Cause and advice of a key of the tenant. `last`: of its last refused call."""
    cause, advice = _state(key, now, last)
    if pasted.came_along:
        cause = f"{cause} {_along(pasted)} If that is sent, too, the call is refused: it may be the cause."
        advice = _ALONE if key.ref.state is KeyState.ACTIVE else f"{advice} {_ALONE}"
    return cause, advice


def explain_no_key(pasted: PastedKey) -> tuple[str, str]:
    """Cause and advice of what is no key of the tenant."""
    along = f" {_along(pasted)}" if pasted.came_along else ""
    if pasted.fault is None:
        cause = (
            "This has the form of an API key, and its check digits are right, so it was not mistyped. But it is no key "
            "of this tenant, and was none."
        )
        advice = (
            "This key was not made by us. Check which key your system sends: tell us its first and its last four "
            "characters, and the address that it calls."
        )
        return f"{cause}{along}", advice
    what = (
        "Nothing was pasted but what does not belong to a key." if pasted.fault is ApiKeyFault.EMPTY else pasted.fault
    )
    return f"What was pasted is no API key. {what}{along}", _advice(pasted.fault)


def _state(key: KeyFacts, now: datetime, last: Explanation | None) -> tuple[str, str]:
    name = quoted(key.ref.name)
    match key.ref.state:
        case KeyState.DELETED:
            return deleted_sentence(key), "Your key is no longer valid. We will send you a new one."
        case KeyState.DISABLED:
            return disabled_sentence(key), "Your key is switched off on our side. We will tell you when you can use it."
        case KeyState.EXPIRED if key.expires_at is not None:
            ago = in_words(now - key.expires_at)
            return (
                f"The key {name} expired on {moment(key.expires_at)}, {ago} ago.",
                "Your key has expired. We will send you a new one.",
            )
    used = "It was never used."
    if key.last_used_at is not None:
        used = f"It was used last on {moment(key.last_used_at)}, from {key.last_used_address or 'an unknown address'}."
    ends = "never expires" if key.expires_at is None else f"expires on {moment(key.expires_at)}"
    user = f" of {key.user_name}" if key.user_name else ""
    cause = f"This is the key {name}{user}. It is active and {ends}. {used}"
    if last is not None:
        return cause, last.advice
    return (
        f"{cause} No call with it was refused in the last 7 days.",
        "Your key is in order. Tell us the header X-Request-Id of an answer that you take for wrong.",
    )


def _along(pasted: PastedKey) -> str:
    return f"Pasted with it: {several(pasted.came_along)}."


def _advice(fault: ApiKeyFault) -> str:
    if fault is ApiKeyFault.CHECK_DIGITS:
        return "At least one character of the key is wrong. Copy it again from where you keep it; do not type it."
    return "Copy the whole key again, 42 characters from “ss_” on, and send it alone in the header x-api-key."

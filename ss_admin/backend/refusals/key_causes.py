"""Why a key itself was refused: missing, malformed, unknown, deleted, off, expired, at its limit."""

import re
from datetime import UTC, datetime, timedelta

from ss_admin.backend.refusals.evidence import KeyFacts
from ss_admin.backend.refusals.refused_call import Explanation, RefusedCall
from ss_admin.backend.refusals.wording import by_whom, in_words, moment, quoted, times
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.refusals import KeyState

__all__ = ["deleted_sentence", "disabled", "disabled_sentence", "expired", "invalid", "limited", "malformed", "missing"]

_EXPIRED_AT = re.compile(r"expired at ([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})Z")
_LIMIT = re.compile(r"may call (?:once|([0-9,]+) times) in ([0-9,]+) s\. Try again in ([0-9,]+) s")
_NEW_KEY = "Your key is no longer valid. We will send you a new one; please put it in the place of the old one."
_REPEAT = "Your key works again. Please repeat the call."


def missing(call: RefusedCall) -> Explanation:
    """401 `missing_api_key`."""
    if "Authorization header. Send" in call.detail:
        return Explanation(
            "The call had no x-api-key header: its key came in the header Authorization, which is not looked at.",
            "Send the key in the header x-api-key instead of Authorization, without a word such as “Bearer” before it.",
        )
    if "in the URL" in call.detail:
        return Explanation(
            "The call had no x-api-key header: its key came in the URL. Whoever can read logs on the way may know "
            "that key now; it should be replaced.",
            "Never put the key into the URL; send it in the header x-api-key. We will send you a new key, since logs "
            "may have the old one.",
        )
    also = " It had an Authorization header, which is not looked at." if "Authorization" in call.detail else ""
    return Explanation(
        f"The call had no x-api-key header, so it is not known which key was meant.{also}",
        "Send your API key with each call in the header x-api-key. A proxy in between must let this header through.",
    )


def malformed(call: RefusedCall) -> Explanation:
    """401 `malformed_api_key`; which key was meant cannot be told."""
    told = call.detail or "It does not have the form of a key."
    return Explanation(
        f"There was an x-api-key header, but what it held cannot be an API key of anybody. {told}",
        "Copy the whole key, 42 characters from “ss_” on, and put it alone into the header x-api-key.",
    )


def invalid(call: RefusedCall) -> Explanation:
    """401 `invalid_api_key`: deleted, or never there."""
    if call.key is None:
        return Explanation(
            "The key that was sent has the right form, and its check digits are right, so it was not mistyped. But "
            "there is no such key here, and there never was one: it may belong to another SignalSync server.",
            "Check that you call the address that came with your key. If you do, ask us for a new key.",
        )
    if call.key.ref.state is not KeyState.DELETED:
        return Explanation(
            f"The key {call.key_name} was not known to the server that took the call.", "Please repeat the call."
        )
    return Explanation(deleted_sentence(call.key), _NEW_KEY)


def disabled(call: RefusedCall) -> Explanation:
    """401 `disabled_api_key`."""
    key = call.key
    if key is None:
        return Explanation("The key was disabled.", _NEW_KEY)
    cause = _how_disabled(call, key)
    expires_at = key.expires_at
    if key.ref.state is KeyState.ACTIVE:
        return Explanation(f"{cause} By now it works again{_enabled_since(call, key)}.", _REPEAT)
    if key.ref.state is KeyState.DELETED:
        return Explanation(f"{cause} By now it is deleted: {deleted_sentence(key)}", _NEW_KEY)
    if expires_at is not None and expires_at <= call.now:
        cause = f"{cause} It expired on {moment(expires_at)} besides: to enable it alone is not enough."
    return Explanation(cause, "Your key is switched off on our side. We will tell you when you can use it again.")


def expired(call: RefusedCall) -> Explanation:
    """401 `expired_api_key`."""
    key = call.key
    if key is None:
        return Explanation("The key had expired.", _NEW_KEY)
    told = _EXPIRED_AT.search(call.detail)
    cause = f"The key {call.key_name} had expired."
    if told is not None:
        cause = f"The key {call.key_name} expired on {moment(_utc(told[1]))}, and the call came after that."
    elif key.expires_at is not None and key.expires_at <= call.at:
        late = in_words(call.at - key.expires_at)
        cause = f"The key {call.key_name} expired on {moment(key.expires_at)}; the call came {late} later."
    if key.ref.state is KeyState.DELETED:
        return Explanation(f"{cause} By now it is deleted: {deleted_sentence(key)}", _NEW_KEY)
    change = key.past.changed_since("expires_at", call.at)
    if change is not None and key.ref.state is not KeyState.EXPIRED:
        until = "it never expires" if key.expires_at is None else f"it expires on {moment(key.expires_at)}"
        cause = f"{cause} Since {moment(change.at)} {until}; that was changed{by_whom(change.by)}."
    if key.ref.state is KeyState.ACTIVE:
        return Explanation(cause, _REPEAT)
    if key.ref.state is KeyState.DISABLED:
        cause = f"{cause} By now it is disabled, too."
    return Explanation(cause, _NEW_KEY)


def limited(call: RefusedCall) -> Explanation:
    """429 `rate_limited`; the limit is told as it was."""
    told = _LIMIT.search(call.detail)
    if told is None:
        return Explanation(
            f"The key {call.key_name} had used up its limit.",
            "Send fewer calls, and after an answer 429 wait for as many seconds as its header Retry-After says.",
        )
    most, window, wait = (int((text or "1").replace(",", "")) for text in told.groups())
    made = "the one admission was" if most == 1 else f"all {most:,} admissions were"
    again = moment(call.at + timedelta(seconds=wait))
    cause = (
        f"The key {call.key_name} may call {times(most)} in {window:,} s, and {made} used in that window. "
        f"The next call was possible at {again}, {wait:,} s later."
    )
    if call.hour is not None and call.hour.limited:
        cause = (
            f"{cause} In the hour around it {call.hour.admitted:,} calls were admitted and {call.hour.limited:,} "
            "refused for this reason."
        )
    key = call.key
    if key is not None and key.ref.state is not KeyState.DELETED and key.limit != (most, window):
        now = "no limit" if key.limit is None else f"a limit of {times(key.limit[0])} in {key.limit[1]:,} s"
        cause = f"{cause} By now the key has {now}."
    return Explanation(
        cause,
        f"Send at most {most:,} call{'' if most == 1 else 's'} in any {window:,} s. After an answer 429 wait for as "
        "many seconds as its header Retry-After says, then call again.",
    )


def deleted_sentence(key: KeyFacts) -> str:
    """Who deleted a key, and when."""
    if key.past.deleted_at is None:
        return f"The key {quoted(key.ref.name)} was deleted."
    return f"The key {quoted(key.ref.name)} was deleted on {moment(key.past.deleted_at)}{by_whom(key.past.deleted_by)}."


def disabled_sentence(key: KeyFacts) -> str:
    """Who disabled a key that is off now, and when."""
    for change in key.past.changes:
        if change.field == "status" and change.after == ApiKeyStatus.DISABLED:
            return f"The key {quoted(key.ref.name)} was disabled on {moment(change.at)}{by_whom(change.by)}."
    return f"The key {quoted(key.ref.name)} is disabled."


def _how_disabled(call: RefusedCall, key: KeyFacts) -> str:
    change = key.past.last_change("status", ApiKeyStatus.DISABLED, call.at)
    if change is None:
        return f"The key {call.key_name} was disabled when the call came."
    return f"The key {call.key_name} was disabled on {moment(change.at)}{by_whom(change.by)}."


def _enabled_since(call: RefusedCall, key: KeyFacts) -> str:
    change = key.past.changed_since("status", call.at)
    return "" if change is None else f": it was enabled on {moment(change.at)}{by_whom(change.by)}"


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)

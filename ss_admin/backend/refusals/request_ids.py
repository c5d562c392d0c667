"""Request ids as partners tell them: taken out of what was pasted, and the moment that they were given out."""

import re
from datetime import UTC, datetime, timedelta

from ss_admin.backend.refusals.wording import moment
from ss_admin.contract.refusals import REFUSAL_DAYS

__all__ = ["given_out_at", "nothing_found", "read_request_id"]

_HEADER = re.compile(r"x-request-id[\"']?\s*[:=]|request_id[\"']?\s*[:=]", re.IGNORECASE)
_ID = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)
_TIMED = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
_JUST_NOW = timedelta(seconds=5)
_KEPT = timedelta(days=REFUSAL_DAYS)
_AHEAD = timedelta(minutes=10)


def read_request_id(pasted: str) -> str | None:
    """The id without what people paste along; None where it has not an id's form."""
    text = pasted.strip().strip("\"'“”`,;")
    match = _HEADER.match(text)
    text = (text[match.end() :] if match else text).strip().strip("\"'“”`,;")
    return text.lower() if _ID.fullmatch(text) else None


def given_out_at(request_id: str) -> datetime | None:
    """The millisecond in which the call came: such an id begins with it (RFC 9562, 5.7). None for any other id."""
    match = _TIMED.fullmatch(request_id)
    if match is None:
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(match[1] + match[2], 16))
    except OverflowError:
        return None


def nothing_found(request_id: str | None, now: datetime, *, is_flooded: bool) -> str:
    """Why nothing may be known of a call. `is_flooded`: in its minute more was refused than is kept one by one."""
    at = None if request_id is None else given_out_at(request_id)
    if at is None or at > now + _AHEAD:
        return (
            "This is not a request id of SignalSync. One has 36 characters, and stands in the header X-Request-Id of "
            "each answer and in each problem document as “request_id”."
        )
    if at < now - _KEPT:
        return (
            f"The call with this request id came on {moment(at)}. Refusals are kept for {REFUSAL_DAYS} days, so "
            "nothing is known of it any more."
        )
    if at > now - _JUST_NOW:
        return "The call with this request id came a moment ago and may not be written yet. Ask again in a few seconds."
    if is_flooded:
        return (
            f"Nothing is kept of this call, which came on {moment(at)}. In its minute so many calls were refused that "
            "only some of them are kept one by one; all are counted in the use of their key."
        )
    return (
        f"Nothing is known of a partner's call with this request id, which was given out on {moment(at)}: it was no "
        "call of a rule chain, or not one with a key of this tenant."
    )

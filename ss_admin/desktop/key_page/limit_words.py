"""A limit, and how near calls came to it, in words. No Qt."""

from enum import Enum

from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.usage import LimitPeak
from ss_admin.desktop.rate_sentence import describe_rate, short_rate

__all__ = ["Nearness", "limit_words", "nearness", "peak_words"]

_NEAR = 0.8


class Nearness(Enum):
    """How near the fullest window came to the limit."""

    CALM = "calm"
    NEAR = "near"
    REACHED = "reached"


def nearness(used: int, of: int) -> Nearness:
    """Near from 80 % on."""
    if used >= of:
        return Nearness.REACHED
    return Nearness.NEAR if used >= of * _NEAR else Nearness.CALM


def limit_words(limit: RateLimit | None) -> str:
    """“At most 100 requests per minute”."""
    if limit is None:
        return "No rate limit: calls with this key are never too many."
    return f"At most {describe_rate(limit.max_requests, limit.window_seconds)}"


def peak_words(peak: LimitPeak | None, span: str) -> str:
    """“Nearest: 96 of 100 per minute, Tue 24 Nov, 14:00”, and what it means; `span` is “the last 24 hours”."""
    if peak is None:
        return f"No call was counted against a limit in {span}."
    at = peak.at.astimezone()
    rate = short_rate(peak.max_requests, peak.window_seconds)
    nearest = f"Nearest: {peak.used:,} of {rate}, {at:%a} {at.day} {at:%b}, {at:%H:%M}"
    match nearness(peak.used, peak.max_requests):
        case Nearness.REACHED:
            return f"{nearest}. The limit was reached."
        case Nearness.NEAR:
            return f"{nearest}. That is close to the limit."
        case Nearness.CALM:
            return nearest

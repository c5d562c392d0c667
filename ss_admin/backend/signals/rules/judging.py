"""All signals of a key by its history: which rules are asked for which key, and which one speaks where two could.

| the key | is asked about |
| --- | --- |
| works | a spike, a new address, failed authentications, its limit; its dates |
| is disabled, expired or deleted | its use after the end, and nothing else: whatever came before, it was answered |

| of a key's dates | silences | since |
| --- | --- | --- |
| expires soon | older than 90 days, unused | it goes by itself, or is renewed |
| unused | older than 90 days | nobody rotates what nobody uses |
| never expires | nothing | the date is missing, whatever else |

Calls with a key that works no more are use after the end, never failed authentications (see there). Events are told
for seven days after the last of them, the limit for three; dates as long as they are so.
"""

from datetime import datetime

from ss_admin.backend.signals.history import Evidence, History, WatchedKey
from ss_admin.backend.signals.rules.failed_authentications import find_failed_authentications
from ss_admin.backend.signals.rules.lifetime import find_expiring, find_never_expiring, find_old, find_unused
from ss_admin.backend.signals.rules.new_address import find_new_address
from ss_admin.backend.signals.rules.often_limited import find_often_limited
from ss_admin.backend.signals.rules.spike import find_spike
from ss_admin.backend.signals.rules.used_after_end import find_use_after_end
from ss_admin.contract.signals import SignalKind

__all__ = ["KINDS_OF_DATES", "judge", "judge_dates"]

KINDS_OF_DATES = frozenset({SignalKind.EXPIRES_SOON, SignalKind.NEVER_EXPIRES, SignalKind.OLD, SignalKind.UNUSED})
"""The kinds that follow from settings and last use alone."""

Found = dict[SignalKind, Evidence]


def judge(history: History, now: datetime) -> Found:
    """Every signal that the key has now."""
    if history.key.end(now) is not None:
        return _without_none({SignalKind.USED_AFTER_END: find_use_after_end(history, now)})
    events = {
        SignalKind.SPIKE: find_spike(history, now),
        SignalKind.NEW_ADDRESS: find_new_address(history, now),
        SignalKind.FAILED_AUTHENTICATIONS: find_failed_authentications(history, now),
        SignalKind.OFTEN_LIMITED: find_often_limited(history, now),
    }
    return _without_none(events) | judge_dates(history.key, now)


def judge_dates(key: WatchedKey, now: datetime) -> Found:
    """The signals of `KINDS_OF_DATES` alone."""
    if key.end(now) is not None:
        return {}
    expiring, never = find_expiring(key, now), find_never_expiring(key)
    unused = None if expiring else find_unused(key, now)
    old = None if expiring or unused else find_old(key, now)
    return _without_none(
        {
            SignalKind.EXPIRES_SOON: expiring,
            SignalKind.NEVER_EXPIRES: never,
            SignalKind.UNUSED: unused,
            SignalKind.OLD: old,
        }
    )


def _without_none(found: dict[SignalKind, Evidence | None]) -> Found:
    return {kind: evidence for kind, evidence in found.items() if evidence is not None}

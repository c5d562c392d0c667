"""What the rules judge by: a key's settings and its use so far, frozen; and the evidence that a rule finds.

Hours and minutes are counted since 1970, UTC, as in the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from ss_admin.contract.signals import Severity

__all__ = [
    "EVENT_DAYS",
    "Attempt",
    "BadKeys",
    "End",
    "Evidence",
    "History",
    "LimitedHour",
    "SeenAddress",
    "WatchedKey",
    "day_of_minute",
    "hour_of",
    "moment_of_hour",
    "moment_of_minute",
]

EVENT_DAYS = 7
"""How long an event is told: as long as its refusals can be looked at one by one."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class End(StrEnum):
    """Why a key works no more."""

    DISABLED = "disabled"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True)
class WatchedKey:
    """A key's settings. `rate_limit`: max requests and window in seconds; `deleted_at`: it is gone."""

    id: str
    tenant_id: str
    created_at: datetime
    is_active: bool = True
    updated_at: datetime | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    allowed_addresses: Sequence[str] | None = None
    rate_limit: tuple[int, int] | None = None
    deleted_at: datetime | None = None

    def end(self, now: datetime) -> End | None:
        """What ended it; None for a key that works."""
        if self.deleted_at is not None:
            return End.DELETED
        if not self.is_active:
            return End.DISABLED
        return End.EXPIRED if self.expires_at is not None and self.expires_at <= now else None

    def ended_at(self, end: End) -> datetime | None:
        """When. Of a disabled key only the last change is known: it was disabled then, or before."""
        return {End.DELETED: self.deleted_at, End.DISABLED: self.updated_at, End.EXPIRED: self.expires_at}[end]


@dataclass(frozen=True)
class SeenAddress:
    """An address on record that calls with the key came from."""

    address: str
    first_seen_at: datetime
    last_seen_at: datetime
    calls: int


@dataclass(frozen=True)
class LimitedHour:
    """An hour in which calls were refused for the limit. `limit`: as it was then, None where that is not known."""

    hour: int
    calls: int
    limited: int
    limit: tuple[int, int] | None = None


@dataclass(frozen=True)
class Attempt:
    """Calls with the key in a minute that were refused by 401."""

    minute: int
    calls: int


@dataclass(frozen=True)
class BadKeys:
    """Calls with unknown or malformed keys in a day (UTC), from an address that `keys` keys are used from."""

    day: date
    address: str
    calls: int
    keys: int


@dataclass(frozen=True)
class Evidence:
    """What a rule found. `key` tells one piece of evidence from another; `at`: its moment; `facts`: by name."""

    severity: Severity
    key: str
    at: datetime
    text: str
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class History:
    """All that there is to judge a key by.

    `hours`: all calls, refused ones too, hour by hour. `first_use`: the hour of the first call.
    """

    key: WatchedKey
    hours: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    first_use: int | None = None
    limited: Sequence[LimitedHour] = ()
    attempts: Sequence[Attempt] = ()
    addresses: Sequence[SeenAddress] = ()
    bad_keys: Sequence[BadKeys] = ()


def hour_of(moment: datetime) -> int:
    """The hour that a moment lies in."""
    return (moment - _EPOCH) // timedelta(hours=1)


def moment_of_hour(hour: int) -> datetime:
    """When the hour begins."""
    return _EPOCH + timedelta(hours=hour)


def moment_of_minute(minute: int) -> datetime:
    """When the minute begins."""
    return _EPOCH + timedelta(minutes=minute)


def day_of_minute(minute: int) -> date:
    """The day (UTC) that the minute lies in."""
    return moment_of_minute(minute).date()

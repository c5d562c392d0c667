"""When a key shall expire: the choices, the moment that each one means, and that moment in words. No Qt."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import Enum, StrEnum

__all__ = [
    "DEFAULT_CHOICE",
    "ExpiryChoice",
    "ExpiryOption",
    "WallTime",
    "WallTimeKind",
    "describe_expiry",
    "describe_remaining",
    "describe_wall_time",
    "describe_zone",
    "find_expiry_fault",
    "keep_label",
    "resolve_wall_time",
    "short_moment",
]

# Python's own names of days and months follow the process's locale, which Qt sets.
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class ExpiryOption(StrEnum):
    """The entries of “Expires”. `KEEP` exists while editing only."""

    KEEP = "keep"
    NEVER = "Never expires"
    ONE_DAY = "1 day"
    SEVEN_DAYS = "7 days"
    THIRTY_DAYS = "30 days"
    NINETY_DAYS = "90 days"
    CUSTOM = "Custom date"

    @property
    def days(self) -> int | None:
        """How many days (of 24 hours, from the server's now) the option gives; None where it is no number of days."""
        return _DAYS.get(self)


_DAYS = {
    ExpiryOption.ONE_DAY: 1,
    ExpiryOption.SEVEN_DAYS: 7,
    ExpiryOption.THIRTY_DAYS: 30,
    ExpiryOption.NINETY_DAYS: 90,
}


@dataclass(frozen=True)
class ExpiryChoice:
    """What is chosen. `wall_time` (naive, as the clock on the wall shows it) counts with `CUSTOM` only."""

    option: ExpiryOption
    wall_time: datetime | None = None

    def moment(self, *, now: datetime, zone: tzinfo, kept: datetime | None = None) -> datetime | None:
        """The moment in UTC at which a key with this choice expires, None for never.

        `kept` is the expiry that the key has so far; `now` is aware.
        """
        if self.option is ExpiryOption.KEEP:
            return kept
        if self.option.days is not None:
            return now.astimezone(UTC) + timedelta(days=self.option.days)
        if self.option is ExpiryOption.CUSTOM and self.wall_time is not None:
            return resolve_wall_time(self.wall_time, zone).moment
        return None


DEFAULT_CHOICE = ExpiryChoice(ExpiryOption.THIRTY_DAYS)


class WallTimeKind(Enum):
    """Whether a time on the wall exists once, not at all (clocks put forward) or twice (clocks put back)."""

    ORDINARY = "ordinary"
    SKIPPED = "skipped"
    REPEATED = "repeated"


@dataclass(frozen=True)
class WallTime:
    """The moment (UTC) that a time on the wall means, and how sure that is."""

    moment: datetime
    kind: WallTimeKind


def resolve_wall_time(wall_time: datetime, zone: tzinfo) -> WallTime:
    """The moment that `wall_time` (naive) means in `zone`.

    A time that the clocks skip counts on from before the change (02:30 becomes 03:30). Of a time that comes twice the
    first is taken: a key had better expire an hour early than an hour late.
    """
    earlier, later = wall_time.replace(tzinfo=zone, fold=0), wall_time.replace(tzinfo=zone, fold=1)
    moment = earlier.astimezone(UTC)
    if earlier.utcoffset() == later.utcoffset():
        return WallTime(moment, WallTimeKind.ORDINARY)
    exists = moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall_time.replace(fold=0)
    return WallTime(moment, WallTimeKind.REPEATED if exists else WallTimeKind.SKIPPED)


def find_expiry_fault(choice: ExpiryChoice, *, now: datetime, zone: tzinfo) -> str | None:
    """What is wrong with the choice, as a sentence for its field; None where nothing is.

    An expiry that is kept is never at fault: nothing is changed by it.
    """
    if choice.option is not ExpiryOption.CUSTOM:
        return None
    if choice.wall_time is None:
        return "Enter a date and a time."
    if resolve_wall_time(choice.wall_time, zone).moment <= now:
        return "This moment has passed. Choose one in the future."
    return None


def keep_label(expires_at: datetime | None, zone: tzinfo) -> str:
    """The entry that leaves the expiry as it is: “Keep 2026-12-23 14:00”, in local time."""
    if expires_at is None:
        return "Keep: never expires"
    return f"Keep {expires_at.astimezone(zone):%Y-%m-%d %H:%M}"


def describe_expiry(moment: datetime | None, *, now: datetime, zone: tzinfo) -> str:
    """The moment in words: “Expires on Wednesday, 23 December 2026 at 14:00 CET, in 30 days”."""
    if moment is None:
        return "Valid until it is disabled or deleted"
    verb = "Expires" if moment > now else "Expired"
    return f"{verb} on {_describe_moment(moment, zone)}, {describe_remaining(moment - now)}"


def short_moment(moment: datetime, zone: tzinfo) -> str:
    """The moment to the minute in local time: “2026-12-23 14:00 CET”."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M} {_abbreviation(local)}"


def describe_wall_time(choice: ExpiryChoice, zone: tzinfo) -> str:
    """One sentence where the chosen time is skipped or comes twice as the clocks change; else nothing."""
    if choice.option is not ExpiryOption.CUSTOM or choice.wall_time is None:
        return ""
    resolved = resolve_wall_time(choice.wall_time, zone)
    typed, meant = f"{choice.wall_time:%H:%M}", resolved.moment.astimezone(zone)
    if resolved.kind is WallTimeKind.SKIPPED:
        return f"The clocks are put forward that day and skip {typed}; {meant:%H:%M} {_abbreviation(meant)} is meant."
    if resolved.kind is WallTimeKind.REPEATED:
        return f"The clocks are put back that day and {typed} comes twice; the first, {_abbreviation(meant)}, is meant."
    return ""


def describe_remaining(remaining: timedelta) -> str:
    """“in 30 days”, “in 1 day and 14 hours”, “in 5 minutes”; for what is past “3 days ago”. Rounded, not cut off."""
    words = _describe_length(abs(remaining))
    return f"in {words}" if remaining > timedelta() else f"{words} ago"


def describe_zone(zone: tzinfo, moment: datetime) -> str:
    """The zone by name, with what it is called at `moment`: “Europe/Berlin (CET)”."""
    local = moment.astimezone(zone)
    name = str(getattr(zone, "key", None) or local.tzname())
    if name in {"UTC", "Etc/UTC"}:
        return "UTC"
    abbreviation = _abbreviation(local)
    return name if name == abbreviation else f"{name} ({abbreviation})"


def _describe_moment(moment: datetime, zone: tzinfo) -> str:
    local = moment.astimezone(zone)
    date = f"{_WEEKDAYS[local.weekday()]}, {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{date} at {local:%H:%M} {_abbreviation(local)}"


def _describe_length(length: timedelta) -> str:
    seconds = length.total_seconds()
    if seconds < 60:
        return "less than a minute"
    minutes = round(seconds / 60)
    if minutes < 60:
        return _count(minutes, "minute")
    hours = round(seconds / 3600)
    if hours < 24:
        return _count(hours, "hour")
    if hours < 48:
        return "1 day" if hours == 24 else f"1 day and {_count(hours - 24, 'hour')}"
    return _count(round(seconds / 86_400), "day")


def _count(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def _abbreviation(local: datetime) -> str:
    """The zone's abbreviation at that moment; its offset where it has no letters of its own (“+03”)."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else _offset(local)


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    minutes = round(abs(offset).total_seconds() / 60)
    sign = "-" if offset < timedelta() else "+"
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}"

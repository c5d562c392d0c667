"""The expiries that are to come as a calendar (RFC 5545): an event for each key, with alarms on working days before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from icalendar import Alarm, Calendar, Event
from sqlalchemy import BigInteger, Row, func, select, type_coerce
from sqlalchemy.orm import Session

from ss_admin.backend.store.tables import ApiKeyRow, UserRow
from ss_admin.backend.store.types import NEVER_EXPIRES, to_microseconds
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.working_days import working_days_until

__all__ = ["expiry_calendar"]

MOST_EVENTS = 2000
_WORKING_DAYS_BEFORE = (7, 3, 1)
_PRODUCT = "-//SignalSync//SignalSync Admin//EN"


def expiry_calendar(session: Session, tenant_id: str, now: datetime) -> tuple[bytes, int]:
    """The calendar, and how many events it has: the next 2,000 expiries, the nearest first."""
    expires = type_coerce(ApiKeyRow.expires_at, BigInteger)
    conditions = (ApiKeyRow.tenant_id == tenant_id, expires > to_microseconds(now), expires < NEVER_EXPIRES)
    query = (
        select(
            ApiKeyRow.id,
            ApiKeyRow.name,
            ApiKeyRow.masked_key,
            ApiKeyRow.status,
            ApiKeyRow.expires_at,
            ApiKeyRow.updated_at,
            ApiKeyRow.version,
            UserRow.name.label("user_name"),
        )
        .outerjoin(UserRow, UserRow.id == ApiKeyRow.user_id)
        .where(*conditions)
        .order_by(expires, ApiKeyRow.number)
    )
    rows: Sequence[Any] = session.execute(query.limit(MOST_EVENTS)).all()
    coming = session.scalar(select(func.count()).select_from(ApiKeyRow).where(*conditions)) or 0
    return _calendar(rows, coming, now), len(rows)


def _calendar(rows: Sequence[Row[Any]], coming: int, now: datetime) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "SignalSync API keys")
    if coming > len(rows):
        calendar.add("x-wr-caldesc", f"The next {len(rows):,} of {coming:,} expiries.")
    for row in rows:
        calendar.add_component(_event(row, now))
    return bytes(calendar.to_ical())


def _event(row: Row[Any], now: datetime) -> Event:
    event = Event()
    event.add("uid", f"api-key-{row.id}-expiry@signalsync")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("last-modified", row.updated_at.replace(microsecond=0))
    event.add("sequence", row.version)
    event.add("dtstart", row.expires_at.replace(microsecond=0))
    event.add("transp", "TRANSPARENT")
    event.add("summary", f"API key “{row.name}” expires")
    event.add("description", _description(row))
    for days in _alarm_days(row.expires_at, now):
        event.add_component(_alarm(row.name, days))
    return event


def _description(row: Row[Any]) -> str:
    lines = [f"Key {row.masked_key}", f"User {row.user_name or ''}"]
    if row.status != ApiKeyStatus.ACTIVE:
        lines.append("It is disabled now.")
    lines.append("From this moment on calls with it are refused. Replace it, or move its expiry, before.")
    return "\n".join(lines)


def _alarm_days(expires_at: datetime, now: datetime) -> Sequence[int]:
    """How many days before the expiry the alarms are that are still to come.

    Each is on the first day on which no more than 7, 3, 1 working days are left, as notices in the app are.
    """
    found = []
    for working_days in _WORKING_DAYS_BEFORE:
        days = working_days
        day = expires_at.date()
        while working_days_until(day - timedelta(days=days + 1), day) <= working_days:
            days += 1
        if expires_at - timedelta(days=days) > now:
            found.append(days)
    return found


def _alarm(name: str, days: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", timedelta(days=-days))
    alarm.add("description", f"API key “{name}” expires in {days} day{'' if days == 1 else 's'}")
    return alarm

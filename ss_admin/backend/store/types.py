"""Column types: moments stored as whole microseconds, so that both databases sort and compare them alike."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, TypeDecorator

__all__ = ["NEVER_EXPIRES", "NEVER_USED", "Instant", "OptionalInstant", "from_microseconds", "to_microseconds"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

NEVER_EXPIRES = 2**62
"""Stands for "never" where it sorts behind every date."""

NEVER_USED = -(2**62)
"""Stands for "never" where it sorts before every date."""


def to_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970-01-01 UTC; exact, where `timestamp()` would round."""
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The moment, in UTC, of a count made by `to_microseconds`."""
    return _EPOCH + microseconds * _MICROSECOND


class Instant(TypeDecorator[datetime]):
    """A moment: an aware datetime in Python, microseconds since the epoch (BIGINT) in the database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Datetime to microseconds."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Microseconds to datetime in UTC."""
        return None if value is None else from_microseconds(value)


class OptionalInstant(TypeDecorator[datetime]):
    """A moment or never (None), stored NOT NULL: `absent` is a number that sorts where "never" belongs.

    An index over such a column serves sorting and keyset paging without a special case for NULL.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, absent: int) -> None:
        super().__init__()
        self.absent = absent

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int:
        """Datetime to microseconds, None to `absent`."""
        return self.absent if value is None else to_microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Microseconds to datetime in UTC, `absent` to None."""
        return None if value is None or value == self.absent else from_microseconds(value)

"""Working days, Monday to Friday: the notice that an expiry gives."""

from datetime import date, timedelta

__all__ = ["working_days_until"]

_FRIDAY = 4


def working_days_until(today: date, day: date) -> int:
    """How many working days lie after `today`, up to `day` and with it; 0 for today and the past.

    Both are dates of one place: of the reader's, or of UTC.
    """
    weeks, rest = divmod(max((day - today).days, 0), 7)
    after = (today + timedelta(days=number) for number in range(1, rest + 1))
    return weeks * 5 + sum(candidate.weekday() <= _FRIDAY for candidate in after)

"""A rate limit in words: “100 requests per minute”. No Qt."""

__all__ = ["describe_rate", "short_rate"]

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def describe_rate(max_requests: int, window_seconds: int) -> str:
    """The limit as a phrase, in the largest unit of which the window is a whole number.

    >>> describe_rate(100, 60), describe_rate(1, 1), describe_rate(250, 90), describe_rate(5, 7200)
    ('100 requests per minute', '1 request per second', '250 requests per 90 seconds', '5 requests per 2 hours')
    """
    requests = "1 request" if max_requests == 1 else f"{max_requests:,} requests"
    return f"{requests} per {_window(window_seconds)}"


def short_rate(max_requests: int, window_seconds: int) -> str:
    """The limit where it is clear that requests are meant: “100 per minute”."""
    return f"{max_requests:,} per {_window(window_seconds)}"


def _window(seconds: int) -> str:
    size, unit = next((unit for unit in _UNITS if seconds % unit[0] == 0), (1, "second"))
    count = seconds // size
    return unit if count == 1 else f"{count:,} {unit}s"

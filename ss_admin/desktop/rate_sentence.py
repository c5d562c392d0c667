"""A rate limit in words: “100 requests per minute”. No Qt."""

__all__ = ["describe_rate"]

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def describe_rate(max_requests: int, window_seconds: int) -> str:
    """The limit as a phrase, in the largest unit of which the window is a whole number.

    >>> describe_rate(100, 60), describe_rate(1, 1), describe_rate(250, 90), describe_rate(5, 7200)
    ('100 requests per minute', '1 request per second', '250 requests per 90 seconds', '5 requests per 2 hours')
    """
    size, unit = next((unit for unit in _UNITS if window_seconds % unit[0] == 0), (1, "second"))
    count = window_seconds // size
    requests = "1 request" if max_requests == 1 else f"{max_requests:,} requests"
    window = unit if count == 1 else f"{count:,} {unit}s"
    return f"{requests} per {window}"

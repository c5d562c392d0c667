"""A key's use for tests of its page: quiet, busy or under attack, and a client that answers with it."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ss_admin.client.errors import ClientError
from ss_admin.contract.usage import ApiKeyAddress, ApiKeyAddresses, ApiKeyUsage, LimitPeak, UsageBucket, UsageSpan

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BUCKETS = {UsageSpan.DAY: (48, 1_800), UsageSpan.WEEK: (56, 10_800), UsageSpan.MONTH: (60, 43_200)}
"""How many stretches of how many seconds the backend gives."""


def usage_of(*counts: tuple[int, int, int, int], span: UsageSpan = UsageSpan.DAY, **changes: object) -> ApiKeyUsage:
    """A history with these (admitted, limited, refused, failed) calls; the last stretch began at `NOW`."""
    seconds = BUCKETS[span][1]
    end = NOW + timedelta(seconds=seconds)
    buckets = [
        UsageBucket(
            start=end - timedelta(seconds=seconds * (len(counts) - number)),
            admitted=admitted,
            limited=limited,
            refused=refused,
            failed=failed,
        )
        for number, (admitted, limited, refused, failed) in enumerate(counts)
    ]
    values: dict[str, object] = {
        "api_key_id": "key-1",
        "span": span,
        "bucket_seconds": seconds,
        "buckets": buckets,
        "calls_by_code": {"succeeded": sum(bucket.admitted for bucket in buckets)},
        "peak": None,
    }
    return ApiKeyUsage.model_validate(values | changes)


def quiet(span: UsageSpan) -> ApiKeyUsage:
    """A key that nobody calls with."""
    return usage_of(*((0, 0, 0, 0),) * BUCKETS[span][0], span=span)


def busy(span: UsageSpan) -> ApiKeyUsage:
    """A key with office hours, near its limit at noon."""
    number, _ = BUCKETS[span]
    counts = []
    for place in range(number):
        wave = 1 + math.sin((place - 16) * math.tau / {UsageSpan.DAY: 48, UsageSpan.WEEK: 8, UsageSpan.MONTH: 14}[span])
        admitted = round(620 * wave + 37 * (place % 5))
        counts.append((admitted, max(0, admitted - 1_200), 3 if place % 9 == 0 else 0, 7 if place % 11 == 3 else 0))
    peak = LimitPeak(at=NOW - timedelta(hours=4), used=96, max_requests=100, window_seconds=60)
    return usage_of(*counts, span=span, peak=peak)


def attacked(span: UsageSpan) -> ApiKeyUsage:
    """A key that somebody else uses since a few hours ago."""
    number, _ = BUCKETS[span]
    counts = [(90 + 13 * (place % 4), 0, 0, 0) for place in range(number - 4)]
    counts += [
        (2_400, 9_800, 12_400, 0),
        (2_400, 11_240, 14_800, 12),
        (2_400, 12_010, 15_020, 31),
        (900, 4_100, 6_600, 9),
    ]
    codes = {"succeeded": 10_000, "rate_limited": 37_150, "permission_denied": 48_800, "expired_api_key": 20}
    peak = LimitPeak(at=NOW - timedelta(hours=2), used=100, max_requests=100, window_seconds=60)
    return usage_of(*counts, span=span, peak=peak, calls_by_code=codes)


def addresses(number: int, known: int | None = None) -> ApiKeyAddresses:
    """So many addresses, the latest first."""
    items = [
        ApiKeyAddress(
            address=f"203.0.113.{7 + place}" if place % 2 == 0 else f"2001:db8:85a3::8a2e:370:{7334 + place}",
            first_seen_at=NOW - timedelta(days=30 * (place + 1)),
            last_seen_at=NOW - timedelta(minutes=2 + 90 * place),
            calls=18_204 // (place + 1),
        )
        for place in range(number)
    ]
    return ApiKeyAddresses(items=items, known=number if known is None else known)


@dataclass
class SampleUsage:
    """Stands in for `UsageClient`. `make` gives the history of each span."""

    make: Callable[[UsageSpan], ApiKeyUsage] = busy
    found: ApiKeyAddresses = field(default_factory=lambda: addresses(4))
    fail_with: ClientError | None = None
    asked: list[UsageSpan] = field(default_factory=list)

    def usage(self, _api_key_id: str, span: UsageSpan = UsageSpan.DAY) -> ApiKeyUsage:
        self._answer()
        self.asked.append(span)
        return self.make(span)

    def addresses(self, _api_key_id: str) -> ApiKeyAddresses:
        self._answer()
        return self.found

    def _answer(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with

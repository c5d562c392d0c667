"""A key's history of use on the wire: calls over time, how near they came to the limit, where they came from."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ss_admin.contract.documents import Document, UtcInstant

__all__ = ["ApiKeyAddress", "ApiKeyAddresses", "ApiKeyUsage", "LimitPeak", "UsageBucket", "UsageSpan"]

ADDRESSES_SHOWN = 5


class UsageSpan(StrEnum):
    """How far back a history goes."""

    DAY = "24h"
    WEEK = "7d"
    MONTH = "30d"


class UsageBucket(Document):
    """Calls in one stretch of time, which begins at `start`. `limited`: refused by 429; `refused`: by anything else.

    `failed`: admitted, and then the rule chain itself or the store failed (status 500 and above); not in `admitted`.
    """

    start: UtcInstant
    admitted: int
    limited: int
    refused: int
    failed: int


class LimitPeak(Document):
    """The nearest that calls came to the limit: `used` of `max_requests` in one window, in the hour that began `at`."""

    at: UtcInstant
    used: int
    max_requests: int
    window_seconds: int


class ApiKeyUsage(Document):
    """A key's calls in the last day, week or month, in equal buckets without a gap, oldest first.

    The last bucket holds the present and grows. `calls_by_code`: `succeeded` or a problem's code, over all buckets.
    `peak` null: no limit was asked in this time.
    """

    api_key_id: str
    span: UsageSpan
    bucket_seconds: int
    buckets: list[UsageBucket]
    calls_by_code: dict[str, int]
    peak: LimitPeak | None


class ApiKeyAddress(Document):
    """An address that calls with a key came from."""

    address: str
    first_seen_at: UtcInstant
    last_seen_at: UtcInstant
    calls: int


class ApiKeyAddresses(Document):
    """The last addresses, the latest first. `known`: how many are on record altogether."""

    items: Annotated[list[ApiKeyAddress], Field(max_length=ADDRESSES_SHOWN)]
    known: int

"""A key's use as its page shows it: buckets without a gap that add up to the history, its peak, its last addresses."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert

from ss_admin.backend.housekeeping.usage import RefusalBound, SeenAddresses, Usage
from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.store.tables import ApiKeyPeakRow
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.usage import ApiKeyAddresses, ApiKeyUsage
from tests.support.api_keys import Seed, plant
from tests.support.journaled_calls import a_call
from tests.support.problems import refused

API = "/api/v1/api-keys"
SIZES = {"24h": (48, 1800), "7d": (56, 3 * 3600), "30d": (60, 12 * 3600)}


@pytest.fixture
def key_id(store, admin):
    [key_id] = plant(store, admin.tenant, ObjectRef(id=admin.user_id, name=admin.name), [Seed()])
    return key_id


@pytest.fixture
def signed_in(town, admin):
    return town.client(admin)


def write(store, key_id, calls):
    """`calls`: code, how long ago, and the rest of the entry."""
    usage = Usage()
    now_us = int(datetime.now(UTC).timestamp() * 1_000_000)
    for code, ago, *rest in calls:
        at_us = now_us - int(ago.total_seconds() * 1_000_000)
        values = {"api_key_id": key_id, "code": code, "at_us": at_us, **(rest[0] if rest else {})}
        usage.add(decode_entry(a_call(status=200 if code == "succeeded" else 429, **values)))
    with store.writing() as session:
        usage.write(session.connection(), RefusalBound(), SeenAddresses())


@pytest.mark.parametrize("span", SIZES)
def test_buckets_are_aligned_have_no_gap_and_hold_every_call_of_the_span(store, signed_in, key_id, span):
    count, size = SIZES[span]
    length = timedelta(seconds=count * size)
    calls = [
        ("succeeded", timedelta()), ("succeeded", timedelta(seconds=5)), ("rate_limited", timedelta(minutes=40)),
        ("rulechain_failed", length / 2), ("internal_error", length / 3), ("payload_mismatch", length / 3),
        ("disabled_api_key", length - timedelta(seconds=size)), ("succeeded", length + timedelta(seconds=size)),
    ]  # fmt: skip
    write(store, key_id, [*calls, *[("succeeded", timedelta(minutes=7 * number)) for number in range(100)]])
    write(store, "another key", calls)
    answer = signed_in.get(f"{API}/{key_id}/usage?span={span}")
    assert answer.status_code == 200
    usage = ApiKeyUsage.model_validate(answer.json)
    starts = [bucket.start.timestamp() for bucket in usage.buckets]
    assert (len(starts), usage.bucket_seconds, usage.span) == (count, size, span)
    assert all(start % size == 0 for start in starts)
    assert {later - earlier for earlier, later in pairwise(starts)} == {size}
    assert 0 <= datetime.now(UTC).timestamp() - starts[-1] < size
    assert usage.calls_by_code == Counter(
        {"succeeded": 102, "rate_limited": 1, "rulechain_failed": 1, "internal_error": 1}
        | {"payload_mismatch": 1, "disabled_api_key": 1}
    )
    sums = [sum(getattr(bucket, name) for bucket in usage.buckets) for name in ("admitted", "limited", "refused")]
    assert (*sums, sum(bucket.failed for bucket in usage.buckets)) == (102, 1, 2, 2)
    assert usage.peak is None


def test_a_call_of_a_clock_that_is_ahead_stands_in_the_last_bucket(store, signed_in, key_id):
    write(store, key_id, [("succeeded", timedelta(hours=-1))])
    usage = ApiKeyUsage.model_validate(signed_in.get(f"{API}/{key_id}/usage").json)
    assert usage.buckets[-1].admitted == 1


def test_the_peak_is_the_fullest_window_the_newest_of_equals(store, signed_in, key_id):
    hour = int(datetime.now(UTC).timestamp()) // 3600
    peaks = [(0, 5, 10), (1, 90, 100), (2, 9, 10), (30, 100, 100)]
    with store.writing() as session:
        rows = [
            {"api_key_id": key_id, "hour": hour - ago, "used": used, "max_requests": most, "window_seconds": 60}
            for ago, used, most in peaks
        ]
        session.execute(insert(ApiKeyPeakRow), rows)
    day = ApiKeyUsage.model_validate(signed_in.get(f"{API}/{key_id}/usage").json).peak
    assert (day.at.timestamp(), day.used, day.max_requests, day.window_seconds) == ((hour - 1) * 3600, 90, 100, 60)
    week = ApiKeyUsage.model_validate(signed_in.get(f"{API}/{key_id}/usage?span=7d").json).peak
    assert (week.used, week.max_requests) == (100, 100)


def test_the_last_five_addresses_are_told_and_how_many_are_known(store, signed_in, key_id):
    calls = [("succeeded", timedelta(minutes=n % 7), {"address": f"203.0.113.{n % 7}"}) for n in range(20)]
    write(store, key_id, calls)
    found = ApiKeyAddresses.model_validate(signed_in.get(f"{API}/{key_id}/addresses").json)
    assert [item.address for item in found.items] == [f"203.0.113.{n}" for n in range(5)]
    assert (found.known, found.items[0].calls) == (7, 3)
    assert found.items[0].first_seen_at <= found.items[0].last_seen_at


def test_keys_that_are_gone_or_another_tenants_have_no_use_and_spans_are_checked(
    store, signed_in, key_id, town, other_admin
):
    for suffix in ("usage", "addresses"):
        refused(town.client(other_admin).get(f"{API}/{key_id}/{suffix}"), 404, "not_found")
        refused(signed_in.get(f"{API}/%00/{suffix}"), 404, "not_found")
    refused(signed_in.get(f"{API}/{key_id}/usage?span=2h"), 422, "validation_failed", ["span"])
    assert signed_in.delete(f"{API}/{key_id}").status_code == 204
    refused(signed_in.get(f"{API}/{key_id}/usage"), 404, "not_found")

"""Calls for tests, journaled as workers journal them, and the ledger that the database must equal afterwards."""

import time
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select

from ss_admin.backend.journal.entries import CallEntry, decode_entry, encode_call, encode_execution
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import (
    AddressRefusalRow,
    ApiKeyHourRow,
    ApiKeyMinuteRow,
    ApiKeyPeakRow,
    DeliveryRow,
    ExecutionRow,
    RecordRow,
    RefusalRow,
    RuleChainDayRow,
)
from ss_admin.contract.refusals import REFUSALS_A_MINUTE

__all__ = ["MINUTE_US", "a_call", "a_run", "assert_written_once"]

MINUTE_US = 60_000_000


def a_run(tenant_id: str, **values: Any) -> bytes:
    """An execution within an entry: one that succeeded unless there is an `error`."""
    standard: dict[str, Any] = {
        "execution_id": str(uuid.uuid4()),
        "tenant_id": tenant_id,
        "definition_version": 1,
        "api_key_name": "Building Alarm (ss_abcd…wxyz)",
        "duration_ms": 0.25,
        "input_json": b'{"n":1}',
        "result_json": b'{"ok":true}',
    }
    if "error" in values:
        standard["result_json"] = None
    return encode_execution(**standard | values)


def a_call(execution: bytes | None = None, **values: Any) -> bytes:
    """The entry of a call that succeeded just now, unless told otherwise."""
    standard: dict[str, Any] = {
        "at_us": time.time_ns() // 1000,
        "request_id": str(uuid.uuid4()),
        "status": 200,
        "code": "succeeded",
        "duration_us": 300,
        "address": "203.0.113.7",
        "api_key_id": "key",
        "rulechain_id": "chain",
    }
    return encode_call(**standard | values, execution=execution)


def assert_written_once(store: Store, entries: Iterable[bytes]) -> None:
    """Everything that these entries tell of is in the database, each exactly once, and nothing else."""
    calls = [decode_entry(entry) for entry in entries]
    runs = [call.execution for call in calls if call.execution is not None]
    effects = Counter(effect[0] for run in runs for effect in run.effects)
    with store.reading() as session:
        assert sorted(session.scalars(select(ExecutionRow.id))) == sorted(run.id for run in runs)
        assert session.scalar(select(func.count()).select_from(RecordRow)) == effects["saveRecord"]
        assert session.scalar(select(func.count()).select_from(DeliveryRow)) == effects["callWebhook"]
        days = session.execute(select(RuleChainDayRow.rulechain_id, RuleChainDayRow.succeeded, RuleChainDayRow.failed))
        counted: Counter[tuple[str, bool]] = Counter()
        for rulechain_id, succeeded, failed in days:
            counted[rulechain_id, False] += succeeded
            counted[rulechain_id, True] += failed
        minutes = session.execute(
            select(ApiKeyMinuteRow.api_key_id, ApiKeyMinuteRow.minute, ApiKeyMinuteRow.code, ApiKeyMinuteRow.calls)
        )
        by_minute = {(key, minute, code): calls for key, minute, code, calls in minutes}
        refused = session.execute(
            select(AddressRefusalRow.minute, AddressRefusalRow.code, func.sum(AddressRefusalRow.calls)).group_by(
                AddressRefusalRow.minute, AddressRefusalRow.code
            )
        )
        by_refusal = {(minute, code): int(calls) for minute, code, calls in refused}
    assert +counted == Counter(
        (call.rulechain_id, call.execution.error is not None) for call in calls if call.execution
    )
    assert by_minute == _minutes(calls)
    assert by_refusal == Counter((call.at_us // MINUTE_US, call.code) for call in calls if call.api_key_id is None)
    _assert_watched_once(store, calls, by_minute)


def _assert_watched_once(store: Store, calls: Iterable[CallEntry], by_minute: dict[tuple[str, int, str], int]) -> None:
    """Hours, peaks, and refusals one by one: of each source 300 in a minute, none of them twice and none made up."""
    by_hour: Counter[tuple[str, int, str]] = Counter()
    for (key, minute, code), count in by_minute.items():
        by_hour[key, minute // 60, code] += count
    peaks: dict[tuple[str, int], float] = {}
    refused: dict[tuple[str | None, int], set[str]] = {}
    for call in calls:
        if call.used is not None and call.max_requests and call.api_key_id:
            hour = (call.api_key_id, call.at_us // MINUTE_US // 60)
            peaks[hour] = max(peaks.get(hour, 0), call.used / call.max_requests)
        if call.status != 200 and call.execution is None:
            source = (call.api_key_id or call.address, call.at_us // MINUTE_US)
            refused.setdefault(source, set()).add(call.request_id)
    with store.reading() as session:
        hours = session.scalars(select(ApiKeyHourRow)).all()
        fullest = session.scalars(select(ApiKeyPeakRow)).all()
        rows = session.scalars(select(RefusalRow)).all()
    kept: dict[tuple[str | None, int], set[str]] = {}
    for row in rows:
        minute = int(row.at.timestamp()) // 60
        kept.setdefault((row.api_key_id or row.address, minute), set()).add(row.request_id)
    assert {(row.api_key_id, row.hour, row.code): row.calls for row in hours} == by_hour
    assert {(row.api_key_id, row.hour): row.used / row.max_requests for row in fullest} == peaks
    assert {source: len(ids) for source, ids in kept.items()} == {
        source: min(len(ids), REFUSALS_A_MINUTE) for source, ids in refused.items()
    }
    assert all(ids <= refused[source] for source, ids in kept.items())


def _minutes(calls: Iterable[CallEntry]) -> dict[tuple[str, int, str], int]:
    return dict(
        Counter((call.api_key_id, call.at_us // MINUTE_US, call.code) for call in calls if call.api_key_id is not None)
    )

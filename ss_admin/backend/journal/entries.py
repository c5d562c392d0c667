"""An entry of the journal: one partner's call as it ended, with its execution if a chain ran, as one line of JSON.

The hot path writes an entry, the housekeeping reads it: a call is told to the database, the usage history and the
access log from it alone. Arrays, not objects: names would be half of every entry.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

__all__ = ["CallEntry", "EntryInvalid", "ExecutionEntry", "decode_entry", "encode_call", "encode_execution"]

FORMAT = 2
_FORMAT_BEFORE = 1
"""What an earlier release may have left on disk: an entry that ends with its execution."""

_EXECUTION = 10


class EntryInvalid(ValueError):
    """The bytes are no entry of this format."""


class ExecutionEntry(NamedTuple):
    """A run of a chain. `effects` and `trace` are as `encode_execution` was given them; API keys are masked already."""

    id: str
    tenant_id: str
    definition_version: int
    api_key_name: str
    duration_ms: float
    input: Any
    result: Any
    error: str | None
    failed_node_id: str | None
    trace: list[Any]
    effects: list[Any]


class CallEntry(NamedTuple):
    """A call as it ended. `at_us`: microseconds since 1970, UTC; `code`: `succeeded` or a problem's code.

    `api_key_id`: of the key that came, known, off, expired or deleted; None for no key or one that never was.
    `key_was_deleted`: it is the key of a tombstone. `rulechain_id`: as called, None where it has no id's form.
    `used`: admissions in the window of `max_requests` and `window_seconds`, this call's with them; None without a
    limit. `detail`: what the partner of a refused call was told, empty for others; API keys are masked.
    """

    at_us: int
    request_id: str
    status: int
    code: str
    duration_us: int
    address: str
    api_key_id: str | None
    key_was_deleted: bool
    rulechain_id: str | None
    execution: ExecutionEntry | None
    detail: str = ""
    used: int | None = None
    max_requests: int | None = None
    window_seconds: int | None = None


def encode_call(  # noqa: PLR0917 - on the way of every call, where keywords cost
    at_us: int,
    request_id: str,
    status: int,
    code: str,
    duration_us: int,
    address: str,
    api_key_id: str | None,
    rulechain_id: str | None,
    execution: bytes | None = None,
    detail: str = "",
    used: int | None = None,
    max_requests: int | None = None,
    window_seconds: int | None = None,
    *,
    key_was_deleted: bool = False,
) -> bytes:
    """The entry of a call; `execution` is what `encode_execution` gave."""
    fields = (
        FORMAT,
        at_us,
        request_id,
        status,
        code,
        duration_us,
        address,
        api_key_id,
        key_was_deleted,
        rulechain_id,
        None if execution is None else orjson.Fragment(execution),
        detail,
        used,
        max_requests,
        window_seconds,
    )
    return orjson.dumps(fields)


def encode_execution(  # noqa: PLR0917 - on the way of every call, where keywords cost
    execution_id: str,
    tenant_id: str,
    definition_version: int,
    api_key_name: str,
    duration_ms: float,
    input_json: bytes,
    result_json: bytes | None,
    error: str | None = None,
    failed_node_id: str | None = None,
    trace: Sequence[Any] = (),
    effects: Sequence[Any] = (),
) -> bytes:
    """The execution within an entry. `input_json` and `result_json` are JSON already, with API keys masked.

    An effect is `["saveRecord", id, node id, node name, collection, document]` or
    `["callWebhook", id, node id, node name, URL, data]`. Raises `TypeError` for what is no JSON.
    """
    fields = (
        execution_id,
        tenant_id,
        definition_version,
        api_key_name,
        duration_ms,
        orjson.Fragment(input_json),
        None if result_json is None else orjson.Fragment(result_json),
        error,
        failed_node_id,
        trace,
        effects,
    )
    return orjson.dumps(fields)


def decode_entry(data: bytes) -> CallEntry:
    """What `encode_call` was given. Raises `EntryInvalid`."""
    try:
        fields: list[Any] = orjson.loads(data)
        if fields[0] not in {_FORMAT_BEFORE, FORMAT}:
            raise EntryInvalid(f"format {fields[0]!r} is not known")
        execution = fields[_EXECUTION]
        fields[_EXECUTION] = None if execution is None else ExecutionEntry(*execution)
        return CallEntry(*fields[1:])
    except (ValueError, TypeError, IndexError, KeyError) as fault:
        raise EntryInvalid("no entry of a journal") from fault

"""Runs as the journal keeps them: with their effects, and with each API key that stands in them masked."""

from typing import Any, NamedTuple

import orjson

from ss_admin.backend.gateway.call import PartnerCall
from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey
from ss_admin.backend.journal.entries import encode_execution
from ss_admin.backend.rule_chains.engine.effects import as_journaled
from ss_admin.backend.rule_chains.engine.runs import RuleChainFailed, Run
from ss_admin.backend.rule_chains.executions.masking import mask_keys_in_text
from ss_admin.contract.api_key_format import PREFIX

__all__ = ["RunOrder", "failure_entry", "success_entry"]

_PREFIX = PREFIX.encode("ascii")


class RunOrder(NamedTuple):
    """A call that has passed every check but that of its payload against the schema. `body` is the payload's JSON."""

    call: PartnerCall
    key: KnownKey
    chain: KnownChain
    payload: dict[str, Any]
    body: bytes


def success_entry(order: RunOrder, execution_id: str, version: int, run: Run, result_json: bytes) -> bytes:
    """A run that succeeded. Raises `TypeError` where an effect is no JSON."""
    key, effects, body = order.key, run.effects, order.body
    entry = encode_execution(
        execution_id,
        key.tenant_id,
        version,
        key.api_key_name,
        run.duration_ms,
        body if b"\\" not in body else _input_json(order),
        result_json,
        effects=as_journaled(effects) if effects else (),
    )
    return entry if entry.count(_PREFIX) <= 1 else _masked(entry)


def failure_entry(
    order: RunOrder, execution_id: str, version: int, failure: RuleChainFailed, *, with_trace: bool = True
) -> bytes:
    """A run that failed. Raises `TypeError` or `ValueError` where something in the trace is no JSON."""
    return _masked(
        encode_execution(
            execution_id,
            order.key.tenant_id,
            version,
            order.key.api_key_name,
            failure.duration_ms,
            _input_json(order),
            None,
            error=failure.message.encode("utf-8", "replace").decode("utf-8"),
            failed_node_id=failure.node_id if with_trace else None,
            trace=[node.model_dump(mode="json") for node in failure.trace] if with_trace else (),
        )
    )


def _input_json(order: RunOrder) -> bytes:
    """As it was sent, but for escapes: behind one an API key would not be seen."""
    return order.body if b"\\" not in order.body else orjson.dumps(order.payload)


def _masked(entry: bytes) -> bytes:
    """The key's own name has its masked form in it; every other beginning of a key is looked at."""
    return mask_keys_in_text(entry.decode("utf-8")).encode("utf-8")

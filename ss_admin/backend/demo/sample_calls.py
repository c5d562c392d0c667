"""The calls of the last 30 days: the sample chains are really run, so results, failures and traces are true."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Final

from ss_admin.backend.demo.sample_chains import ChainVersion, SampleChain
from ss_admin.backend.demo.sample_keys import SampleKey, new_id
from ss_admin.backend.demo.sample_payloads import CALLED_CHAINS, make_payload
from ss_admin.backend.journal.entries import CallEntry, ExecutionEntry
from ss_admin.backend.rule_chains.engine.effects import CALL_WEBHOOK, as_journaled
from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.runs import RuleChainFailed, Run, as_failed, as_run
from ss_admin.backend.store.types import from_microseconds, to_microseconds
from ss_admin.contract.api_keys import Entity
from ss_admin.contract.executions import DeliveryStatus
from ss_admin.contract.problems import ProblemCode

__all__ = ["plan_calls", "settle_deliveries"]

_WINDOW: Final = timedelta(days=29, hours=20)
_MOST_CALLS: Final = 40
_WEIGHTS: Final[Mapping[str, int]] = MappingProxyType(
    {"Building Alarm": 50, "Work Order Intake": 32, "Elevator Fault": 13, "Plain Acknowledge": 5}
)
_GIVEN_UP: Final = 0.03
_GIVEN_UP_WORDS: Final = (
    "Given up: it could not be delivered within 24 hours. The last attempt: The receiver answered 503."
)


@dataclass(frozen=True)
class _Call:
    tenant_id: str
    key: SampleKey
    chain: SampleChain
    version: ChainVersion
    at: datetime


class _Graphs:
    """The graphs of the chains' versions, each compiled once. They are quick: none needs a process of its own."""

    def __init__(self) -> None:
        self._ready: dict[tuple[str, int], Graph] = {}

    def run(self, chain: SampleChain, version: ChainVersion, payload: dict[str, Any]) -> Run:
        """Raises `RuleChainFailed`."""
        key = (chain.id, version.definition_version)
        try:
            if key not in self._ready:
                self._ready[key] = Graph(version.settings.definition)
            return as_run(self._ready[key].run(payload))
        except GraphFailed as failure:
            raise as_failed(failure) from None


def plan_calls(
    random: Random, now: datetime, *, tenant_id: str, keys: Sequence[SampleKey], chains: Sequence[SampleChain]
) -> list[CallEntry]:
    """What became of every call, oldest first; the last one of a key is at its last use."""
    graphs, calls = _Graphs(), []
    for key in keys:
        chain = _favourite(random, key, chains)
        for at in _moments(random, now, key) if chain else ():
            version = chain.at(at) if chain else None
            if chain and version and version.settings.enabled and version.settings.is_external:
                ended = _run(graphs, chain, version, make_payload(version.settings.name, random))
                calls.append(_call(random, _Call(tenant_id, key, chain, version, at), ended))
    return sorted(calls, key=lambda call: call.at_us)


def settle_deliveries(random: Random, calls: Sequence[CallEntry]) -> list[dict[str, Any]]:
    """How each webhook ended, as values of its row, its id under `delivery_id`: nothing is sent any more."""
    settled = []
    for call in calls:
        for kind, delivery_id, *_ in call.execution.effects if call.execution else ():
            if kind != CALL_WEBHOOK:
                continue
            given_up = random.random() < _GIVEN_UP
            delivered_at = from_microseconds(call.at_us) + timedelta(seconds=random.uniform(0.2, 2))
            settled.append(
                {
                    "delivery_id": delivery_id,
                    "status": (DeliveryStatus.GIVEN_UP if given_up else DeliveryStatus.DELIVERED).value,
                    "attempts": random.randint(24, 34) if given_up else 1,
                    "next_attempt_at": None,
                    "delivered_at": None if given_up else delivered_at,
                    "last_status": 503 if given_up else 200,
                    "last_error": _GIVEN_UP_WORDS if given_up else None,
                }
            )
    return settled


def _favourite(random: Random, key: SampleKey, chains: Sequence[SampleChain]) -> SampleChain | None:
    """The chain that the key is for; None for a key that may call none."""
    scope = key.latest.settings.permissions
    open_to_it = [
        chain
        for chain in chains
        if chain.latest.settings.name in CALLED_CHAINS and (scope.rulechains is None or chain.id in scope.rulechains)
    ]
    if Entity.WRITE not in scope.entities or not open_to_it:
        return None
    return random.choices(open_to_it, [_WEIGHTS[chain.latest.settings.name] for chain in open_to_it])[0]


def _moments(random: Random, now: datetime, key: SampleKey) -> Iterator[datetime]:
    """When the key was used within the window: mostly by day, and less at weekends."""
    end = key.last_used_at
    begin = max(now - _WINDOW, key.created.since)
    if end is None or end <= begin:
        return
    for _ in range(random.randint(2, _MOST_CALLS)):
        at = begin + (end - begin) * random.random()
        by_day, working_day = 6 <= at.hour < 19, at.weekday() < 5
        if random.random() < (1.0 if by_day else 0.35) * (1.0 if working_day else 0.4):
            yield at
    yield end


def _run(graphs: _Graphs, chain: SampleChain, version: ChainVersion, payload: dict[str, Any]) -> dict[str, Any]:
    """What an execution's record tells of the run itself."""
    try:
        run = graphs.run(chain, version, payload)
    except RuleChainFailed as failure:
        return {
            "input": payload,
            "error": failure.message,
            "failed_node_id": failure.node_id,
            "trace": [node.model_dump(mode="json") for node in failure.trace],
        }
    return {"input": payload, "result": run.result, "effects": as_journaled(run.effects)}


def _call(random: Random, call: _Call, ended: dict[str, Any]) -> CallEntry:
    key = call.key
    nothing: dict[str, Any] = {"result": None, "error": None, "failed_node_id": None, "trace": [], "effects": []}
    execution = ExecutionEntry(
        id=new_id(random),
        tenant_id=call.tenant_id,
        definition_version=call.version.definition_version,
        api_key_name=f"{key.latest.settings.name} ({key.masked_key})",
        duration_ms=round(random.lognormvariate(-1.6, 0.5), 3),
        **nothing | ended,
    )
    failed = execution.error is not None
    return CallEntry(
        at_us=to_microseconds(call.at),
        request_id=new_id(random),
        status=500 if failed else 200,
        code=ProblemCode.RULECHAIN_FAILED.value if failed else "succeeded",
        duration_us=round(execution.duration_ms * 1000),
        address=key.last_used_address or "192.0.2.1",
        api_key_id=key.id,
        key_was_deleted=False,
        rulechain_id=call.chain.id,
        execution=execution,
    )

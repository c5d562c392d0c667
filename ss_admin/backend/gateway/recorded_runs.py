"""Runs a chain for a partner and records the run, however it ended, before anything is answered."""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ss_admin.backend.gateway.access import chain_not_found
from ss_admin.backend.gateway.answers import Answer, execution_answer
from ss_admin.backend.gateway.authenticator import Caller, ChainState
from ss_admin.backend.gateway.execution_log import ExecutionLog, ExecutionNotRecordable
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.runs import (
    PayloadMismatch,
    RuleChainFailed,
    RuleChainGone,
    Run,
    RunnersBusy,
)
from ss_admin.backend.rule_chains.executions.writing import ExecutionRecord
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.contract.problems import FieldFault, ProblemCode
from ss_admin.contract.rule_chains import ExecutionAnswer

__all__ = ["RecordedRuns", "RunOrder"]

_log = logging.getLogger(__name__)

RETRY_BUSY_SECONDS = 1

Headers = Sequence[tuple[str, str]]


def _new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class RunOrder:
    """A call that has passed every check but that of its payload against the schema. `at`: when it came, UTC."""

    caller: Caller
    chain: ChainState
    payload: dict[str, Any]
    at: datetime
    address: str
    request_id: str
    execution_id: str = field(default_factory=_new_id)


class RecordedRuns:
    """Runs chains. Nothing is answered 200 or 500 that is not on record; what cannot be recorded has no effect."""

    def __init__(self, chains: CompiledChains, executions: ExecutionLog) -> None:
        self._chains = chains
        self._executions = executions

    def answer(self, order: RunOrder, headers: Headers) -> Answer:
        """200 with the result. Raises `StoreUnavailable` and `ProblemError` 422, 404, 500 (recorded) and 503."""
        version = order.chain.definition_version
        try:
            chain = self._chains.get(order.chain.id, version)
            version = chain.version
            run = chain.execute(order.payload)
            answer = execution_answer(_success(order, run), headers)
        except PayloadMismatch as mismatch:
            raise _mismatch(mismatch.faults) from None
        except RuleChainGone:
            raise chain_not_found() from None
        except RunnersBusy:
            raise _busy() from None
        except RuleChainFailed as failure:
            self._record_failure(order, version, failure)
            raise _chain_failed(order) from None
        except StoreUnavailable:
            raise
        except BaseException as surprise:  # noqa: BLE001 - compiled libraries tell of a bug in themselves with one
            self._record_surprise(order, version, surprise)
            raise _our_fault(order) from None
        self._record_success(order, version, run)
        return answer

    def _record_success(self, order: RunOrder, version: int, run: Run) -> None:
        record = replace(
            _record(order, version, ExecutionOutcome.SUCCEEDED, run.duration_ms),
            result=run.result,
            effects=run.effects,
        )
        try:
            self._executions.record(record)
        except ExecutionNotRecordable:
            self._record_failure(order, version, RuleChainFailed("What it gave cannot be stored."))
            raise _chain_failed(order) from None

    def _record_surprise(self, order: RunOrder, version: int, surprise: BaseException) -> None:
        if isinstance(surprise, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise surprise
        _log.error("running a rule chain failed unexpectedly", exc_info=surprise, extra=_place(order))
        self._keep_failure(order, version, RuleChainFailed("SignalSync failed to run this rule chain; its log has it."))

    def _record_failure(self, order: RunOrder, version: int, failure: RuleChainFailed) -> None:
        _log.error("a rule chain failed: %s", failure, extra=_place(order))
        self._keep_failure(order, version, failure)

    def _keep_failure(self, order: RunOrder, version: int, failure: RuleChainFailed) -> None:
        bare = replace(
            _record(order, version, ExecutionOutcome.FAILED, failure.duration_ms),
            error=failure.message,
            failed_node_id=failure.node_id,
        )
        try:
            self._executions.record(replace(bare, trace=failure.trace))
        except ExecutionNotRecordable:
            self._keep_bare(replace(bare, input={}))

    def _keep_bare(self, record: ExecutionRecord) -> None:
        """Without what was sent, which may be what cannot be stored."""
        try:
            self._executions.record(record)
        except ExecutionNotRecordable:
            raise StoreUnavailable("the execution cannot be recorded") from None


def _success(order: RunOrder, run: Run) -> ExecutionAnswer:
    return ExecutionAnswer(
        execution_id=order.execution_id,
        rulechain_id=order.chain.id,
        status="succeeded",
        result=run.result,
        duration_ms=run.duration_ms,
    )


def _record(order: RunOrder, version: int, outcome: ExecutionOutcome, duration_ms: float) -> ExecutionRecord:
    return ExecutionRecord(
        id=order.execution_id,
        tenant_id=order.caller.tenant_id,
        rulechain_id=order.chain.id,
        definition_version=version,
        at=order.at,
        outcome=outcome,
        api_key_id=order.caller.api_key_id,
        api_key_name=order.caller.api_key_name,
        address=order.address,
        request_id=order.request_id,
        duration_ms=duration_ms,
        input=order.payload,
    )


def _place(order: RunOrder) -> dict[str, str]:
    return {
        "request_id": order.request_id, "rulechain_id": order.chain.id, "execution_id": order.execution_id
    }  # fmt: skip


def _mismatch(faults: Sequence[FieldFault]) -> ProblemError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return ProblemError(
        ProblemCode.PAYLOAD_MISMATCH,
        f"The payload does not match what this rule chain expects: {count}, listed under “errors”.",
        errors=faults,
    )


def _chain_failed(order: RunOrder) -> ProblemError:
    return ProblemError(
        ProblemCode.RULECHAIN_FAILED,
        "The rule chain itself failed; the call was correct. Its administrators find the cause by the execution_id.",
        execution_id=order.execution_id,
    )


def _our_fault(order: RunOrder) -> ProblemError:
    return ProblemError(
        ProblemCode.INTERNAL_ERROR,
        "SignalSync failed to handle this call. The failure has been logged.",
        execution_id=order.execution_id,
    )


def _busy() -> ProblemError:
    return ProblemError(
        ProblemCode.UNAVAILABLE,
        "This rule chain takes its time, and too many calls wait for such chains at this moment. Nothing was done. "
        "Try again.",
        headers={"Retry-After": str(RETRY_BUSY_SECONDS)},
    )

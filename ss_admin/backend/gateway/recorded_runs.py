"""Runs a chain for a partner; the run is put into the journal's form, however it ended, before anything is answered."""

import logging
from collections.abc import Sequence

import orjson

from ss_admin.backend.gateway.access import chain_not_found
from ss_admin.backend.gateway.answers import Answer, execution_answer
from ss_admin.backend.gateway.run_entries import RunOrder, failure_entry, success_entry
from ss_admin.backend.ids import TimeOrderedIds
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.runs import (
    PayloadMismatch,
    RuleChainFailed,
    RuleChainGone,
    Run,
    RunnersBusy,
)
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.problems import FieldFault, ProblemCode

__all__ = ["RecordedRuns", "RunOrder"]

_log = logging.getLogger(__name__)

RETRY_BUSY_SECONDS = 1


class RecordedRuns:
    """Runs chains. Of each that ran, `call.execution` tells the journal; what cannot be told has no effect."""

    def __init__(self, chains: CompiledChains) -> None:
        self._chains = chains
        self._new_id = TimeOrderedIds().new

    def answer(self, order: RunOrder) -> Answer:
        """200 with the result. Raises `StoreUnavailable`, and `ProblemError` 422, 404, 500 (it ran) and 503."""
        execution_id = self._new_id(order.call.at_us)
        version = order.chain.definition_version
        try:
            chain = order.chain.chain or self._chains.get(order.chain)
            version = chain.version
            run = chain.execute(order.payload, size=len(order.body))
        except PayloadMismatch as mismatch:
            raise _mismatch(mismatch.faults) from None
        except RuleChainGone:
            raise chain_not_found() from None
        except RunnersBusy:
            raise _busy() from None
        except RuleChainFailed as failure:
            self._fail(order, execution_id, version, failure)
            raise _chain_failed(execution_id) from None
        except StoreUnavailable:
            raise
        except BaseException as surprise:  # noqa: BLE001 - compiled libraries tell of a bug in themselves with one
            self._fail_by_surprise(order, execution_id, version, surprise)
            raise _our_fault(execution_id) from None
        return self._succeed(order, execution_id, version, run)

    def _succeed(self, order: RunOrder, execution_id: str, version: int, run: Run) -> Answer:
        call = order.call
        try:
            result_json = run.result_json or orjson.dumps(run.result)
            entry = success_entry(order, execution_id, version, run, result_json)
        except (TypeError, ValueError, RecursionError):
            self._fail(order, execution_id, version, RuleChainFailed("What it gave cannot be stored."))
            raise _chain_failed(execution_id) from None
        answer = execution_answer(
            execution_id, order.chain.id, result_json, run.duration_ms, call.headers, call.request_id
        )
        call.execution = entry
        return answer

    def _fail(self, order: RunOrder, execution_id: str, version: int, failure: RuleChainFailed) -> None:
        message = failure.message.encode("utf-8", "replace")  # half a surrogate pair can be printed nowhere
        _log.error("a rule chain failed: %s", message.decode("utf-8"), extra=_place(order, execution_id))
        _keep_failure(order, execution_id, version, failure)

    def _fail_by_surprise(self, order: RunOrder, execution_id: str, version: int, surprise: BaseException) -> None:
        if isinstance(surprise, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise surprise
        _log.error("running a rule chain failed unexpectedly", exc_info=surprise, extra=_place(order, execution_id))
        failure = RuleChainFailed("SignalSync failed to run this rule chain; its log has it.")
        _keep_failure(order, execution_id, version, failure)


def _keep_failure(order: RunOrder, execution_id: str, version: int, failure: RuleChainFailed) -> None:
    try:
        entry = failure_entry(order, execution_id, version, failure)
    except (TypeError, ValueError, RecursionError):
        entry = failure_entry(order, execution_id, version, failure, with_trace=False)
    order.call.execution = entry


def _place(order: RunOrder, execution_id: str) -> dict[str, str]:
    return {
        "request_id": order.call.request_id, "rulechain_id": order.chain.id, "execution_id": execution_id
    }  # fmt: skip


def _mismatch(faults: Sequence[FieldFault]) -> ProblemError:
    count = "1 fault" if len(faults) == 1 else f"{len(faults):,} faults"
    return ProblemError(
        ProblemCode.PAYLOAD_MISMATCH,
        f"The payload does not match what this rule chain expects: {count}, listed under “errors”.",
        errors=faults,
    )


def _chain_failed(execution_id: str) -> ProblemError:
    return ProblemError(
        ProblemCode.RULECHAIN_FAILED,
        "The rule chain itself failed; the call was correct. Its administrators find the cause by the execution_id.",
        execution_id=execution_id,
    )


def _our_fault(execution_id: str) -> ProblemError:
    return ProblemError(
        ProblemCode.INTERNAL_ERROR,
        "SignalSync failed to handle this call. The failure has been logged.",
        execution_id=execution_id,
    )


def _busy() -> ProblemError:
    return ProblemError(
        ProblemCode.UNAVAILABLE,
        "This rule chain takes its time, and too many calls wait for such chains at this moment. Nothing was done. "
        "Try again.",
        headers={"Retry-After": str(RETRY_BUSY_SECONDS)},
    )

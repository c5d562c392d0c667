"""One partner's call from beginning to end: authenticate, limit, check, run, record. The order is the contract's."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from ss_admin.backend.gateway.answers import Answer, execution_answer, problem_answer, rate_limit_headers
from ss_admin.backend.gateway.authenticator import Authenticator, Caller, ChainState, DeletedKeyTried
from ss_admin.backend.gateway.body import Body
from ss_admin.backend.gateway.limiter import Limiter
from ss_admin.backend.gateway.payload import read_payload
from ss_admin.backend.gateway.recorder import Recorder
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.rule_chains.engine.compiled import (
    Chain,
    CompiledChains,
    PayloadMismatch,
    RuleChainFailed,
    RuleChainGone,
)
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.api_key_format import PREFIX, find_api_key_fault
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.rule_chains import ExecutionAnswer

__all__ = ["CallOutcome", "PartnerCall", "PartnerCalls"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PartnerCall:
    """What the gateway knows of a call. `api_key` is None without the header; it hides itself in every repr."""

    request_id: str
    rulechain_id: str
    address: str
    api_key: str | None
    authorization: str
    query: str
    content_type: str
    content_encoding: str
    body: Body

    def __repr__(self) -> str:
        return f"<PartnerCall {self.request_id}>"


@dataclass(slots=True)
class CallOutcome:
    """The answer, with what the access log says of the call besides."""

    answer: Answer
    api_key_id: str | None = None
    execution_id: str | None = None


class PartnerCalls:
    """Answers partners' calls. `now`: the wall clock, which decides about expiry and stamps the last use."""

    def __init__(
        self,
        *,
        authenticator: Authenticator,
        limiter: Limiter,
        chains: CompiledChains,
        recorder: Recorder,
        max_body_bytes: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._authenticator = authenticator
        self._limiter = limiter
        self._chains = chains
        self._recorder = recorder
        self._max_body_bytes = max_body_bytes
        self._now = now

    def answer(self, call: PartnerCall) -> CallOutcome:
        """Whatever happens, an answer; faults of our own are logged and told as `internal_error`."""
        progress = _Progress()
        try:
            execution = self._execute(call, progress)
            answer = execution_answer(execution, progress.headers)
        except Exception as failure:  # noqa: BLE001 - what is not known to us is logged and told as our own fault
            answer = problem_answer(_as_problem(failure, call.request_id), call.request_id, progress.headers)
        return CallOutcome(answer, progress.api_key_id, progress.execution_id)

    def _execute(self, call: PartnerCall, progress: "_Progress") -> ExecutionAnswer:
        caller = self._authenticate(call)
        progress.api_key_id = caller.api_key_id
        self._limit(caller, progress)
        state = _check_access(caller)
        payload = read_payload(call.content_type, call.content_encoding, call.body, self._max_body_bytes)
        progress.execution_id = str(uuid.uuid4())
        try:
            chain = self._chains.get(state.id, state.version)
            return _run(chain, payload, state.id, progress.execution_id)
        except RuleChainGone:
            raise _not_found() from None
        except RuleChainFailed as failure:
            _refuse_failed(failure, call.request_id, state.id, progress.execution_id)

    def _authenticate(self, call: PartnerCall) -> Caller:
        if call.api_key is None:
            raise ProblemError(ProblemCode.MISSING_API_KEY, _explain_missing(call))
        now = self._now()
        try:
            caller = self._authenticator.authenticate(call.api_key, call.rulechain_id, now)
        except DeletedKeyTried as tried:
            _log.warning("a deleted API key was used", extra={"api_key_id": tried.api_key_id, "address": call.address})
            self._recorder.deleted_key_tried(tried.digest, now, call.address)
            raise
        self._recorder.key_used(caller.api_key_id, now, call.address)
        return caller

    def _limit(self, caller: Caller, progress: "_Progress") -> None:
        limit = caller.rate_limit
        if limit is None:
            return
        decision = self._limiter.decide(caller.api_key_id, limit)
        progress.headers = rate_limit_headers(limit, decision)
        if not decision.admitted:
            times = "once" if limit.max_requests == 1 else f"{limit.max_requests:,} times"
            raise ProblemError(
                ProblemCode.RATE_LIMITED,
                f"This API key may call {times} in {limit.window_seconds:,} s. "
                f"Try again in {decision.retry_after:,} s.",
                headers={"Retry-After": str(decision.retry_after)},
            )


@dataclass(slots=True)
class _Progress:
    """What is already known when a call ends early."""

    headers: list[tuple[str, str]]
    api_key_id: str | None
    execution_id: str | None

    def __init__(self) -> None:
        self.headers = []
        self.api_key_id = None
        self.execution_id = None


def _as_problem(failure: Exception, request_id: str) -> ProblemError:
    if isinstance(failure, ProblemError):
        return failure
    if isinstance(failure, StoreUnavailable):
        return ProblemError(ProblemCode.UNAVAILABLE, "SignalSync cannot reach its database. Try again shortly.")
    _log.error("a partner's call failed", exc_info=failure, extra={"request_id": request_id})
    return ProblemError(
        ProblemCode.INTERNAL_ERROR, "SignalSync failed to handle this call. The failure has been logged."
    )


def _explain_missing(call: PartnerCall) -> str:
    if PREFIX in call.authorization:
        return (
            "The key came in the Authorization header. Send it in the header x-api-key instead, without a prefix "
            "such as “Bearer”."
        )
    if any(name.lower() == "x-api-key" or find_api_key_fault(value) is None for name, value in _parameters(call.query)):
        return (
            "The key came in the URL, where logs and proxies can see it. Send it in the header x-api-key instead, "
            "and have this key replaced."
        )
    if call.authorization:
        return "Send the API key in the header x-api-key; the Authorization header is not looked at."
    return "Send the API key in the header x-api-key."


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []


def _check_access(caller: Caller) -> ChainState:
    if not caller.may_write:
        raise ProblemError(
            ProblemCode.PERMISSION_DENIED,
            "This API key lacks the permission “write”, which calling a rule chain needs.",
        )
    chain = caller.chain
    if chain is None:
        raise _not_found()
    if not chain.is_external:
        raise ProblemError(
            ProblemCode.RULECHAIN_NOT_EXTERNAL,
            "This rule chain is not open to external calls. A Tenant Administrator can switch “Is External” on.",
        )
    if not chain.enabled:
        raise ProblemError(
            ProblemCode.RULECHAIN_DISABLED, "This rule chain is disabled. A Tenant Administrator can enable it."
        )
    return chain


def _run(chain: Chain, payload: dict[str, Any], rulechain_id: str, execution_id: str) -> ExecutionAnswer:
    try:
        run = chain.execute(payload)
    except PayloadMismatch as mismatch:
        count = "1 fault" if len(mismatch.faults) == 1 else f"{len(mismatch.faults):,} faults"
        raise ProblemError(
            ProblemCode.PAYLOAD_MISMATCH,
            f"The payload does not match what this rule chain expects: {count}, listed under “errors”.",
            errors=mismatch.faults,
        ) from None
    return ExecutionAnswer(
        execution_id=execution_id,
        rulechain_id=rulechain_id,
        status="succeeded",
        result=run.result,
        duration_ms=run.duration_ms,
    )


def _not_found() -> ProblemError:
    return ProblemError(
        ProblemCode.RULECHAIN_NOT_FOUND,
        "There is no rule chain with this id. Compare the URL with the one under “View API Endpoint”.",
    )


def _refuse_failed(failure: RuleChainFailed, request_id: str, rulechain_id: str, execution_id: str) -> NoReturn:
    _log.error(
        "a rule chain failed: %s",
        failure,
        extra={"request_id": request_id, "rulechain_id": rulechain_id, "execution_id": execution_id},
    )
    raise ProblemError(
        ProblemCode.RULECHAIN_FAILED,
        "The rule chain itself failed; the call was correct. Its administrators find the cause by the execution_id.",
        execution_id=execution_id,
    ) from None

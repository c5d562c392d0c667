"""One partner's call from beginning to end: authenticate, limit, check, run, record. The order is the contract's."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from ss_admin.backend.gateway.access import check_access
from ss_admin.backend.gateway.answers import Answer, problem_answer, rate_limit_headers
from ss_admin.backend.gateway.authenticator import Authenticator, Caller, DeletedKeyTried
from ss_admin.backend.gateway.body import Body
from ss_admin.backend.gateway.limiter import Limiter
from ss_admin.backend.gateway.payload import read_payload
from ss_admin.backend.gateway.recorded_runs import RecordedRuns, RunOrder
from ss_admin.backend.gateway.recorder import Recorder
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.api_key_format import PREFIX, find_api_key_fault
from ss_admin.contract.problems import ProblemCode

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
        runs: RecordedRuns,
        recorder: Recorder,
        max_body_bytes: int,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._authenticator = authenticator
        self._limiter = limiter
        self._runs = runs
        self._recorder = recorder
        self._max_body_bytes = max_body_bytes
        self._now = now

    def answer(self, call: PartnerCall) -> CallOutcome:
        """Whatever happens, an answer; faults of our own are logged and told as `internal_error`."""
        progress = _Progress()
        try:
            answer = self._execute(call, progress)
        except Exception as failure:  # noqa: BLE001 - what is not known to us is logged and told as our own fault
            problem = _as_problem(failure, call.request_id)
            progress.execution_id = problem.execution_id
            answer = problem_answer(problem, call.request_id, progress.headers)
        return CallOutcome(answer, progress.api_key_id, progress.execution_id)

    def _execute(self, call: PartnerCall, progress: "_Progress") -> Answer:
        now = self._now()
        caller = self._authenticate(call, now)
        progress.api_key_id = caller.api_key_id
        self._limit(caller, progress)
        chain = check_access(caller, call.rulechain_id, call.address)
        payload = read_payload(call.content_type, call.content_encoding, call.body, self._max_body_bytes)
        order = RunOrder(caller, chain, payload, now, call.address, call.request_id)
        answer = self._runs.answer(order, progress.headers)
        progress.execution_id = order.execution_id
        return answer

    def _authenticate(self, call: PartnerCall, now: datetime) -> Caller:
        if call.api_key is None:
            raise ProblemError(ProblemCode.MISSING_API_KEY, _explain_missing(call))
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

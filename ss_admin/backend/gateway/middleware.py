"""The WSGI layer in front of Flask: it stamps every request with an id and answers partners' calls by itself."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ss_admin.backend.client_address import client_address
from ss_admin.backend.gateway.answers import Answer, problem_answer
from ss_admin.backend.gateway.authenticator import Authenticator
from ss_admin.backend.gateway.body import drain_body, read_body
from ss_admin.backend.gateway.counters import CallCounters
from ss_admin.backend.gateway.execution_log import ExecutionLog
from ss_admin.backend.gateway.limiter import Limiter, SlidingWindowLimiter
from ss_admin.backend.gateway.partner_call import CallOutcome, PartnerCall, PartnerCalls
from ss_admin.backend.gateway.recorded_runs import RecordedRuns
from ss_admin.backend.gateway.recorder import Recorder
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.request_context import REQUEST_ID
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.runs import ChainSource
from ss_admin.backend.rule_chains.service import load_chain
from ss_admin.backend.settings import Settings
from ss_admin.backend.store.engine import Store
from ss_admin.contract.problems import ProblemCode

__all__ = ["Gateway", "build_gateway"]

_log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_EXECUTE_PATH = re.compile(r"/rulechains/([^/]*)/execute")
_RULECHAIN_ID = re.compile(r"[0-9A-Za-z-]{1,36}", re.ASCII)


class Gateway:
    """`POST /rulechains/{id}/execute` is answered here; everything else goes through to the inner application.

    Every answer, of either, carries `X-Request-Id`. `counters`: how partners' calls ended.
    """

    def __init__(
        self, inner: WsgiApp, *, calls: PartnerCalls, recorder: Recorder, counters: CallCounters, settings: Settings
    ) -> None:
        self.counters = counters
        self._inner = inner
        self._calls = calls
        self._recorder = recorder
        self._max_body_bytes = settings.max_body_bytes
        self._trusted_proxies = settings.trusted_proxies

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        request_id = str(uuid.uuid4())
        environ[REQUEST_ID] = request_id
        path = _EXECUTE_PATH.fullmatch(environ.get("PATH_INFO", ""))
        if path is None:
            return self._pass_through(environ, start_response, request_id)
        answer = self._answer_partner(environ, path.group(1), request_id)
        start_response(answer.status_line, [*answer.headers, ("X-Request-Id", request_id)])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def close(self) -> None:
        """Write what has not been written yet. Idempotent."""
        self._recorder.close()

    def _answer_partner(self, environ: Environ, rulechain_id: str, request_id: str) -> Answer:
        started = time.perf_counter()
        address = client_address(environ, self._trusted_proxies)
        try:
            outcome = self._judge(environ, rulechain_id, request_id, address)
        except Exception:  # noqa: BLE001 - the outermost layer: whatever failed is logged and answered
            _log.exception("the gateway failed", extra={"request_id": request_id})
            outcome = CallOutcome(_internal_error(request_id))
        seconds = time.perf_counter() - started
        self.counters.count(outcome.answer.code, seconds)
        _log.info(
            "partner call",
            extra={
                "request_id": request_id,
                "status": outcome.answer.status,
                "code": outcome.answer.code,
                "rulechain_id": rulechain_id if _RULECHAIN_ID.fullmatch(rulechain_id) else None,
                "api_key_id": outcome.api_key_id,
                "execution_id": outcome.execution_id,
                "address": address,
                "duration_ms": round(seconds * 1000, 3),
            },
        )
        return outcome.answer

    def _judge(self, environ: Environ, rulechain_id: str, request_id: str, address: str) -> CallOutcome:
        body = read_body(environ, self._max_body_bytes)
        method = environ["REQUEST_METHOD"]
        if method != "POST":
            return CallOutcome(_method_not_allowed(request_id))
        return self._calls.answer(
            PartnerCall(
                request_id=request_id,
                # An id of any other form belongs to no chain, and some databases reject its characters.
                rulechain_id=rulechain_id if _RULECHAIN_ID.fullmatch(rulechain_id) else "",
                address=address,
                api_key=environ.get("HTTP_X_API_KEY"),
                authorization=environ.get("HTTP_AUTHORIZATION", ""),
                query=environ.get("QUERY_STRING", ""),
                content_type=environ.get("CONTENT_TYPE") or "",
                content_encoding=environ.get("HTTP_CONTENT_ENCODING", ""),
                body=body,
            )
        )

    def _pass_through(self, environ: Environ, start_response: StartResponse, request_id: str) -> Iterable[bytes]:
        def start_stamped(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            stamped = [header for header in headers if header[0].lower() != "x-request-id"]
            return start_response(status, [*stamped, ("X-Request-Id", request_id)], exc_info)

        try:
            return self._inner(environ, start_stamped)
        except Exception:  # noqa: BLE001 - the outermost layer: whatever failed is logged and answered
            _log.exception("a request failed", extra={"request_id": request_id})
            answer = _internal_error(request_id)
            start_stamped(answer.status_line, list(answer.headers))
            return [answer.body]
        finally:
            drain_body(environ)


@dataclass(frozen=True, slots=True)
class _StoredChains:
    """Loads chains for the compiler."""

    store: Store

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        with self.store.reading() as session:
            row = load_chain(session, rulechain_id)
        return None if row is None else ChainSource(row.definition_version, row.input_schema, row.definition)


def build_gateway(
    inner: WsgiApp,
    *,
    store: Store,
    pepper: bytes,
    settings: Settings,
    runners: ApartRunners,
    executions: ExecutionLog,
    limiter: Limiter | None = None,
) -> Gateway:
    """The gateway with all its parts; `limiter`: the exact window of this process unless another is given.

    `runners` and `executions` are others' too: who made them closes them.
    """
    recorder = Recorder(store)
    calls = PartnerCalls(
        authenticator=Authenticator(store, pepper),
        limiter=limiter or SlidingWindowLimiter(),
        runs=RecordedRuns(CompiledChains(_StoredChains(store), runners), executions),
        recorder=recorder,
        max_body_bytes=settings.max_body_bytes,
    )
    return Gateway(inner, calls=calls, recorder=recorder, counters=CallCounters(), settings=settings)


def _method_not_allowed(request_id: str) -> Answer:
    problem = ProblemError(
        ProblemCode.METHOD_NOT_ALLOWED, "A rule chain is called with POST.", headers={"Allow": "POST"}
    )
    return problem_answer(problem, request_id)


def _internal_error(request_id: str) -> Answer:
    problem = ProblemError(
        ProblemCode.INTERNAL_ERROR, "SignalSync failed to handle this request. The failure has been logged."
    )
    return problem_answer(problem, request_id)

"""The WSGI layer in front of Flask: it stamps every request with an id and answers partners' calls by itself."""

import logging
import re
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Protocol

from ss_admin.backend.client_address import client_address
from ss_admin.backend.gateway.answers import Answer, problem_answer
from ss_admin.backend.gateway.body import drain_body
from ss_admin.backend.gateway.body_reads import BodyReads
from ss_admin.backend.gateway.call import PartnerCall
from ss_admin.backend.gateway.counters import CallCounters
from ss_admin.backend.gateway.known_keys.known_keys import KnownKeys
from ss_admin.backend.gateway.limits.decisions import Limiter
from ss_admin.backend.gateway.partner_call import PartnerCalls
from ss_admin.backend.gateway.recorded_runs import RecordedRuns
from ss_admin.backend.ids import TimeOrderedIds
from ss_admin.backend.journal.writer import JournalWriter
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.request_context import REQUEST_ID
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.compiled import ChainLoader, CompiledChains
from ss_admin.backend.settings import Settings
from ss_admin.contract.problems import ProblemCode

__all__ = ["Gateway", "build_gateway"]

_log = logging.getLogger(__name__)

Environ = dict[str, Any]
StartResponse = Callable[..., object]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]

_EXECUTE_PATH = re.compile(r"/rulechains/(?:([0-9A-Za-z-]{1,36})|[^/]*)/execute", re.ASCII).fullmatch
"""An id of any other form belongs to no chain, and some databases reject its characters: it is left out."""

_LONGEST_PATH = len("/rulechains//execute") + 36
_MOST_PATHS = 4096


class StoreClock(Protocol):
    """How far the store's clock is ahead of this machine's, in microseconds: a key expires everywhere at once."""

    @property
    def clock_offset_us(self) -> int:
        """Asked for with every request."""
        ...


class Gateway:
    """`POST /rulechains/{id}/execute` is answered here; everything else goes through to the inner application.

    Every answer, of either, carries `X-Request-Id`. `counters`: how partners' calls ended; `body_reads`: which bodies
    are being read.
    """

    def __init__(
        self,
        inner: WsgiApp,
        *,
        calls: PartnerCalls,
        counters: CallCounters,
        body_reads: BodyReads,
        clock: StoreClock,
        settings: Settings,
    ) -> None:
        self.counters = counters
        self.body_reads = body_reads
        self._inner = inner
        self._calls = calls
        self._clock = clock
        self._trusted_proxies = settings.trusted_proxies
        self._new_id = TimeOrderedIds().new

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """PEP 3333."""
        answer = self.answer_call(environ)
        if answer is None:
            environ[REQUEST_ID] = request_id = self._new_id(self._now_us())
            return self._pass_through(environ, start_response, request_id)
        start_response(answer.status_line, [*answer.headers, ("Content-Length", str(len(answer.body)))])
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else answer.body]

    def answer_call(self, environ: Environ) -> Answer | None:
        """The answer to a partner's call; None where it is another request, for the WSGI application.

        For a server that takes an answer as it is: its way is shorter than by WSGI.
        """
        path = environ.get("PATH_INFO", "")
        rulechain_id = _called_chain(path) if len(path) <= _LONGEST_PATH else _find_called_chain(path)
        if rulechain_id is None:
            return None
        at_us = self._now_us()
        request_id = self._new_id(at_us)
        try:
            address = client_address(environ, self._trusted_proxies)
            return self._calls.answer(PartnerCall(environ, rulechain_id, address, request_id, at_us))
        except Exception:  # noqa: BLE001 - the outermost layer: whatever failed is logged and answered
            _log.exception("the gateway failed", extra={"request_id": request_id})
            return _internal_error(request_id)

    def _now_us(self) -> int:
        return time.time_ns() // 1000 + self._clock.clock_offset_us

    def _pass_through(self, environ: Environ, start_response: StartResponse, request_id: str) -> Iterable[bytes]:
        def start_stamped(status: str, headers: list[tuple[str, str]], exc_info: object = None) -> object:
            stamped = [header for header in headers if header[0].lower() != "x-request-id"]
            return start_response(status, [*stamped, ("X-Request-Id", request_id)], exc_info)

        try:
            return self._inner(environ, start_stamped)
        except Exception:  # noqa: BLE001 - the outermost layer: whatever failed is logged and answered
            _log.exception("a request failed", extra={"request_id": request_id})
            answer = _internal_error(request_id)
            start_stamped(answer.status_line, [*answer.headers, ("Content-Length", str(len(answer.body)))])
            return [answer.body]
        finally:
            drain_body(environ, self.body_reads)


def build_gateway(
    inner: WsgiApp,
    *,
    known_keys: KnownKeys,
    limiter: Limiter,
    journal: JournalWriter,
    clock: StoreClock,
    load_chain: ChainLoader,
    settings: Settings,
    runners: ApartRunners,
) -> Gateway:
    """The gateway with all its parts. What it is given is others': who made it closes it."""
    counters, body_reads = CallCounters(), BodyReads()
    calls = PartnerCalls(
        known_keys=known_keys,
        limiter=limiter,
        runs=RecordedRuns(CompiledChains(load_chain, runners)),
        journal=journal,
        counters=counters,
        body_reads=body_reads,
        max_body_bytes=settings.max_body_bytes,
    )
    return Gateway(inner, calls=calls, counters=counters, body_reads=body_reads, clock=clock, settings=settings)


def _find_called_chain(path: str) -> str | None:
    """The id in the path of a partner's call, empty where it has no id's form; None for any other path."""
    match = _EXECUTE_PATH(path)
    return None if match is None else match[1] or ""


_called_chain = lru_cache(_MOST_PATHS)(_find_called_chain)


def _internal_error(request_id: str) -> Answer:
    problem = ProblemError(
        ProblemCode.INTERNAL_ERROR, "SignalSync failed to handle this request. The failure has been logged."
    )
    return problem_answer(problem, request_id)

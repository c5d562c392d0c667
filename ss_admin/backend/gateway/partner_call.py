"""One partner's call from beginning to end: authenticate, limit, check, run, keep. The order is the contract's.

Every call ends as one entry of the journal, from which others write the database and the access log. A run is kept
there before its partner is answered; what cannot be kept is answered 503 and has no effect.
"""

import logging
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from ss_admin.backend.gateway.access import check_call
from ss_admin.backend.gateway.answers import Answer, problem_answer, refusal
from ss_admin.backend.gateway.body import BodyFault, read_body
from ss_admin.backend.gateway.body_reads import BodyReads
from ss_admin.backend.gateway.call import PartnerCall
from ss_admin.backend.gateway.counters import CallCounters
from ss_admin.backend.gateway.known_keys.entries import KeyRefused, KnownKey
from ss_admin.backend.gateway.known_keys.known_keys import KnownKeys
from ss_admin.backend.gateway.limits.decisions import Limiter, RateWindow
from ss_admin.backend.gateway.payload import check_media_type, read_payload, unfit_body
from ss_admin.backend.gateway.rate_limits import LimitTexts
from ss_admin.backend.gateway.recorded_runs import RecordedRuns, RunOrder
from ss_admin.backend.journal.entries import encode_call
from ss_admin.backend.journal.writer import JournalFull, JournalWriter
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.api_key_format import PREFIX, find_api_key_fault
from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.problems import ProblemCode

__all__ = ["PartnerCalls"]

_log = logging.getLogger(__name__)

Environ = dict[str, Any]

_MOST_LIMITS = 1000

_new = tuple.__new__


class PartnerCalls:
    """Answers partners' calls."""

    def __init__(
        self,
        *,
        known_keys: KnownKeys,
        limiter: Limiter,
        runs: RecordedRuns,
        journal: JournalWriter,
        counters: CallCounters,
        body_reads: BodyReads,
        max_body_bytes: int,
    ) -> None:
        self._authenticate = known_keys.authenticate
        self._find_chain = known_keys.find_chain
        self._window = limiter.window
        self._limit_texts = lru_cache(_MOST_LIMITS)(LimitTexts)
        self._run = runs.answer
        self._append = journal.append
        self._count = counters.count
        self._body_reads = body_reads
        self._max_body_bytes = max_body_bytes

    def answer(self, call: PartnerCall) -> Answer:
        """Whatever happens, an answer; faults of our own are logged and told as `internal_error`."""
        try:
            answer = self._execute(call)
            self._keep(call, answer)
        except Exception as failure:  # noqa: BLE001 - what is not known to us is logged and told as our own fault
            return self._refuse(call, failure)
        return answer

    def _execute(self, call: PartnerCall) -> Answer:
        environ = call.environ
        body = read_body(environ, self._max_body_bytes, self._body_reads)
        if environ["REQUEST_METHOD"] != "POST":
            raise _method_not_allowed()
        api_key = environ.get("HTTP_X_API_KEY")
        if api_key is None:
            return refusal(ProblemCode.MISSING_API_KEY, _explain_missing(environ), call.request_id)
        try:
            key = self._authenticate(api_key, call.at_us)
        except KeyRefused as refused:
            return self._turn_away(call, refused)
        call.api_key_id = key.api_key_id
        limit = key.rate_limit
        if limit is not None:
            texts = key.limit_texts or self._texts(key, limit)
            decision = (key.window or self._open_window(key, limit)).decide()
            call.limit, call.used = limit, limit.max_requests - decision.remaining
            if not decision.admitted:
                return texts.refuse(decision, call.request_id)
            call.headers = texts.headers(decision)
        rulechain_id = call.rulechain_id
        known = self._find_chain(rulechain_id, key.tenant_id) if rulechain_id else None
        chain = check_call(key, known, rulechain_id, call.address)
        if environ.get("CONTENT_TYPE") != "application/json" or "HTTP_CONTENT_ENCODING" in environ:
            check_media_type(environ.get("CONTENT_TYPE") or "", environ.get("HTTP_CONTENT_ENCODING") or "")
        if isinstance(body, BodyFault):
            raise unfit_body(body, self._max_body_bytes)
        return self._run(_new(RunOrder, (call, key, chain, read_payload(body), body)))

    def _turn_away(self, call: PartnerCall, refused: KeyRefused) -> Answer:
        """401. A limited key is told of its limit here too, under which such a call does not count."""
        key = refused.key
        if key is not None:
            call.api_key_id, call.key_was_deleted, limit = key.api_key_id, key.was_deleted, key.rate_limit
            if limit is not None and not key.was_deleted:
                texts = key.limit_texts or self._texts(key, limit)
                call.headers = texts.headers((key.window or self._open_window(key, limit)).look())
        return refusal(refused.code, refused.detail, call.request_id, call.headers)

    def _texts(self, key: KnownKey, limit: RateLimit) -> LimitTexts:
        texts = key.limit_texts = self._limit_texts(limit.max_requests, limit.window_seconds)
        return texts

    def _open_window(self, key: KnownKey, limit: RateLimit) -> RateWindow:
        window = key.window = self._window(key.api_key_id, limit)
        return window

    def _keep(self, call: PartnerCall, answer: Answer) -> None:
        """Raises `JournalFull` for a run that cannot be kept; a refusal is given up then."""
        duration_us = (time.perf_counter_ns() - call.started_ns) // 1000
        execution, limit = call.execution, call.limit
        entry = encode_call(
            call.at_us,
            call.request_id,
            answer.status,
            answer.code,
            duration_us,
            call.address,
            call.api_key_id,
            call.rulechain_id or None,
            execution,
            answer.detail,
            call.used,
            None if limit is None else limit.max_requests,
            None if limit is None else limit.window_seconds,
            key_was_deleted=call.key_was_deleted,
        )
        try:
            self._append(entry, expendable=execution is None)
        except JournalFull as full:
            if execution is not None:
                raise
            _log.warning("a refusal was not kept: %s", full, extra={"request_id": call.request_id})
        self._count(answer.code, duration_us)

    def _refuse(self, call: PartnerCall, failure: Exception) -> Answer:
        if isinstance(failure, JournalFull):
            call.execution = None
        answer = problem_answer(_as_problem(failure, call.request_id), call.request_id, call.headers)
        try:
            self._keep(call, answer)
        except JournalFull as full:
            return self._refuse(call, full)
        return answer


def _as_problem(failure: Exception, request_id: str) -> ProblemError:
    if isinstance(failure, ProblemError):
        return failure
    if isinstance(failure, StoreUnavailable):
        return ProblemError(ProblemCode.UNAVAILABLE, "SignalSync cannot reach its database. Try again shortly.")
    if isinstance(failure, JournalFull):
        return ProblemError(ProblemCode.UNAVAILABLE, "SignalSync cannot record calls at this moment. Nothing was done.")
    _log.error("a partner's call failed", exc_info=failure, extra={"request_id": request_id})
    return ProblemError(
        ProblemCode.INTERNAL_ERROR, "SignalSync failed to handle this call. The failure has been logged."
    )


def _method_not_allowed() -> ProblemError:
    return ProblemError(ProblemCode.METHOD_NOT_ALLOWED, "A rule chain is called with POST.", headers={"Allow": "POST"})


def _explain_missing(environ: Environ) -> str:
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if PREFIX in authorization:
        return (
            "The key came in the Authorization header. Send it in the header x-api-key instead, without a prefix "
            "such as “Bearer”."
        )
    query = environ.get("QUERY_STRING", "")
    if query and any(_is_api_key(name, value) for name, value in _parameters(query)):
        return (
            "The key came in the URL, where logs and proxies can see it. Send it in the header x-api-key instead, "
            "and have this key replaced."
        )
    if authorization:
        return "Send the API key in the header x-api-key; the Authorization header is not looked at."
    return "Send the API key in the header x-api-key."


def _is_api_key(name: str, value: str) -> bool:
    return name.lower() == "x-api-key" or find_api_key_fault(value) is None


def _parameters(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        return []

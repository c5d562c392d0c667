"""The gateway's answers as bytes: an execution's result, and problem documents (RFC 9457)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

import orjson

from ss_admin.backend.gateway.limiter import LimitDecision
from ss_admin.backend.problems import ProblemError, problem_document
from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, ProblemCode
from ss_admin.contract.rule_chains import ExecutionAnswer

__all__ = ["Answer", "execution_answer", "problem_answer", "rate_limit_headers"]

SUCCEEDED = "succeeded"
RETRY_UNAVAILABLE_SECONDS = 2

_STATUS_LINES: Mapping[int, str] = MappingProxyType({status: f"{status} {status.phrase}" for status in HTTPStatus})
_ALWAYS = (("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"))
_CHALLENGE = ("WWW-Authenticate", 'ApiKey realm="signalsync", header="x-api-key"')


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `code` is the problem's code, or `succeeded`; logs and counters go by it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    code: str

    @property
    def status_line(self) -> str:
        """The status with its phrase, as WSGI wants it."""
        return _STATUS_LINES[self.status]


def execution_answer(execution: ExecutionAnswer, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """200 with the result."""
    body = orjson.dumps(execution.model_dump(mode="python"))
    return _answer(200, "application/json", body, SUCCEEDED, headers)


def problem_answer(error: ProblemError, request_id: str, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    """The problem document with the headers that belong to its status."""
    body = problem_document(error, request_id).model_dump_json(exclude_none=True).encode("utf-8")
    own = [*headers, *error.headers.items()]
    if error.status == HTTPStatus.UNAUTHORIZED:
        own.append(_CHALLENGE)
    elif error.code is ProblemCode.UNAVAILABLE and "Retry-After" not in error.headers:
        own.append(("Retry-After", str(RETRY_UNAVAILABLE_SECONDS)))
    return _answer(error.status, PROBLEM_MEDIA_TYPE, body, error.code.value, own)


def rate_limit_headers(limit: RateLimit, decision: LimitDecision) -> list[tuple[str, str]]:
    """What a limited key is told with every answer (draft-ietf-httpapi-ratelimit-headers, and the older X- names)."""
    reset = decision.reset_seconds
    return [
        ("RateLimit-Policy", f'"default";q={limit.max_requests};w={limit.window_seconds}'),
        ("RateLimit", f'"default";r={decision.remaining};t={reset}'),
        ("X-RateLimit-Limit", str(limit.max_requests)),
        ("X-RateLimit-Remaining", str(decision.remaining)),
        ("X-RateLimit-Reset", str(reset)),
    ]


def _answer(status: int, media_type: str, body: bytes, code: str, headers: Iterable[tuple[str, str]]) -> Answer:
    framing = (("Content-Type", media_type), ("Content-Length", str(len(body))))
    return Answer(status, (*framing, *_ALWAYS, *headers), body, code)

"""The gateway's answers as bytes: an execution's result, and problem documents (RFC 9457).

All that is the same for every answer of a kind is made once, here; pydantic would take longer for a refusal than all
the rest of the call.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import NamedTuple

import orjson

from ss_admin.backend.problems import PROBLEM_STATUS, ProblemError
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, ProblemCode, problem_type

__all__ = ["SUCCEEDED", "Answer", "Header", "execution_answer", "problem_answer", "refusal"]

SUCCEEDED = "succeeded"
RETRY_UNAVAILABLE_SECONDS = 2

Header = tuple[str, str]

_JSON: Header = ("Content-Type", "application/json")
_PROBLEM: Header = ("Content-Type", PROBLEM_MEDIA_TYPE)
_NO_STORE: Header = ("Cache-Control", "no-store")
_NO_SNIFF: Header = ("X-Content-Type-Options", "nosniff")
_CHALLENGE: Header = ("WWW-Authenticate", 'ApiKey realm="signalsync", header="x-api-key"')


class Answer(NamedTuple):
    """A whole answer. `code` is the problem's code, or `succeeded`; counters and the journal go by it."""

    status: int
    status_line: str
    headers: list[Header]
    body: bytes
    code: str


class _Kind(NamedTuple):
    """What all answers of one code have in common. `head` ends before the detail, `middle` before the request's id."""

    status: int
    status_line: str
    code: str
    head: bytes
    middle: bytes


def _kind(code: ProblemCode) -> _Kind:
    status, title = PROBLEM_STATUS[code]
    opening = orjson.dumps({"type": problem_type(code), "title": title, "status": status})
    return _Kind(
        status,
        f"{status} {HTTPStatus(status).phrase}",
        code.value,
        opening[:-1] + b',"detail":',
        b',"code":"' + code.value.encode("ascii") + b'","request_id":"',
    )


_KINDS: Mapping[str, _Kind] = MappingProxyType({code.value: _kind(code) for code in ProblemCode})


def execution_answer(  # noqa: PLR0917 - on the way of every call, where keywords cost
    execution_id: str,
    rulechain_id: str,
    result_json: bytes,
    duration_ms: float,
    headers: Iterable[Header],
    request_id: str,
) -> Answer:
    """200 with the result: an `ExecutionAnswer`."""
    head = f'{{"execution_id":"{execution_id}","rulechain_id":"{rulechain_id}","status":"succeeded","result":'
    body = b"%b%b%b" % (head.encode(), result_json, f',"duration_ms":{duration_ms!r}}}'.encode())
    length = ("Content-Length", str(len(body)))
    return Answer(
        200, "200 OK", [_JSON, length, _NO_STORE, _NO_SNIFF, *headers, ("X-Request-Id", request_id)], body, SUCCEEDED
    )


def problem_answer(error: ProblemError, request_id: str, headers: Iterable[Header] = ()) -> Answer:
    """The problem document with the headers that belong to its status."""
    rest = b'"}'
    if error.errors is not None:
        rest = b'","errors":' + orjson.dumps([fault.model_dump() for fault in error.errors]) + b"}"
    if error.execution_id is not None:
        rest = rest[:-1] + b',"execution_id":' + orjson.dumps(error.execution_id) + b"}"
    return refusal(error.code.value, orjson.dumps(error.detail), request_id, [*headers, *error.headers.items()], rest)


def refusal(code: str, detail_json: bytes, request_id: str, headers: Iterable[Header], rest: bytes = b'"}') -> Answer:
    """As `problem_answer`, with the detail as JSON. `rest`: of the document, behind the request's id."""
    kind = _KINDS[code]
    body = b"".join((kind.head, detail_json, kind.middle, request_id.encode(), rest))
    all_headers = [_PROBLEM, ("Content-Length", str(len(body))), _NO_STORE, _NO_SNIFF, *headers]
    if kind.status == 401:
        all_headers.append(_CHALLENGE)
    elif code == "unavailable" and not any(name == "Retry-After" for name, _ in headers):
        all_headers.append(("Retry-After", str(RETRY_UNAVAILABLE_SECONDS)))
    all_headers.append(("X-Request-Id", request_id))
    return Answer(kind.status, kind.status_line, all_headers, body, kind.code)

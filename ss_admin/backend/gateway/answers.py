"""The gateway's answers as bytes: an execution's result, and problem documents (RFC 9457).

All that is the same for every answer of a kind is made once, here; pydantic would take longer for a refusal than all
the rest of the call.
"""

from collections.abc import Iterable, Mapping, Sequence
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
    headers: tuple[Header, ...]


def _kind(code: ProblemCode) -> _Kind:
    status, title = PROBLEM_STATUS[code]
    opening = orjson.dumps({"type": problem_type(code), "title": title, "status": status})
    return _Kind(
        status,
        f"{status} {HTTPStatus(status).phrase}",
        code.value,
        opening[:-1] + b',"detail":',
        b',"code":"' + code.value.encode("ascii") + b'","request_id":"',
        (_CHALLENGE,) if status == HTTPStatus.UNAUTHORIZED else (),
    )


_KINDS: Mapping[ProblemCode, _Kind] = MappingProxyType({code: _kind(code) for code in ProblemCode})
_END = b'"}'

# Straight through the base's, which takes half the time of a named tuple's own.
_new = tuple.__new__


def execution_answer(  # noqa: PLR0917 - on the way of every call, where keywords cost
    execution_id: str,
    rulechain_id: str,
    result_json: bytes,
    duration_ms: float,
    headers: Iterable[Header],
    request_id: str,
) -> Answer:
    """200 with the result: an `ExecutionAnswer`."""
    body = (
        f'{{"execution_id":"{execution_id}","rulechain_id":"{rulechain_id}","status":"succeeded",'
        f'"result":{result_json.decode()},"duration_ms":{duration_ms!r}}}'
    ).encode()
    length = ("Content-Length", str(len(body)))
    all_headers = [_JSON, length, _NO_STORE, _NO_SNIFF, *headers, ("X-Request-Id", request_id)]
    return _new(Answer, (200, "200 OK", all_headers, body, SUCCEEDED))


def problem_answer(error: ProblemError, request_id: str, headers: Sequence[Header] = ()) -> Answer:
    """The problem document with the headers that belong to its status."""
    if error.headers:
        headers = [*headers, *error.headers.items()]
    if error.code is ProblemCode.UNAVAILABLE and "Retry-After" not in error.headers:
        headers = [*headers, ("Retry-After", str(RETRY_UNAVAILABLE_SECONDS))]
    end = _END if error.errors is None and error.execution_id is None else _end(error)
    return refusal(error.code, orjson.dumps(error.detail), request_id, headers, end)


def refusal(
    code: ProblemCode, detail_json: bytes, request_id: str, headers: Iterable[Header], end: bytes = _END
) -> Answer:
    """As `problem_answer`, with the detail as JSON. `end`: of the document, behind the request's id."""
    status, status_line, name, head, middle, own_headers = _KINDS[code]
    body = b"".join((head, detail_json, middle, request_id.encode(), end))
    length = ("Content-Length", str(len(body)))
    all_headers = [_PROBLEM, length, _NO_STORE, _NO_SNIFF, *headers, *own_headers, ("X-Request-Id", request_id)]
    return _new(Answer, (status, status_line, all_headers, body, name))


def _end(error: ProblemError) -> bytes:
    members: dict[str, object] = {}
    if error.errors is not None:
        members["errors"] = [fault.model_dump() for fault in error.errors]
    if error.execution_id is not None:
        members["execution_id"] = error.execution_id
    return b'",' + orjson.dumps(members)[1:]

"""The gateway's answers as bytes: an execution's result, and problem documents (RFC 9457).

All that is the same for every answer of a kind is made once, here; pydantic would take longer for a refusal than all
the rest of the call.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

import orjson

from ss_admin.backend.problems import PROBLEM_STATUS, ProblemError
from ss_admin.backend.rule_chains.executions.masking import mask_keys_in_text
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, ProblemCode, problem_type

__all__ = ["SUCCEEDED", "Answer", "Header", "execution_answer", "problem_answer", "refusal"]

SUCCEEDED = "succeeded"
RETRY_UNAVAILABLE_SECONDS = 2
_MOST_KINDS = 1000
_FAULTS_KEPT = 10
_MOST_DETAIL = 4000

Header = tuple[str, str]

_JSON: Header = ("Content-Type", "application/json")
_PROBLEM: Header = ("Content-Type", PROBLEM_MEDIA_TYPE)
_NO_STORE: Header = ("Cache-Control", "no-store")
_NO_SNIFF: Header = ("X-Content-Type-Options", "nosniff")
_CHALLENGE: Header = ("WWW-Authenticate", 'ApiKey realm="signalsync", header="x-api-key"')


class Answer(NamedTuple):
    """A whole answer but for its length, which the server tells. `code`: the problem's code, or `succeeded`.

    `detail`: what a refusal says, for the journal, with API keys masked.
    """

    status: int
    headers: list[Header]
    body: bytes
    code: str
    detail: str

    @property
    def status_line(self) -> str:
        """As WSGI has it."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


class _Kind(NamedTuple):
    """What all answers with one code and one sentence have in common. `opening`: up to the request's id."""

    status: int
    code: str
    headers: tuple[Header, ...]
    opening: bytes


@lru_cache(_MOST_KINDS)
def _kind(code: ProblemCode, detail: str) -> _Kind:
    status, title = PROBLEM_STATUS[code]
    document = {"type": problem_type(code), "title": title, "status": status, "detail": detail, "code": code.value}
    own_headers = (_CHALLENGE,) if status == HTTPStatus.UNAUTHORIZED else ()
    opening = orjson.dumps(document)[:-1] + b',"request_id":"'
    return _Kind(status, code.value, (_PROBLEM, _NO_STORE, _NO_SNIFF, *own_headers), opening)


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
    all_headers = [_JSON, _NO_STORE, _NO_SNIFF, *headers, ("X-Request-Id", request_id)]
    return _new(Answer, (200, all_headers, body, SUCCEEDED, ""))


def problem_answer(error: ProblemError, request_id: str, headers: Sequence[Header] = ()) -> Answer:
    """The problem document with the headers that belong to its status."""
    if error.headers:
        headers = [*headers, *error.headers.items()]
    if error.code is ProblemCode.UNAVAILABLE and "Retry-After" not in error.headers:
        headers = [*headers, ("Retry-After", str(RETRY_UNAVAILABLE_SECONDS))]
    answer = refusal(error.code, error.detail, request_id, headers)
    if error.errors is None and error.execution_id is None:
        return answer
    return answer._replace(body=answer.body[:-1] + b"," + _more(error), detail=_told_in_full(error))


def refusal(code: ProblemCode, detail: str, request_id: str, headers: Iterable[Header] = ()) -> Answer:
    """As `problem_answer`, for a problem of which there is no more to tell."""
    status, name, own_headers, opening = _kind(code, detail)
    all_headers = [*own_headers, *headers, ("X-Request-Id", request_id)]
    return _new(Answer, (status, all_headers, opening + request_id.encode() + b'"}', name, detail))


def _told_in_full(error: ProblemError) -> str:
    """The first faults with it; a payload's values may stand in them, and an API key among those."""
    faults = [f"{fault.pointer or '/'}: {fault.detail}" for fault in (error.errors or ())[:_FAULTS_KEPT]]
    return mask_keys_in_text("\n".join([error.detail, *faults]))[:_MOST_DETAIL]


def _more(error: ProblemError) -> bytes:
    members: dict[str, object] = {}
    if error.errors is not None:
        members["errors"] = [fault.model_dump() for fault in error.errors]
    if error.execution_id is not None:
        members["execution_id"] = error.execution_id
    return orjson.dumps(members)[1:]

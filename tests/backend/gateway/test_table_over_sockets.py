"""The partner's table from 404 to 500, row by row, by real calls to a real server; and 503, which the store decides."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ss_admin.contract.api_keys import RateLimit
from tests.support.article import SAMPLE_BODY
from tests.support.chain_definitions import compute, in_a_row
from tests.support.partner import Partner, partner_at, plant_chain
from tests.support.server_process import RawAnswer, ask, execute_request, running_server
from tests.support.watching import eventually

MEBIBYTE = 1024 * 1024
FIVE_FAULTS = b"""{
"_building": {"label": "", "value": "not-a-uuid"},
"_priority": "Whenever",
"_description": 5,
"_mood": "tired"
}"""


@dataclass
class Server:
    """A server and somebody who makes keys for it; every key is limited, so that each answer tells of the limit."""

    address: tuple[str, int]
    database: Path
    partner: Partner

    def __post_init__(self) -> None:
        self.secret = self.partner.key(rate_limit=RateLimit(max_requests=1000, window_seconds=3600)).secret

    def call(self, chain: str, body: bytes = SAMPLE_BODY, *lines: bytes, media_type: bytes = b"") -> RawAnswer:
        """Call with the key; `media_type` instead of JSON's."""
        request = execute_request(chain, body, b"x-api-key: " + self.secret.encode(), *lines)
        if media_type:
            request = request.replace(b"Content-Type: application/json", b"Content-Type: " + media_type)
        return ask(self.address, request)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("table")
    database = folder / "signalsync.db"
    with running_server(folder) as backend, partner_at(f"sqlite:///{database}") as partner:
        yield Server(backend.address, database, partner)


def refused(answer: RawAnswer, status: int, code: str) -> dict[str, Any]:
    """Check everything that each row of the table has in common."""
    document = answer.document()
    assert (answer.status, document["code"]) == (status, code), document
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "request_id"} <= set(document)
    assert document["status"] == status
    assert document["type"] == f"urn:signalsync:problem:{code}"
    assert document["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["ratelimit-policy"] == '"default";q=1000;w=3600'
    assert int(answer.headers["x-ratelimit-remaining"]) < 1000
    assert "www-authenticate" not in answer.headers
    return document


def nothing_ran(server: Server, chain: str) -> None:
    assert server.partner.executions(chain) == []


@pytest.mark.parametrize("wanted", ["unknown", str(uuid.UUID(int=7)), "another tenant's", "a%00b"])
def test_404_no_such_chain(server: Server, wanted: str) -> None:
    chain = plant_chain(server.partner.store, server.partner.other_tenant) if " " in wanted else wanted
    refused(server.call(chain), 404, "rulechain_not_found")
    nothing_ran(server, chain)


def test_403_not_external(server: Server) -> None:
    chain = server.partner.chain(is_external=False)
    refused(server.call(chain), 403, "rulechain_not_external")
    nothing_ran(server, chain)


def test_403_disabled(server: Server) -> None:
    chain = server.partner.chain(enabled=False)
    refused(server.call(chain), 403, "rulechain_disabled")
    nothing_ran(server, chain)


@pytest.mark.parametrize("media_type", [b"text/plain", b"application/xml", b"application/json; charset=utf-16"])
def test_415_other_media_types(server: Server, media_type: bytes) -> None:
    chain = server.partner.chain()
    refused(server.call(chain, media_type=media_type), 415, "unsupported_media_type")
    nothing_ran(server, chain)


def test_413_larger_than_the_limit(server: Server) -> None:
    chain = server.partner.chain("plain-acknowledge")
    refused(server.call(chain, b'{"a":"' + b"x" * MEBIBYTE + b'"}'), 413, "payload_too_large")
    nothing_ran(server, chain)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "empty"),
        (b"{", "Not JSON"),
        (b'{"a": 1, "a": 2}', "more than once"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": 1e400}', "too large"),
        (b'{"a": 100000000000000000000000000000000000}', "too large"),
        (b'{"a":' + b"[" * 64 + b"]" * 64 + b"}", "deeper than 64"),
        (b"[" * 100_000 + b"]" * 100_000, "deeper than 64"),
        (b"[1]", "an array"),
        (b"null", "null"),
        (b'{"a": "\\u0000"}', "U+0000"),
        (b'{"a": "\\udead"}', "surrogate"),
        (b'{"a": "\xe4"}', "UTF-8"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
    ],
)
def test_400_what_is_no_json_object(server: Server, body: bytes, told: str) -> None:
    chain = server.partner.chain("plain-acknowledge")
    document = refused(server.call(chain, body), 400, "invalid_json")
    assert told in document["detail"]
    nothing_ran(server, chain)


def test_422_five_faults_get_five_pointers(server: Server) -> None:
    chain = server.partner.chain()
    document = refused(server.call(chain, FIVE_FAULTS), 422, "payload_mismatch")
    assert sorted(fault["pointer"] for fault in document["errors"]) == [
        "/_building/label", "/_building/value", "/_description", "/_mood", "/_priority",
    ]  # fmt: skip
    assert all(fault["detail"].endswith(".") for fault in document["errors"])
    assert "5 faults" in document["detail"]
    nothing_ran(server, chain)


def test_500_the_chain_failed_and_its_log_tells_why_while_the_answer_does_not(server: Server) -> None:
    chain = server.partner.chain("plain-acknowledge", definition=in_a_row(compute(next="amount + 1")))
    document = refused(server.call(chain, b'{"amount": "secret-ish"}'), 500, "rulechain_failed")
    assert set(document) == {"type", "title", "status", "detail", "code", "request_id", "execution_id"}
    assert "amount" not in document["detail"]
    [execution] = server.partner.executions(chain)
    assert (execution.id, execution.outcome) == (document["execution_id"], "failed")
    assert (execution.failed_node_id, execution.input) == ("compute", {"amount": "secret-ish"})
    assert execution.error
    assert execution.result is None
    assert [(node["node_id"], node["order"]) for node in execution.trace] == [("request", 0), ("compute", 1)]
    assert execution.trace[1]["output"] is None
    assert execution.trace[1]["error"]


@pytest.mark.parametrize("definition", [{}, {"nodes": [], "edges": []}, {"nodes": "none"}])
def test_500_a_chain_that_cannot_be_run_at_all(server: Server, definition: dict[str, Any]) -> None:
    chain = server.partner.chain("plain-acknowledge", definition=definition)
    document = refused(server.call(chain, b"{}"), 500, "rulechain_failed")
    [execution] = server.partner.executions(chain)
    assert (execution.id, execution.outcome) == (document["execution_id"], "failed")
    assert execution.error


def test_503_while_the_store_is_gone_for_a_chain_that_was_not_called_before(server: Server) -> None:
    chain, away = server.partner.chain(), server.database.with_suffix(".away")
    server.database.rename(away)
    try:
        answer = server.call(chain)
    finally:
        away.rename(server.database)
    refused(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    eventually(lambda: server.call(chain).status == 200)
    assert len(server.partner.executions(chain)) == 1

"""The partner's call over real sockets to a real server: what only bytes on the wire can show."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.backend.gateway.body import DRAINED_BYTES
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import RateLimit
from tests.support.article import CURL_BODY, SAMPLE_BODY, sample_request
from tests.support.partner import Partner, partner_at, plant_chain
from tests.support.server_process import RawConnection, ServerProcess, ask, execute_request, running_server

MEBIBYTE = 1024 * 1024


@dataclass
class Server:
    """A server, somebody who makes keys for it, a chain and a key that work together."""

    backend: ServerProcess
    partner: Partner
    chain: str
    secret: str

    @property
    def address(self) -> tuple[str, int]:
        return self.backend.address

    def code(self, data: bytes) -> tuple[int, str, str]:
        answer = ask(self.address, data)
        document = answer.document()
        return answer.status, document.get("code", ""), document.get("detail", "")

    def with_key_line(self, line: bytes) -> tuple[int, str, str]:
        return self.code(execute_request(self.chain, SAMPLE_BODY, line))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder) as backend, partner_at(f"sqlite:///{folder / 'signalsync.db'}") as partner:
        yield Server(backend, partner, partner.chain(), partner.key().secret)


def test_the_articles_request_is_answered_byte_for_byte(server: Server) -> None:
    answer = ask(server.address, sample_request(server.chain, server.secret))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"]
    assert answer.document()["result"]["work_order"]["team"] == "Heating and Cooling"


def test_the_articles_curl_call_is_answered(server: Server) -> None:
    answer = ask(server.address, execute_request(server.chain, CURL_BODY, b"x-api-key: " + server.secret.encode()))
    assert answer.status == 200


@pytest.mark.parametrize(
    ("line", "status", "code", "told"),
    [
        ("Authorization: {}", 401, "missing_api_key", "Authorization header"),
        ("Authorization: Bearer {}", 401, "missing_api_key", "Authorization header"),
        ("x-api-key: Bearer {}", 401, "malformed_api_key", "prefix such as “Bearer”"),
        ("x-api-key: ApiKey {}", 401, "malformed_api_key", "prefix"),
        ("x-api-key: {}\\n", 401, "malformed_api_key", "too long"),
        ("x-api-key: ss_ {}", 401, "malformed_api_key", "spaces or line breaks"),
        ("x-api-key: {}\t{}", 401, "malformed_api_key", "spaces or line breaks"),
        ("x-api-key: {}\r\nX-API-Key: {}", 401, "malformed_api_key", "Several x-api-key headers"),
        ("x-api-key: “{}”", 401, "malformed_api_key", "outside ASCII"),
        ("x-api-key: {}\u00a0", 401, "malformed_api_key", "no-break space"),
        ("x-api-key:", 401, "malformed_api_key", "empty"),
        ("apikey: {}", 401, "missing_api_key", "in the header x-api-key"),
    ],
)
def test_each_mistake_with_the_header_is_told(server: Server, line: str, status: int, code: str, told: str) -> None:
    answer = server.with_key_line(line.replace("{}", server.secret).encode())
    assert answer[:2] == (status, code)
    assert told in answer[2]


@pytest.mark.parametrize(
    "line", ["x-api-key:{}", "x-api-key:   {}", "x-api-key: {}   ", "x-api-key: {} \t ", "X-API-KEY: {}"]
)
def test_spaces_around_a_header_value_are_no_part_of_it(server: Server, line: str) -> None:
    # RFC 9110, 5.5: the server takes them off before anybody sees the value.
    data = execute_request(server.chain, SAMPLE_BODY, line.replace("{}", server.secret).encode())
    assert ask(server.address, data).status == 200


@pytest.mark.parametrize("text", [b"{}\r\n def", b"{}\rx", b"{}\0", b"{}\x7f"])
def test_line_breaks_and_control_characters_within_a_header_are_no_http(server: Server, text: bytes) -> None:
    # The server refuses the message before it knows of any route (RFC 9112, 5.2): a bare 400, then it hangs up.
    line = b"x-api-key: " + text.replace(b"{}", server.secret.encode())
    answer = ask(server.address, execute_request(server.chain, SAMPLE_BODY, line))
    assert (answer.status, answer.body, answer.closed) == (400, b"", True)


def test_a_raw_newline_behind_the_key_ends_the_head_too_early_and_the_answer_says_what_is_missing(
    server: Server,
) -> None:
    # "KEY\n" + CRLF is an empty line to any HTTP server: Content-Type and body are cut off.
    request = sample_request(server.chain, server.secret).replace(
        server.secret.encode(), server.secret.encode() + b"\n"
    )
    status, code, detail = server.code(request)
    assert (status, code) == (415, "unsupported_media_type")
    assert "no Content-Type was sent" in detail


def test_the_articles_troubleshooting_list(server: Server) -> None:
    partner = server.partner
    keys = {name: partner.key() for name in ("deleted", "disabled", "expired", "good")}
    partner.delete(keys["deleted"])
    partner.disable(keys["disabled"])
    partner.expire_at(keys["expired"], datetime.now(UTC) - timedelta(seconds=1))
    internal, disabled = partner.chain(is_external=False), partner.chain(enabled=False)
    theirs = plant_chain(partner.store, partner.other_tenant)
    good = keys["good"].secret

    def told(chain: str, secret: str, body: bytes = SAMPLE_BODY) -> tuple[int, str]:
        return server.code(execute_request(chain, body, b"x-api-key: " + secret.encode()))[:2]

    assert told(server.chain, good[:-5]) == (401, "malformed_api_key")
    assert told(server.chain, new_api_key()) == (401, "invalid_api_key")
    assert told(server.chain, keys["deleted"].secret) == (401, "invalid_api_key")
    assert told(server.chain, keys["disabled"].secret) == (401, "disabled_api_key")
    assert told(server.chain, keys["expired"].secret) == (401, "expired_api_key")
    assert told(internal, good) == (403, "rulechain_not_external")
    assert told(disabled, good) == (403, "rulechain_disabled")
    assert told(theirs, good) == (404, "rulechain_not_found")
    assert told("{rulechain-id}", good) == (404, "rulechain_not_found")
    assert told(server.chain, good, b"{}") == (422, "payload_mismatch")
    assert server.code(sample_request(server.chain, good).replace(b"/execute", b"/run"))[:2] == (404, "not_found")


def test_a_retry_after_exactly_the_told_wait_is_admitted(server: Server) -> None:
    key = server.partner.key(rate_limit=RateLimit(max_requests=3, window_seconds=2))
    request = sample_request(server.chain, key.secret)
    with RawConnection(server.address) as connection:
        assert [connection.answer(request).status for _ in range(3)] == [200, 200, 200]
        refused = connection.answer(request)
        answered = time.monotonic()
        assert refused.status == 429
        assert connection.answer(request).headers["x-ratelimit-remaining"] == "0"
        time.sleep(int(refused.headers["retry-after"]) - (time.monotonic() - answered))
        assert connection.answer(request).status == 200


class TestBodies:
    def test_head_and_body_sent_apart_are_refused_on_a_connection_that_lives_on(self, server: Server) -> None:
        request = execute_request(server.chain, SAMPLE_BODY, b"x-api-key: nonsense")
        head, _, body = request.partition(b"\r\n\r\n")
        with RawConnection(server.address) as connection:
            for _ in range(3):
                connection.send(head + b"\r\n\r\n")
                time.sleep(0.05)
                connection.send(body)
                answer = connection.answer()
                assert (answer.status, answer.closed) == (401, False)
            assert connection.answer(sample_request(server.chain, server.secret)).status == 200

    def test_admin_routes_read_bodies_they_refuse_too(self, server: Server) -> None:
        body = b"x" * 100_000
        request = b"POST /api/v1/api-keys HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
        with RawConnection(server.address) as connection:
            connection.send(request)
            time.sleep(0.05)
            answer = connection.answer(body)
            assert (answer.status, answer.closed) == (401, False)
            assert answer.headers["x-request-id"]
            assert connection.answer(request + body).status == 401

    def test_expect_100_continue_is_honoured(self, server: Server) -> None:
        request = execute_request(
            server.chain, SAMPLE_BODY, b"Expect: 100-continue", b"x-api-key: " + server.secret.encode()
        )
        head, _, body = request.partition(b"\r\n\r\n")
        with RawConnection(server.address) as connection:
            assert connection.answer(head + b"\r\n\r\n").status == 100
            assert connection.answer(body).status == 200

    def test_a_chunked_body_is_read(self, server: Server) -> None:
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (SAMPLE_BODY[:50], SAMPLE_BODY[50:]))
        request = execute_request(server.chain, b"", b"x-api-key: " + server.secret.encode())
        request = request.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        assert ask(server.address, request + chunks + b"0\r\n\r\n").status == 200

    def test_a_body_too_large_is_read_and_told(self, server: Server) -> None:
        body = b'{"a":"' + b"x" * (3 * MEBIBYTE) + b'"}'
        key_line = b"x-api-key: " + server.secret.encode()
        with RawConnection(server.address) as connection:
            answer = connection.answer(execute_request(server.chain, body, key_line))
            assert (answer.status, answer.document()["code"]) == (413, "payload_too_large")
            assert connection.answer(sample_request(server.chain, server.secret)).status == 200

    def test_an_endless_body_is_given_up(self, server: Server) -> None:
        line = b"x-api-key: " + server.secret.encode()
        request = execute_request(server.chain, b"", line, length=10 * DRAINED_BYTES)
        with RawConnection(server.address) as connection:
            connection.send(request)
            with pytest.raises(OSError, match=r"."):  # noqa: PT012 - the server hangs up somewhere on the way
                for _ in range(10 * DRAINED_BYTES // MEBIBYTE):
                    connection.send(b"x" * MEBIBYTE)
                raise ConnectionError("all of it was taken")

    @pytest.mark.parametrize("announced", [b"abc", b"-5", b"5, 6", b"99999999999999999999999"])
    def test_a_length_that_is_none_is_no_http(self, server: Server, announced: bytes) -> None:
        request = execute_request(server.chain, b"{}", b"x-api-key: " + server.secret.encode())
        answer = ask(server.address, request.replace(b"Content-Length: 2", b"Content-Length: " + announced))
        assert answer.status == 400

    def test_a_body_that_ends_before_its_length_is_told(self, server: Server) -> None:
        line = b"x-api-key: " + server.secret.encode()
        with RawConnection(server.address) as connection:
            connection.send(execute_request(server.chain, b"{}", line, length=100))
            connection.socket.shutdown(socket.SHUT_WR)
            answer = connection.answer()
            assert (answer.status, answer.document()["code"]) == (400, "invalid_json")
            assert "ended before" in answer.document()["detail"]

    def test_a_body_longer_than_its_length_is_cut_there(self, server: Server) -> None:
        line = b"x-api-key: " + server.secret.encode()
        answer = ask(server.address, execute_request(server.chain, SAMPLE_BODY, line, length=50))
        assert answer.document()["code"] == "invalid_json"

    def test_slow_bodies_hold_nobody_else_up(self, server: Server) -> None:
        request = execute_request(server.chain, SAMPLE_BODY, b"x-api-key: " + server.secret.encode())
        slow = [RawConnection(server.address) for _ in range(20)]
        try:
            for connection in slow:
                connection.send(request[:-10])
            began = time.monotonic()
            assert ask(server.address, request).status == 200
            assert time.monotonic() - began < 2
            for connection in slow:
                assert connection.answer(request[-10:]).status == 200
        finally:
            for connection in slow:
                connection.socket.close()

    def test_a_client_that_goes_away_harms_nobody(self, server: Server) -> None:
        request = execute_request(server.chain, SAMPLE_BODY, b"x-api-key: " + server.secret.encode())
        for cut in (20, 150, len(request) - 1):
            with RawConnection(server.address) as connection:
                connection.send(request[:cut])
        assert ask(server.address, request).status == 200


def test_every_answer_of_the_server_carries_a_request_id_of_its_own(server: Server) -> None:
    paths = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/nowhere", "/api/v1/session", "/rulechains/x/execute"]
    with RawConnection(server.address) as connection:
        answers = [connection.answer(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) for path in paths]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(paths)
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 404, 401, 405]


def test_a_request_id_sent_by_the_client_is_not_taken_over(server: Server) -> None:
    answer = ask(server.address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine\r\n\r\n")
    assert answer.headers["x-request-id"] != "mine"


def test_calls_are_counted_for_metrics(server: Server) -> None:
    def count() -> float:
        text = ask(server.address, b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").body.decode()
        line = next((line for line in text.splitlines() if 'ss_partner_calls_total{code="succeeded"}' in line), "x 0")
        return float(line.rsplit(" ", 1)[1])

    before = count()
    for _ in range(3):
        ask(server.address, sample_request(server.chain, server.secret))
    assert count() == before + 3


def test_no_key_stands_in_the_log_and_every_call_does(server: Server) -> None:
    answers = [
        ask(server.address, sample_request(server.chain, server.secret)),
        ask(server.address, execute_request(server.chain, b"{}", b"Authorization: " + server.secret.encode())),
        ask(server.address, execute_request(server.chain, b"{}", query=f"?x-api-key={server.secret}")),
        ask(server.address, execute_request(server.chain, b"{}", b"x-api-key: Bearer " + server.secret.encode())),
    ]
    wanted = {answer.headers["x-request-id"] for answer in answers}
    deadline = time.monotonic() + 10
    logged: dict[str, dict[str, object]] = {}
    while not wanted <= set(logged):
        assert time.monotonic() < deadline
        events = list(server.backend.events)
        logged = {event["request_id"]: event for event in events if event["event"] == "partner_call"}
        time.sleep(0.02)
    assert logged[answers[0].headers["x-request-id"]]["code"] == "succeeded"
    assert server.secret not in "".join(server.backend.complaints) + json.dumps(server.backend.events)


def test_concurrent_calls_all_get_their_own_answers(server: Server) -> None:
    chain = server.partner.chain("plain-acknowledge", input_schema={"properties": {"n": {"const": 1}}})
    line = b"x-api-key: " + server.secret.encode()
    statuses: dict[int, set[int]] = {1: set(), 2: set()}

    def work(number: int) -> None:
        with RawConnection(server.address) as connection:
            for _ in range(50):
                statuses[number].add(connection.answer(execute_request(chain, b'{"n":%d}' % number, line)).status)

    workers = [threading.Thread(target=work, args=(1 + n % 2,)) for n in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert statuses == {1: {200}, 2: {422}}

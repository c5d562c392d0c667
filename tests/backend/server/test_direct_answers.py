"""Partners' calls go straight to the transport, everything else by WSGI."""

from typing import Any

from ss_admin.backend.gateway.answers import Answer, Header
from ss_admin.backend.server.direct_answers import DirectAnswers, Transport


class Sent:
    def __init__(self) -> None:
        self.answers: list[tuple[int, list[Header], bytes]] = []

    def response_bytes(self, status: int, headers: list[Header], body: bytes) -> None:
        self.answers.append((status, headers, body))


def answer_call(environ: dict[str, Any]) -> Answer | None:
    if environ["PATH_INFO"] != "/call":
        return None
    return Answer(401, [("X-Request-Id", "1")], b"{}", "missing_api_key", "Send it.")


def by_wsgi(transport: Transport, environ: dict[str, Any]) -> int:
    transport.response_bytes(200, [], environ["PATH_INFO"].encode())
    return 200


def test_a_call_is_answered_as_the_gateway_says() -> None:
    sent = Sent()
    assert DirectAnswers(answer_call, by_wsgi)(sent, {"PATH_INFO": "/call"}) == 401
    assert sent.answers == [(401, [("X-Request-Id", "1")], b"{}")]


def test_what_is_no_call_goes_by_wsgi() -> None:
    sent = Sent()
    assert DirectAnswers(answer_call, by_wsgi)(sent, {"PATH_INFO": "/healthz"}) == 200
    assert sent.answers == [(200, [], b"/healthz")]

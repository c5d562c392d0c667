"""The connection against servers that misbehave: what is repeated, what is refused, what never leaves the process."""

import logging
import socket
import struct
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pydantic import BaseModel

from ss_admin.client.connection import Connection, path_segment
from ss_admin.client.errors import (
    CertificateRefused,
    ClientError,
    NotFound,
    OutcomeUnknown,
    PlainHttpRefused,
    ProblemAnswer,
    ServerUnavailable,
    ServerUnreachable,
    SessionEnded,
    SignInLocked,
    TenantAdminRequired,
    UnexpectedAnswer,
    ValidationFailed,
    VersionConflict,
    WrongCredentials,
)
from tests.support.certificates import make_certificate
from tests.support.scripted_server import ScriptedServer, http_answer, json_answer, problem_answer

TOKEN = "tok_thisMustNeverBeSeenAnywhere"


class Greeting(BaseModel):
    word: str


HELLO = json_answer(200, {"word": "hello"})


def connect(server, **options):
    return Connection(server.url, **{"token": TOKEN, "backoff": (0.01, 0.01), "timeout": (2, 2), **options})


def hang_up(stream: socket.socket) -> None:
    """Closes with a reset, without a word."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def break_off(stream: socket.socket) -> None:
    stream.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"word": "he')


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


# --- what is sent


def test_the_token_travels_as_bearer_and_the_body_as_json():
    with ScriptedServer([HELLO]) as server:
        connect(server).request("POST", "/api/v1/things", body=Greeting(word="hi"), params={"a": "b c", "none": None})
    request = server.received[0]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"
    assert request.target == "/api/v1/things?a=b+c"
    assert request.body == b'{"word":"hi"}'


@pytest.mark.parametrize("unsendable", ["", "line\nbreak", "sp ace", "naïve", "nul\0"])
def test_a_token_that_no_header_can_carry_counts_as_none(unsendable):
    with ScriptedServer([HELLO]) as server:
        connection = connect(server, token=unsendable)
        connection.request("GET", "/x")
        assert connection.token is None
    assert "authorization" not in server.received[0].headers


def test_a_password_in_netrc_never_takes_the_tokens_place(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer([HELLO]) as server:
        connect(server).request("GET", "/x")
        connect(server, token=None).request("GET", "/x")
    assert server.received[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in server.received[1].headers


def test_loopback_is_never_reached_through_a_proxy(monkeypatch):
    with ScriptedServer([http_answer(500)]) as proxy, ScriptedServer([HELLO]) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        connect(server).request("GET", "/x")
        assert proxy.received == []


def test_other_machines_are_reached_through_the_proxy_of_the_environment(monkeypatch):
    with ScriptedServer([HELLO]) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        connection = Connection("http://keys.example.invalid", allow_plain_http=True, backoff=())
        connection.request("GET", "/x")
    assert proxy.received[0].target == "http://keys.example.invalid/x"


def test_cookies_are_not_kept():
    with ScriptedServer([json_answer(200, {}, Set_Cookie="a=b")]) as server:
        connection = connect(server)
        connection.request("GET", "/x")
        connection.request("GET", "/x")
    assert "cookie" not in server.received[1].headers


@pytest.mark.parametrize("nasty", ["a/b", "a?b", "a#b", "../x", "a%2Fb", "é", "a b"])
def test_an_id_in_a_path_cannot_reach_another_route(nasty):
    with ScriptedServer([HELLO]) as server:
        connect(server).request("GET", f"/api/v1/api-keys/{path_segment(nasty)}")
    path = server.received[0].target
    assert path.startswith("/api/v1/api-keys/")
    assert path.count("/") == 4
    assert "?" not in path


@pytest.mark.parametrize("empty", ["", ".", ".."])
def test_an_id_that_would_be_lost_in_a_path_is_refused(empty):
    with pytest.raises(ValueError, match="id"):
        path_segment(empty)


# --- reads are repeated, writes are not


@pytest.mark.parametrize(
    "failure", [hang_up, break_off, http_answer(502), http_answer(504), problem_answer(503, "unavailable")]
)
def test_a_read_is_tried_three_times(failure):
    with ScriptedServer([failure, failure, HELLO]) as server:
        assert connect(server).request("GET", "/x").read_as(Greeting).word == "hello"
    assert len(server.received) == 3


@pytest.mark.parametrize(
    ("failure", "error"),
    [
        (hang_up, ServerUnreachable),
        (break_off, ServerUnreachable),
        (http_answer(502, b"<html>", "text/html"), ServerUnreachable),
        (problem_answer(503, "unavailable"), ServerUnavailable),
    ],
)
def test_a_read_that_fails_three_times_is_given_up(failure, error):
    with ScriptedServer([failure]) as server, pytest.raises(error):
        connect(server).request("GET", "/x")
    assert len(server.received) == 3


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("failure", [hang_up, break_off, http_answer(502), http_answer(504)])
def test_a_write_without_an_answer_has_an_unknown_outcome_and_is_sent_once(method, failure):
    with ScriptedServer([failure]) as server, pytest.raises(OutcomeUnknown):
        connect(server).request(method, "/x")
    assert len(server.received) == 1


def test_a_write_that_could_not_be_sent_is_simply_unreachable():
    with pytest.raises(ServerUnreachable) as caught:
        Connection(f"http://127.0.0.1:{free_port()}").request("POST", "/x")
    assert caught.value.reason == "nothing listens at this address"


def test_a_write_whose_certificate_was_refused_was_not_sent(tmp_path):
    tls = make_certificate(tmp_path).server_context()
    with ScriptedServer([HELLO], tls=tls) as server, pytest.raises(CertificateRefused):
        connect(server).request("POST", "/x")
    assert server.received == []


def test_silence_ends_in_a_time_out_that_is_not_repeated():
    with ScriptedServer([HELLO]) as server:
        server._replies[:] = [server.keep_silent]
        with pytest.raises(ServerUnreachable, match="no answer in time"):
            connect(server, timeout=(1, 0.2)).request("GET", "/x")
        with pytest.raises(OutcomeUnknown, match="no answer in time"):
            connect(server, timeout=(1, 0.2)).request("POST", "/x")
    assert len(server.received) == 2


def test_an_answer_that_drips_without_end_is_given_up(monkeypatch):
    def drip(stream):
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000000\r\n\r\n")
        while not server.ended.is_set():
            stream.sendall(b" " * 70_000)
            time.sleep(0.02)

    monkeypatch.setattr("ss_admin.client.connection.ANSWER_MAX_SECONDS", 0.1)
    with ScriptedServer([drip]) as server, pytest.raises(ServerUnreachable):
        connect(server, backoff=()).request("GET", "/x")


def test_an_answer_beyond_all_measure_is_given_up(monkeypatch):
    monkeypatch.setattr("ss_admin.client.connection.ANSWER_MAX_BYTES", 1000)
    with ScriptedServer([http_answer(200, b" " * 5000)]) as server, pytest.raises(UnexpectedAnswer):
        connect(server).request("GET", "/x")


def test_an_unknown_name_is_told_as_such():
    with pytest.raises(ServerUnreachable, match="name is not known"):
        Connection("https://keys.example.invalid", backoff=(), timeout=(2, 2)).request("GET", "/x")


# --- answers that are not the backend's


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(200, b"<html>Welcome to nginx</html>", "text/html"),
        http_answer(200, b"{ not json"),
        http_answer(200, b'{"words": 1}'),
        http_answer(200, b""),
        http_answer(404, b"<html>", "text/html"),
        http_answer(500, b"", "text/plain"),
        http_answer(401, b"{}", "application/problem+json"),
        http_answer(400, json_answer(400, {}), "application/problem+json"),
    ],
)
def test_an_answer_that_is_not_our_backends_is_told_apart(answer):
    with ScriptedServer([answer]) as server, pytest.raises(UnexpectedAnswer):
        connect(server).request("GET", "/x").read_as(Greeting)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_goes_nowhere_else(status):
    with ScriptedServer([HELLO]) as other, ScriptedServer([http_answer(status, Location=other.url)]) as server:
        with pytest.raises(UnexpectedAnswer, match="redirects"):
            connect(server).request("GET", "/x")
        assert other.received == []


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "session_required", SessionEnded),
        (401, "wrong_credentials", WrongCredentials),
        (429, "sign_in_locked", SignInLocked),
        (403, "tenant_admin_required", TenantAdminRequired),
        (404, "not_found", NotFound),
        (412, "version_conflict", VersionConflict),
        (422, "validation_failed", ValidationFailed),
        (503, "unavailable", ServerUnavailable),
        (500, "internal_error", ProblemAnswer),
    ],
)
def test_each_problem_is_an_error_of_its_own_type(status, code, error):
    with ScriptedServer([problem_answer(status, code, Retry_After="7")]) as server, pytest.raises(error) as caught:
        connect(server).request("POST", "/x")
    assert type(caught.value) is error
    assert caught.value.problem.status == status
    assert caught.value.retry_after == 7


def test_retry_after_may_be_a_date_or_nonsense():
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    for text, expected in ((soon, pytest.approx(90, abs=3)), ("soon", None), ("-5", None)):
        with ScriptedServer([problem_answer(404, "not_found", Retry_After=text)]) as server:
            with pytest.raises(NotFound) as caught:
                connect(server).request("GET", "/x")
            assert caught.value.retry_after == expected


# --- TLS


def test_a_private_ca_makes_its_servers_trusted(tmp_path):
    certificate = make_certificate(tmp_path)
    with ScriptedServer([HELLO], tls=certificate.server_context()) as server:
        assert connect(server, ca_file=certificate.ca_file).request("GET", "/x").status == 200


def test_without_it_they_are_refused_and_nothing_is_sent(tmp_path):
    with ScriptedServer([HELLO], tls=make_certificate(tmp_path).server_context()) as server:
        with pytest.raises(CertificateRefused, match="nobody this machine trusts"):
            connect(server).request("GET", "/x")
        assert server.received == []


def test_a_private_ca_does_not_vouch_for_another_name(tmp_path):
    certificate = make_certificate(tmp_path, names=("elsewhere.example",), addresses=("192.0.2.1",))
    with ScriptedServer([HELLO], tls=certificate.server_context()) as server:
        with pytest.raises(CertificateRefused, match="for another"):
            connect(server, ca_file=certificate.ca_file).request("GET", "/x")
        assert server.received == []


def test_an_expired_certificate_is_refused(tmp_path):
    certificate = make_certificate(tmp_path, days=-1)
    with (
        ScriptedServer([HELLO], tls=certificate.server_context()) as server,
        pytest.raises(CertificateRefused, match="expired"),
    ):
        connect(server, ca_file=certificate.ca_file).request("GET", "/x")


def test_https_to_a_port_that_speaks_plain_http_is_told_as_such():
    with ScriptedServer([HELLO]) as server:
        url = server.url.replace("http://", "https://")
        with pytest.raises(ServerUnreachable):
            Connection(url, backoff=(), timeout=(2, 1)).request("GET", "/x")


@pytest.mark.parametrize("content", [None, b"no certificate at all"])
def test_a_ca_file_that_cannot_be_used_is_told_as_such(tmp_path, content):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CertificateRefused, match="private CA"):
        Connection("https://127.0.0.1:1", ca_file=file).request("GET", "/x")


def test_plain_http_to_another_machine_is_refused_before_anything_is_sent():
    with pytest.raises(PlainHttpRefused):
        Connection("http://192.0.2.1:8080", token=TOKEN)


# --- secrets


def test_the_token_stands_in_no_repr_no_error_and_no_log(caplog):
    caplog.set_level(logging.DEBUG)
    shown = []
    with ScriptedServer([HELLO, problem_answer(404, "not_found"), http_answer(302), hang_up]) as server:
        connection = connect(server, backoff=())
        shown += [repr(connection), str(vars(connection.request("GET", "/x")).keys())]
        for _ in range(3):
            try:
                connection.request("POST", "/x")
            except ClientError as error:
                shown += [repr(error), str(error), repr(error.__cause__), repr(error.__context__)]
    assert len(shown) == 14
    assert TOKEN not in " ".join(shown) + caplog.text


def test_an_answer_does_not_show_its_content():
    with ScriptedServer([json_answer(201, {"secret": "ss_secret"})]) as server:
        answer = connect(server).request("POST", "/x")
    assert "ss_secret" not in repr(answer)


def test_unexpected_json_is_not_quoted_in_the_error():
    with ScriptedServer([json_answer(201, {"secret": "ss_secret"})]) as server:
        answer = connect(server).request("POST", "/x")
        with pytest.raises(UnexpectedAnswer) as caught:
            answer.read_as(Greeting)
    assert caught.value.__cause__ is None
    assert "ss_secret" not in f"{caught.value!r}"


# --- threads and the end


def test_many_threads_share_one_connection():
    with ScriptedServer([HELLO]) as server:
        connection = connect(server)
        answers: list[str] = []

        def ask():
            answers.extend(connection.request("GET", "/x").read_as(Greeting).word for _ in range(5))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        connection.close()
    assert answers == ["hello"] * 40


def test_a_closed_connection_refuses_requests_and_waits_no_longer():
    with ScriptedServer([hang_up]) as server:
        connection = connect(server, backoff=(30,))
        threading.Timer(0.3, connection.close).start()
        started = time.monotonic()
        with pytest.raises(ServerUnreachable):
            connection.request("GET", "/x")
        assert time.monotonic() - started < 10
        with pytest.raises(ServerUnreachable, match="closed"):
            connection.request("GET", "/x")

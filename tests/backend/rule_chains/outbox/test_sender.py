"""One attempt over real sockets: what is sent, to whom, how each answer is taken, and that none lasts too long."""

import hashlib
import hmac
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from ss_admin.backend.rule_chains.outbox.attempts import Attempt, Delivered, Failed, Interrupted, Refused, Webhook
from ss_admin.backend.rule_chains.outbox.destinations import DestinationRules
from ss_admin.backend.rule_chains.outbox.sender import Sender
from tests.support.certificates import ServerCertificate, make_certificate
from tests.support.webhook_receiver import Reply, WebhookReceiver

BODY = '{"delivery_id":"d-1","data":{"text":"Grüße\\u0000"}}'.encode()
SECRET = "whsec_of_a_test"


def webhook(url: str) -> Webhook:
    return Webhook("d-1", url, BODY, SECRET)


def reason(attempt: Attempt) -> str:
    assert isinstance(attempt, Failed | Refused)
    return attempt.reason


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_receiver_gets_the_body_byte_for_byte_with_its_id_and_a_signature_that_it_can_verify(
    sender: Sender, receiver: WebhookReceiver
) -> None:
    assert sender.send(webhook(receiver.url(path="/hook?a=1"))) == Delivered(200)
    [taken] = receiver.taken
    assert (taken.target, taken.body) == ("/hook?a=1", BODY)
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["user-agent"].startswith("SignalSync-Webhooks/")
    assert taken.headers["host"] == f"localhost:{receiver.port}"
    assert taken.delivery_id == "d-1"
    expected = hmac.new(SECRET.encode(), taken.body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(taken.headers["x-signalsync-signature"], f"sha256={expected}")


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"])
def test_webhook_to_an_address_that_is_not_public_reaches_nobody(
    strict_sender: Sender, receiver: WebhookReceiver, host: str
) -> None:
    attempt = strict_sender.send(webhook(receiver.url(host)))
    assert isinstance(attempt, Refused)
    assert "Webhooks go to public addresses only" in attempt.reason
    assert receiver.taken == []


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "::1", "::ffff:10.0.0.1"])
def test_public_name_that_leads_to_such_an_address_reaches_nobody(
    receiver: WebhookReceiver, ca_file: Path, address: str
) -> None:
    sender = Sender(DestinationRules(resolve=lambda host, port: [address]), ca_file=ca_file)
    attempt = sender.send(webhook(receiver.url("hooks.example.com")))
    assert "“hooks.example.com” leads to" in reason(attempt)
    assert isinstance(attempt, Refused)
    assert receiver.taken == []


def test_name_that_leads_elsewhere_after_it_was_judged_gains_nothing(
    certificate: ServerCertificate, ca_file: Path
) -> None:
    with WebhookReceiver(certificate) as meant, WebhookReceiver(certificate, host="127.0.0.2") as other:
        answers = iter([["127.0.0.1"], ["127.0.0.2"]])
        rules = DestinationRules([ip_network("127.0.0.1")], lambda host, port: next(answers))
        sender = Sender(rules, ca_file=ca_file)
        assert sender.send(webhook(meant.url("hooks.example.com"))) == Delivered(200)
        assert [taken.headers["host"] for taken in meant.taken] == [f"hooks.example.com:{meant.port}"]
        assert "leads to 127.0.0.2" in reason(sender.send(webhook(other.url("hooks.example.com"))))
        assert other.taken == []


def test_next_address_of_a_name_is_tried_where_the_first_does_not_answer(
    receiver: WebhookReceiver, ca_file: Path
) -> None:
    rules = DestinationRules([ip_network("127.0.0.0/8")], lambda host, port: ["127.0.0.9", "127.0.0.1"])
    assert Sender(rules, ca_file=ca_file).send(webhook(receiver.url())) == Delivered(200)


def test_receiver_on_ipv6_is_reached_where_it_is_allowed(sender: Sender, certificate: ServerCertificate) -> None:
    with WebhookReceiver(certificate, host="::1") as receiver:
        assert sender.send(webhook(receiver.url("[::1]"))) == Delivered(200)
        assert receiver.taken[0].headers["host"] == f"[::1]:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed_and_ends_the_delivery(sender: Sender, receiver: WebhookReceiver, status: int) -> None:
    receiver.answer = lambda _: Reply(status, headers={"Location": "https://127.0.0.1/internal"})
    attempt = sender.send(webhook(receiver.url()))
    assert isinstance(attempt, Refused)
    assert attempt.status == status
    assert f"answered {status} " in attempt.reason
    assert "a redirect to “https://127.0.0.1/internal”. Redirects are not followed" in attempt.reason
    assert len(receiver.taken) == 1


def test_receiver_that_is_gone_ends_the_delivery(sender: Sender, receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: Reply(410)
    attempt = sender.send(webhook(receiver.url()))
    assert attempt == Refused("The receiver answered 410 Gone: it wants no more webhooks at this address.", 410)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_means_delivered(sender: Sender, receiver: WebhookReceiver, status: int) -> None:
    receiver.answer = lambda _: Reply(status)
    assert sender.send(webhook(receiver.url())) == Delivered(status)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 599])
def test_any_other_answer_is_a_failure_that_is_told_with_what_the_receiver_said(
    sender: Sender, receiver: WebhookReceiver, status: int
) -> None:
    receiver.answer = lambda _: Reply(
        status, b"signature\n mismatch\x07", {"Content-Type": "text/plain; charset=utf-8"}
    )
    attempt = sender.send(webhook(receiver.url()))
    assert isinstance(attempt, Failed)
    assert attempt.status == status
    assert attempt.reason.startswith(f"The receiver answered {status}")
    assert attempt.reason.endswith(": “signature mismatch”")


def test_page_for_browsers_is_not_told(sender: Sender, receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: Reply(502, b"<html>nginx</html>", {"Content-Type": "text/html"})
    assert reason(sender.send(webhook(receiver.url()))) == "The receiver answered 502 Bad Gateway."


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("9" * 400, 9999999999),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(
    sender: Sender, receiver: WebhookReceiver, header: str, seconds: float | None
) -> None:
    receiver.answer = lambda _: Reply(503, headers={"Retry-After": header})
    attempt = sender.send(webhook(receiver.url()))
    assert isinstance(attempt, Failed)
    assert attempt.retry_after == (None if seconds is None else pytest.approx(seconds, abs=30))


def test_retry_after_may_be_a_date_to_come(sender: Sender, receiver: WebhookReceiver) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    receiver.answer = lambda _: Reply(503, headers={"Retry-After": date})
    attempt = sender.send(webhook(receiver.url()))
    assert isinstance(attempt, Failed)
    assert attempt.retry_after == pytest.approx(90, abs=30)


def test_certificate_for_another_name_is_refused_and_told(ca_file: Path, receiver: WebhookReceiver) -> None:
    rules = DestinationRules([ip_network("127.0.0.1")], lambda host, port: ["127.0.0.1"])
    told = reason(Sender(rules, ca_file=ca_file).send(webhook(receiver.url("other.example.com"))))
    assert told.startswith("The certificate of “other.example.com” cannot be trusted: ")
    assert "mismatch" in told
    assert receiver.taken == []


def test_certificate_of_an_unknown_ca_is_refused_and_told(receiver: WebhookReceiver) -> None:
    sender = Sender(DestinationRules([ip_network("127.0.0.1")]), attempt_seconds=5)
    told = reason(sender.send(webhook(receiver.url("127.0.0.1"))))
    assert told.startswith("The certificate of “127.0.0.1” cannot be trusted: ")
    assert receiver.taken == []


def test_certificate_that_has_expired_is_refused_and_told(tmp_path: Path) -> None:
    expired = make_certificate(tmp_path, days=-1)
    with WebhookReceiver(expired) as receiver:
        sender = Sender(DestinationRules([ip_network("127.0.0.1")]), ca_file=expired.ca_file)
        told = reason(sender.send(webhook(receiver.url("127.0.0.1"))))
        assert told == "The certificate of “127.0.0.1” cannot be trusted: certificate has expired."
        assert receiver.taken == []


def test_proxy_of_the_environment_is_not_used(
    sender: Sender, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert sender.send(webhook(receiver.url())) == Delivered(200)


def test_nobody_at_the_port_is_told(sender: Sender) -> None:
    with socket.socket() as claimed:
        claimed.bind(("127.0.0.1", 0))
        told = reason(sender.send(webhook(f"https://127.0.0.1:{claimed.getsockname()[1]}/")))
    assert told == "The receiver refused the connection."


def test_receiver_that_never_answers_holds_nobody_longer_than_the_time_limit(
    sender: Sender, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: receiver.keep_silent
    began = time.monotonic()
    assert sender.send(webhook(receiver.url())) == Failed("The receiver did not answer within 1 s.")
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_receiver_that_drips_bytes_holds_nobody_longer_than_the_time_limit(
    sender: Sender, receiver: WebhookReceiver, beginning: bytes
) -> None:
    def drip(stream: socket.socket) -> None:
        stream.sendall(beginning)
        while not receiver.ended.wait(0.05):
            stream.sendall(b"H" if beginning else b"HTTP/1.1 100 Continue\r\n\r\n")

    receiver.answer = lambda _: drip
    began = time.monotonic()
    assert sender.send(webhook(receiver.url())) == Failed("The receiver did not answer within 1 s.")
    assert time.monotonic() - began < 3


def test_handshake_that_never_ends_holds_nobody_longer_than_the_time_limit(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        attempt = sender.send(webhook(f"https://127.0.0.1:{mute.getsockname()[1]}/"))
        assert attempt == Failed("The receiver did not answer within 1 s.")
        assert time.monotonic() - began < 3


def test_success_counts_although_the_body_never_ends(sender: Sender, receiver: WebhookReceiver) -> None:
    def half(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
        receiver.ended.wait(10)

    receiver.answer = lambda _: half
    began = time.monotonic()
    assert sender.send(webhook(receiver.url())) == Delivered(200)
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("status", [200, 500])
def test_answer_of_a_gigabyte_is_not_read(sender: Sender, receiver: WebhookReceiver, status: int) -> None:
    sent: list[int] = []

    def flood(stream: socket.socket) -> None:
        stream.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: text/plain\r\nContent-Length: {10**9}\r\n\r\n".encode())
        for _ in range(1000):
            stream.sendall(b"x" * 10**6)
            sent.append(10**6)

    receiver.answer = lambda _: flood
    attempt = sender.send(webhook(receiver.url()))
    assert attempt == Delivered(200) if status == 200 else len(reason(attempt)) < 300
    assert sum(sent) < 10**8


@pytest.mark.parametrize(
    "answer",
    [
        b"\x00" * 1000,
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 ABC\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"",
        b"HTTP/1.1 2",
    ],
)
def test_answer_that_is_no_http_is_a_failure_like_any_other(
    sender: Sender, receiver: WebhookReceiver, answer: bytes
) -> None:
    receiver.answer = lambda _: lambda stream: stream.sendall(answer)
    told = reason(sender.send(webhook(receiver.url())))
    assert told in {
        "The receiver's answer is not proper HTTP.",
        "The receiver closed the connection before it answered.",
    }


def test_receiver_without_tls_is_told(sender: Sender) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        plain.settimeout(5)

        def speak() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(10)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        told = reason(sender.send(webhook(f"https://127.0.0.1:{plain.getsockname()[1]}/")))
        thread.join()
    assert told.startswith("No encrypted connection came about: ")


def test_attempts_under_way_can_be_cut_off(sender: Sender, certificate: ServerCertificate, ca_file: Path) -> None:
    patient = Sender(DestinationRules([ip_network("127.0.0.1")]), ca_file=ca_file, attempt_seconds=30)
    with WebhookReceiver(certificate) as receiver:
        receiver.answer = lambda _: receiver.keep_silent
        ended: list[Attempt] = []
        thread = threading.Thread(target=lambda: ended.append(patient.send(webhook(receiver.url("127.0.0.1")))))
        thread.start()
        receiver.wait_for(1)
        patient.cut_off()
        thread.join(5)
        assert ended == [Interrupted()]


def test_no_connection_and_no_thread_is_left_behind(sender: Sender, receiver: WebhookReceiver) -> None:
    for answer in (lambda _: Reply(), lambda _: Reply(500), lambda _: receiver.keep_silent):
        receiver.answer = answer
        sender.send(webhook(receiver.url()))
    files = open_files()
    receiver.answer = lambda _: Reply()
    for _ in range(20):
        assert sender.send(webhook(receiver.url())) == Delivered(200)
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    assert open_files() <= files + 2

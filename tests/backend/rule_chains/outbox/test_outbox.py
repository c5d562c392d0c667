"""The outbox over both databases and real receivers: at least once, in order of age, restart-safe, never stuck."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import time_machine
from psycopg import sql
from sqlalchemy import delete, make_url

from ss_admin.backend.rule_chains.outbox.attempts import Delivered, Failed, Refused
from ss_admin.backend.rule_chains.outbox.bookkeeping import POLL_SECONDS, Books
from ss_admin.backend.rule_chains.outbox.destinations import DestinationRules
from ss_admin.backend.rule_chains.outbox.outbox import SENDERS_PER_HOST, Outbox
from ss_admin.backend.rule_chains.outbox.schedule import Pauses
from ss_admin.backend.rule_chains.outbox.sender import Sender
from ss_admin.backend.rule_chains.outbox.signature import signature, signing_secret
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import RuleChainRow
from ss_admin.contract.executions import DeliveryStatus
from tests.support.backend import PEPPER, PostgresqlSource
from tests.support.certificates import ServerCertificate
from tests.support.outbox import Post
from tests.support.webhook_receiver import Reply, TakenWebhook, WebhookReceiver

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1"))


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@contextmanager
def running(store: Store, sender: Sender, **changes: Any) -> Iterator[Outbox]:
    outbox = Outbox(store, PEPPER.encode(), sender, **{"first_pause": 0.1, "longest_pause": 0.2, **changes})
    outbox.start()
    try:
        yield outbox
    finally:
        outbox.close()


@pytest.fixture
def patient(ca_file: Path) -> Sender:
    """May call this machine, and waits as long as the product does."""
    return Sender(DestinationRules(LOOPBACK), ca_file=ca_file)


def test_webhook_is_delivered_signed_for_its_chain_and_written_down(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient) as outbox:
        row = post.ended(delivery_id)
    assert outbox.ended_count(DeliveryStatus.DELIVERED) == 1
    assert (row.status, row.attempts, row.last_status, row.last_error) == ("delivered", 1, 200, None)
    assert row.delivered_at is not None
    assert row.leased_until is None
    [taken] = receiver.taken
    assert taken.delivery_id == delivery_id
    assert taken.body.decode() == row.body
    secret = signing_secret(PEPPER.encode(), post.chain, 1)
    assert taken.headers["x-signalsync-signature"] == signature(secret, taken.body)


def test_new_webhook_is_sent_as_soon_as_it_is_told_of(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    with running(post.store, patient) as outbox:
        [first] = post.put(receiver.url())
        outbox.wake()
        post.ended(first)
        began = time.monotonic()
        [delivery_id] = post.put(receiver.url())
        outbox.wake()
        post.ended(delivery_id)
        assert time.monotonic() - began < POLL_SECONDS - 1


def test_replaced_secret_signs_what_is_sent_from_then_on(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    with post.store.writing() as session:
        session.get_one(RuleChainRow, post.chain).signing_generation = 7
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient):
        post.ended(delivery_id)
    secret = signing_secret(PEPPER.encode(), post.chain, 7)
    assert receiver.taken[0].headers["x-signalsync-signature"] == signature(secret, receiver.taken[0].body)


def test_failure_is_repeated_with_the_same_id_and_body_until_the_receiver_takes_it(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    replies = iter([Reply(500), Reply(503), Reply(200)])
    receiver.answer = lambda _: next(replies)
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient) as outbox:
        row = post.ended(delivery_id)
    assert outbox.ended_count(DeliveryStatus.PENDING) == 2
    assert (row.status, row.attempts, row.last_error) == ("delivered", 3, None)
    assert {taken.delivery_id for taken in receiver.taken} == {delivery_id}
    assert len({(taken.body, taken.headers["x-signalsync-signature"]) for taken in receiver.taken}) == 1


def test_failure_is_told_while_the_webhook_waits(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: Reply(503, b"closed on Mondays", {"Content-Type": "text/plain"})
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient, first_pause=600.0, longest_pause=600.0):
        row = post.wait_for(delivery_id, lambda row: row.last_error is not None)
    assert (row.status, row.attempts, row.last_status) == ("pending", 1, 503)
    assert row.last_error == "The receiver answered 503 Service Unavailable: “closed on Mondays”"
    assert row.next_attempt_at is not None


def test_receiver_is_left_alone_as_long_as_it_asks(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: Reply(429, headers={"Retry-After": "120"})
    [delivery_id] = post.put(receiver.url())
    began = datetime.now(UTC)
    with running(post.store, patient, longest_pause=3600.0):
        row = post.wait_for(delivery_id, lambda row: row.last_error is not None)
    assert row.next_attempt_at is not None
    assert timedelta(seconds=119) < row.next_attempt_at - began < timedelta(seconds=140)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "localhost", "[::ffff:10.0.0.1]"])
def test_webhook_to_a_place_that_is_not_public_is_given_up_at_once_with_the_reason(
    post: Post, receiver: WebhookReceiver, ca_file: Path, host: str
) -> None:
    [delivery_id] = post.put(receiver.url(host))
    with running(post.store, Sender(DestinationRules(), ca_file=ca_file)) as outbox:
        row = post.ended(delivery_id)
    assert outbox.ended_count(DeliveryStatus.GIVEN_UP) == 1
    assert (row.status, row.attempts, row.delivered_at) == ("given_up", 1, None)
    assert row.last_error is not None
    assert row.last_error.startswith("Given up: ")
    assert "Webhooks go to public addresses only" in row.last_error
    assert receiver.taken == []


def test_redirect_is_given_up_at_once_with_the_reason(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    receiver.answer = lambda _: Reply(307, headers={"Location": "https://10.0.0.1/"})
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient):
        row = post.ended(delivery_id)
    assert (row.status, row.last_status, len(receiver.taken)) == ("given_up", 307, 1)
    assert "a redirect to “https://10.0.0.1/”" in (row.last_error or "")


def test_webhook_of_a_deleted_chain_is_given_up_unsent(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    [delivery_id] = post.put(receiver.url())
    with post.store.writing() as session:
        session.execute(delete(RuleChainRow).where(RuleChainRow.id == post.chain))
    with running(post.store, patient):
        row = post.ended(delivery_id)
    assert (row.status, row.attempts, row.last_error) == ("given_up", 0, "Given up: the rule chain was deleted.")
    assert receiver.taken == []


def test_webhook_is_given_up_after_24_hours_and_the_reason_is_kept(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: Reply(503)
    [delivery_id] = post.put(receiver.url())
    created = post.row(delivery_id).created_at
    with running(post.store, patient, first_pause=3600.0, longest_pause=3600.0) as outbox:
        post.wait_for(delivery_id, lambda row: row.attempts == 1 and row.leased_until is None)
        with time_machine.travel(created + timedelta(hours=23, minutes=59), tick=True):
            outbox.wake()
            row = post.wait_for(delivery_id, lambda row: row.attempts == 2 and row.leased_until is None)
            assert row.status == "pending"
            assert row.next_attempt_at == created + timedelta(hours=24)
        with time_machine.travel(created + timedelta(hours=24, seconds=1), tick=True):
            outbox.wake()
            row = post.ended(delivery_id)
    assert (row.status, row.attempts, len(receiver.taken)) == ("given_up", 2, 2)
    assert row.last_error == (
        "Given up: it could not be delivered within 24 hours. "
        "The last attempt: The receiver answered 503 Service Unavailable."
    )


def test_slow_receiver_holds_up_no_other_host_however_many_webhooks_wait_for_it(
    post: Post, ca_file: Path, receiver: WebhookReceiver, certificate: ServerCertificate
) -> None:
    most, now, lock = 0, 0, threading.Lock()

    def slow(_: TakenWebhook) -> Any:
        nonlocal most, now
        with lock:
            now += 1
            most = max(most, now)
        return receiver.keep_silent

    receiver.answer = slow
    with WebhookReceiver(certificate) as quick:
        post.put(*(receiver.url("localhost", f"/{number % 3}") for number in range(300)))
        ids = post.put(*(quick.url("127.0.0.1") for _ in range(20)))
        with running(post.store, Sender(DestinationRules(LOOPBACK), ca_file=ca_file, attempt_seconds=60)):
            quick.wait_for(20, seconds=25)
            for delivery_id in ids:
                post.ended(delivery_id)
            receiver.ended.set()
    assert most == SENDERS_PER_HOST


def test_stop_lets_an_attempt_end_and_writes_it_down(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    release = threading.Event()

    def answer(_: TakenWebhook) -> Reply:
        release.wait(10)
        return Reply()

    receiver.answer = answer
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient) as outbox:
        receiver.wait_for(1)
        threading.Timer(0.3, release.set).start()
        outbox.close()
    assert post.row(delivery_id).status == "delivered"


def test_stop_cuts_off_what_takes_too_long_and_it_is_sent_again_under_the_same_id(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    receiver.answer = lambda _: receiver.keep_silent
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient, stop_seconds=0.3) as outbox:
        receiver.wait_for(1)
        began = time.monotonic()
        outbox.close()
        outbox.close()
        assert time.monotonic() - began < 3
    row = post.row(delivery_id)
    assert (row.status, row.leased_until) == ("pending", None)
    assert "The server was stopped during the attempt" in (row.last_error or "")
    receiver.answer = lambda _: Reply()
    with running(post.store, patient):
        assert post.ended(delivery_id).status == "delivered"
    assert receiver.times_taken() == {delivery_id: 2}


def test_outbox_that_was_never_started_sends_nothing_and_closes(
    post: Post, patient: Sender, receiver: WebhookReceiver
) -> None:
    before = threading.active_count()
    [delivery_id] = post.put(receiver.url())
    outbox = Outbox(post.store, PEPPER.encode(), patient, first_pause=1, longest_pause=1)
    outbox.wake()
    outbox.close()
    assert threading.active_count() == before
    assert post.row(delivery_id).attempts == 0


def test_lease_of_a_process_that_died_is_taken_over(post: Post, patient: Sender, receiver: WebhookReceiver) -> None:
    """On the embedded database at once, since nobody else can hold it; on PostgreSQL when it has run out."""
    far = timedelta(days=1) if post.store.dialect == "sqlite" else timedelta(seconds=0.5)
    [delivery_id] = post.put(receiver.url(), leased_until=datetime.now(UTC) + far, attempts=1)
    with running(post.store, patient) as outbox:
        until = time.monotonic() + 10
        while post.row(delivery_id).status == "pending":
            assert time.monotonic() < until
            time.sleep(0.05)
            outbox.wake()
    assert receiver.times_taken() == {delivery_id: 1}
    assert post.row(delivery_id).attempts == 2


def test_lease_of_another_worker_is_respected(postgresql_url: str, patient: Sender, receiver: WebhookReceiver) -> None:
    store = Store.open(postgresql_url)
    post = Post(store)
    [leased] = post.put(receiver.url(), leased_until=datetime.now(UTC) + timedelta(minutes=5))
    [free] = post.put(receiver.url())
    with running(store, patient):
        post.ended(free)
    assert post.row(leased).attempts == 0
    store.close()


def test_workers_on_one_database_share_the_webhooks_and_send_each_once(
    postgresql_url: str, patient: Sender, receiver: WebhookReceiver
) -> None:
    stores = [Store.open(postgresql_url) for _ in range(3)]
    post = Post(stores[0])
    ids = post.put(*(receiver.url() for _ in range(150)))
    with running(stores[0], patient), running(stores[1], patient), running(stores[2], patient):
        receiver.wait_for(150)
        for delivery_id in ids:
            post.ended(delivery_id)
    assert receiver.times_taken() == dict.fromkeys(ids, 1)
    for store in stores:
        store.close()


def test_outcome_of_a_lost_lease_changes_nothing_unless_it_is_a_success(store: Store) -> None:
    post = Post(store)
    ids = post.put("https://hooks.example.com/", "https://hooks.example.com/")
    books = Books(store, Pauses(1, 1, max), places=8, per_host=8, per_tenant=8, lease_seconds=30, takes_over=False)
    begun, _ = books.turn()
    another = datetime.now(UTC) + timedelta(minutes=10)
    for delivery_id in ids:
        post.change(delivery_id, leased_until=another)
    first, second = sorted(begun, key=lambda claim: ids.index(claim.id))
    books.note(first, Refused("No."))
    books.note(second, Delivered(200))
    books.write_down()
    assert (post.row(ids[0]).status, post.row(ids[0]).leased_until) == ("pending", another)
    assert (post.row(ids[1]).status, post.row(ids[1]).leased_until) == ("delivered", None)
    books.note(second, Failed("No."))
    books.write_down()
    assert post.row(ids[1]).status == "delivered"


class HeldReceiver:
    """Takes one webhook and answers when it is let go."""

    def __init__(self) -> None:
        self.taken = threading.Event()
        self.released = threading.Event()

    def __call__(self, _: TakenWebhook) -> Reply:
        self.taken.set()
        self.released.wait(20)
        return Reply()


@contextmanager
def file_gone(store_url: str) -> Iterator[None]:
    """The embedded database's file is not where it was."""
    file = Path(store_url.removeprefix("sqlite:///"))
    file.rename(file.with_name("elsewhere"))
    try:
        yield
    finally:
        file.with_name("elsewhere").rename(file)


@contextmanager
def nobody_let_in(store_url: str, source: PostgresqlSource) -> Iterator[None]:
    """The PostgreSQL database ends every connection and takes none."""
    database = str(make_url(store_url).database)
    alter = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    source.server._execute(alter.format(sql.Identifier(database), sql.Literal(False)))
    source.server.disconnect_everybody(database)
    try:
        yield
    finally:
        source.server._execute(alter.format(sql.Identifier(database), sql.Literal(True)))


@pytest.fixture
def away(store_url: str, request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[None]]:
    """The database goes away, and comes back at the end of the block."""
    if store_url.startswith("sqlite"):
        return lambda: file_gone(store_url)
    source: PostgresqlSource = request.getfixturevalue("postgresql_source")
    return lambda: nobody_let_in(store_url, source)


def test_database_that_goes_away_is_waited_for_and_nothing_is_forgotten(
    post: Post,
    patient: Sender,
    receiver: WebhookReceiver,
    away: Callable[[], AbstractContextManager[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    receiver.answer = held = HeldReceiver()
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient):
        assert held.taken.wait(10)
        with away():
            held.released.set()
            until = time.monotonic() + 10
            while "webhooks wait until the store is back" not in caplog.messages:
                assert time.monotonic() < until
                time.sleep(0.01)
        assert post.ended(delivery_id).attempts == 1
    assert receiver.times_taken() == {delivery_id: 1}


def test_stop_while_the_database_is_away_ends_in_time_and_the_webhook_is_sent_again_under_the_same_id(
    post: Post, patient: Sender, receiver: WebhookReceiver, away: Callable[[], AbstractContextManager[None]]
) -> None:
    receiver.answer = held = HeldReceiver()
    [delivery_id] = post.put(receiver.url())
    with running(post.store, patient, lease_seconds=0.5) as outbox:
        assert held.taken.wait(10)
        with away():
            held.released.set()
            began = time.monotonic()
            outbox.close()
            assert time.monotonic() - began < 10
    assert post.row(delivery_id).status == "pending"
    with running(post.store, patient):
        assert post.ended(delivery_id).attempts == 2
    assert receiver.times_taken() == {delivery_id: 2}


def test_bug_in_one_attempt_stops_neither_the_sender_nor_the_others(
    post: Post, patient: Sender, receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, bugs = patient.send, iter([1, 1, 1])

    def sometimes(webhook: Any) -> Any:
        if next(bugs, None):
            raise RuntimeError("a bug")
        return send(webhook)

    monkeypatch.setattr(patient, "send", sometimes)
    ids = post.put(*(receiver.url() for _ in range(5)))
    with running(post.store, patient):
        for delivery_id in ids:
            assert post.ended(delivery_id).status == "delivered"


def test_log_tells_the_host_and_the_reason_but_no_url_body_or_secret(
    post: Post, patient: Sender, receiver: WebhookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.answer = lambda _: Reply(410)
    with caplog.at_level(logging.DEBUG):
        [delivery_id] = post.put(receiver.url(path="/services/T00/B00/token-in-the-url"))
        with running(post.store, patient):
            post.ended(delivery_id)
    [line] = [record for record in caplog.records if record.message == "webhook"]
    fields = vars(line)
    assert (fields["outcome"], fields["delivery_id"], fields["host"]) == ("given_up", delivery_id, "localhost")
    assert fields["levelname"] == "WARNING"
    told = " ".join(str(vars(record)) for record in caplog.records)
    assert "token-in-the-url" not in told
    assert "whsec_" not in told
    assert "Grüße" not in told


def test_long_queue_of_one_slow_host_costs_little_to_pass_over(store: Store) -> None:
    post = Post(store)
    post.put(*(f"https://slow.example.com/{number % 5}" for number in range(20_000)))
    [other] = post.put("https://quick.example.com/")
    books = Books(store, Pauses(1, 1, max), places=8, per_host=2, per_tenant=8, lease_seconds=30, takes_over=False)
    began = time.monotonic()
    begun, _ = books.turn()
    assert time.monotonic() - began < 2
    assert sorted(claim.url[:17] for claim in begun) == ["https://quick.exa", "https://slow.exam", "https://slow.exam"]
    assert other in {claim.id for claim in begun}


def test_tenant_with_many_slow_hosts_holds_up_no_other_tenant(store: Store) -> None:
    post, other = Post(store), Post(store, tenant="Harbour Logistics")
    post.put(*(f"https://slow-{number}.example.com/" for number in range(500)))
    other.put("https://quick.example.com/")
    books = Books(store, Pauses(1, 1, max), places=4, per_host=2, per_tenant=2, lease_seconds=30, takes_over=False)
    begun, _ = books.turn()
    assert Counter(claim.tenant_id for claim in begun) == {post.tenant.id: 2, other.tenant.id: 1}

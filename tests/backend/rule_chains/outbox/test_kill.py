"""A real server, killed again and again between answer and delivery: no webhook is lost, none is invented."""

import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from ss_admin.backend.store.tables import DeliveryRow, ExecutionRow
from tests.support.certificates import make_certificate
from tests.support.partner import Partner, partner_at
from tests.support.server_process import RawConnection, ServerProcess, execute_request, running_server
from tests.support.webhook_receiver import Reply, TakenWebhook, WebhookReceiver, chain_calling

HOSTS = ("127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4")
CALLERS = 4
WAIT_SECONDS = 120
"""For a busy machine; on an idle one all of it takes a fraction of that."""


class FailingReceiver:
    """Takes every second webhook, more or less; of the others some get an error and some nothing at all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(20260504)
        self.accepted: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}

    def __call__(self, webhook: TakenWebhook) -> object:
        with self._lock:
            self.bodies.setdefault(webhook.delivery_id, set()).add(webhook.body)
            luck = self._random.random()
            if luck < 0.3:
                return Reply(500)
            # It has done its work either way; where it says nothing, the sender cannot know.
            self.accepted[webhook.delivery_id] += 1
        return Reply() if luck >= 0.5 else lambda stream: stream.shutdown(socket.SHUT_RDWR)


class Callers:
    """Call a chain from several connections until so many calls were answered, whatever happens to the server."""

    def __init__(self, requests: list[bytes], wanted: int) -> None:
        self._requests = requests
        self._wanted = wanted
        self._lock = threading.Condition()
        self._address: tuple[str, int] | None = None
        self.answered: list[str] = []
        self._threads = [threading.Thread(target=self._call, args=(number,), daemon=True) for number in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def turn_to(self, server: ServerProcess | None) -> None:
        """The server that is there now."""
        with self._lock:
            self._address = server.address if server else None
            self._lock.notify_all()

    def wait_for(self, count: int) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.answered) >= min(count, self._wanted), WAIT_SECONDS), len(
                self.answered
            )

    def _call(self, number: int) -> None:
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._address is not None or self._is_done())
                if self._is_done():
                    return
                address = self._address
            with suppress(OSError), RawConnection(address or ("", 0)) as connection:
                while not self._is_done():
                    answer = connection.answer(self._requests[number % len(self._requests)])
                    assert answer.status == 200, answer.body
                    with self._lock:
                        self.answered.append(json.loads(answer.body)["execution_id"])
                        self._lock.notify_all()

    def _is_done(self) -> bool:
        return len(self.answered) >= self._wanted


@contextmanager
def server_on(url: str, folder: Path, ca_file: Path) -> Iterator[ServerProcess]:
    with running_server(
        folder,
        database_url=url,
        webhook_allowed_networks="127.0.0.0/8",
        webhook_ca_file=str(ca_file),
        webhook_retry_seconds="0.1",
        webhook_retry_max_seconds="0.5",
        log_level="ERROR",
    ) as server:
        yield server


def pending(partner: Partner) -> int:
    with partner.store.reading() as session:
        return session.scalar(select(func.count(DeliveryRow.next_attempt_at))) or 0


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("database", "calls", "kills"), [("sqlite", 1000, (200, 600, 1000)), ("postgresql", 200, (60, 200))]
)
def test_every_webhook_arrives_under_one_id_although_the_server_is_killed_between_answer_and_delivery(
    request: pytest.FixtureRequest, tmp_path: Path, database: str, calls: int, kills: tuple[int, ...]
) -> None:
    url = request.getfixturevalue(f"{database}_url")
    certificate = make_certificate(tmp_path, addresses=HOSTS)
    failing = FailingReceiver()
    with WebhookReceiver(certificate, failing, host="0.0.0.0") as receiver, partner_at(url) as partner:
        key = partner.key()
        chains = [partner.chain("plain-acknowledge", definition=chain_calling(receiver.url(host))) for host in HOSTS]
        header = f"x-api-key: {key.secret}".encode()
        callers = Callers([execute_request(chain, b'{"text": "fire"}', header) for chain in chains], calls)
        for count in kills:
            with server_on(url, tmp_path, certificate.ca_file) as server:
                callers.turn_to(server)
                callers.wait_for(count)
                callers.turn_to(None)
                server.kill()
        with server_on(url, tmp_path, certificate.ca_file):
            partner.settle()
            until = time.monotonic() + WAIT_SECONDS
            while pending(partner) > 0:
                assert time.monotonic() < until, pending(partner)
                time.sleep(0.05)
        with partner.store.reading() as session:
            executions = set(session.scalars(select(ExecutionRow.id)))
            deliveries = list(session.execute(select(DeliveryRow.id, DeliveryRow.execution_id, DeliveryRow.status)))
    assert len(callers.answered) >= calls
    assert set(callers.answered) <= executions
    assert sorted(row.execution_id for row in deliveries) == sorted(executions)
    assert {row.status for row in deliveries} == {"delivered"}
    assert set(failing.accepted) == {row.id for row in deliveries}
    assert all(len(bodies) == 1 for bodies in failing.bodies.values())
    assert failing.bodies.keys() == failing.accepted.keys()

"""An answered call survives kill -9: whatever was answered 200 or 500 is in the database afterwards."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select

from ss_admin.backend.store.tables import ExecutionRow, RecordRow, RuleChainDayRow
from tests.support.chain_definitions import compute, in_a_row, save_record
from tests.support.partner import Partner, partner_at
from tests.support.server_process import RawConnection, ServerProcess, execute_request, running_server

CALLERS = 8
ANSWERS_BEFORE_THE_KILL = 200


@dataclass
class Answered:
    """What callers were told, by status: execution ids with the number that was sent."""

    by_status: dict[int, dict[str, object]] = field(default_factory=lambda: {200: {}, 500: {}})

    def count(self) -> int:
        return sum(map(len, self.by_status.values()))


@pytest.fixture(params=["sqlite", "postgresql"])
def server_and_partner(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[ServerProcess, Partner]]:  # fmt: skip
    url = request.getfixturevalue(f"{request.param}_url")
    with running_server(tmp_path, database_url=url) as server, partner_at(url) as partner:
        yield server, partner


def call_until_the_end(server: ServerProcess, partner: Partner, chain: str, answered: Answered, number: int) -> None:
    """Call on one connection until the server is gone; every other call makes the chain fail."""
    line = b"x-api-key: " + partner.key().secret.encode()
    try:
        with RawConnection(server.address) as connection:
            for sent in range(10_000):
                n: object = f"{number}-{sent}" if sent % 2 else number * 10_000 + sent
                answer = connection.answer(execute_request(chain, json.dumps({"n": n}).encode(), line))
                document = answer.document()
                answered.by_status[answer.status][document["execution_id"]] = n
    except OSError:
        return


def test_every_answered_call_is_there_after_kill_9(server_and_partner: tuple[ServerProcess, Partner]) -> None:
    server, partner = server_and_partner
    chain = partner.chain(
        "plain-acknowledge", definition=in_a_row(compute(next="n + 1"), save_record(document="{ number: n }"))
    )
    answered = Answered()
    callers = [
        threading.Thread(target=call_until_the_end, args=(server, partner, chain, answered, number))
        for number in range(1, 1 + CALLERS)
    ]
    for caller in callers:
        caller.start()
    deadline = time.monotonic() + 60
    while answered.count() < ANSWERS_BEFORE_THE_KILL:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    server.kill()
    for caller in callers:
        caller.join(30)
    partner.settle()  # by the housekeeping of another server, which finds what the dead one has left
    with partner.store.reading() as session:
        executions = {row.id: row for row in session.scalars(select(ExecutionRow))}
        documents = {row.execution_id: row.document for row in session.scalars(select(RecordRow))}
        [day] = session.scalars(select(RuleChainDayRow))
    succeeded, failed = answered.by_status[200], answered.by_status[500]
    assert len(succeeded) > 10
    assert len(failed) > 10
    assert {told: (executions[told].outcome, executions[told].input["n"]) for told in succeeded} == {
        told: ("succeeded", n) for told, n in succeeded.items()
    }
    assert {told: (executions[told].outcome, executions[told].input["n"]) for told in failed} == {
        told: ("failed", n) for told, n in failed.items()
    }
    assert {told: documents[told] for told in succeeded} == {told: {"number": n} for told, n in succeeded.items()}
    # Nothing is half there: each success has its document, no failure has one, and the day has counted all of them.
    assert set(documents) == {row.id for row in executions.values() if row.outcome == "succeeded"}
    assert day.succeeded + day.failed == len(executions)
    # At most the calls in flight are recorded without having been answered.
    assert len(executions) - answered.count() <= CALLERS


def test_the_embedded_database_is_whole_after_kill_9(tmp_path: Path) -> None:
    file = tmp_path / "signalsync.db"
    with running_server(tmp_path) as server, partner_at(f"sqlite:///{file}") as partner:
        chain, answered = partner.chain("plain-acknowledge"), Answered()
        caller = threading.Thread(target=call_until_the_end, args=(server, partner, chain, answered, 1))
        caller.start()
        while answered.count() < 20:
            time.sleep(0.001)
        server.kill()
        caller.join(30)
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()

"""A server that is away: asked again by itself, at growing intervals, and told when it is back."""

import pytest

from ss_admin.client.errors import ClientError, ServerUnreachable, UnexpectedAnswer
from ss_admin.desktop.background import Background
from ss_admin.desktop.shell.reachability import RETRY_SECONDS, Reachability


class Server:
    def __init__(self) -> None:
        self.error: ClientError | None = ServerUnreachable("away")
        self.asked = 0

    def probe(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def reachability(server: Server, background: Background, qtbot) -> Reachability:
    return Reachability(background, server.probe, lambda error: isinstance(error, ServerUnreachable))


def pass_seconds(reachability: Reachability, seconds: int, background: Background) -> None:
    for _ in range(seconds):
        reachability._count_down()
    assert background.wait_idle()


def test_the_waits_grow_until_the_server_is_back(reachability, server, background):
    waits = []
    reachability.waiting.connect(waits.append)
    reachability.tell_lost(server.error)
    assert waits == [RETRY_SECONDS[0]]
    for wait in (*RETRY_SECONDS, RETRY_SECONDS[-1]):
        pass_seconds(reachability, wait, background)
    assert server.asked == len(RETRY_SECONDS) + 1
    assert waits[-1] == RETRY_SECONDS[-1]
    regained = []
    reachability.regained.connect(lambda: regained.append(1))
    server.error = None
    pass_seconds(reachability, RETRY_SECONDS[-1], background)
    assert regained == [1]
    assert not reachability.is_lost


def test_try_again_asks_at_once_and_only_once(reachability, server, background):
    reachability.tell_lost(server.error)
    reachability.try_now()
    reachability.try_now()
    assert background.wait_idle()
    assert server.asked == 1
    assert reachability.is_lost


def test_losing_it_twice_is_told_once(reachability, server):
    lost = []
    reachability.lost.connect(lost.append)
    reachability.tell_lost(server.error)
    reachability.tell_lost(server.error)
    assert len(lost) == 1


def test_an_answer_to_something_else_ends_the_waiting(reachability, server, background):
    reachability.tell_lost(server.error)
    reachability.tell_regained()
    assert not reachability.is_lost
    assert not reachability._second.isActive()
    reachability.try_now()
    assert background.wait_idle()
    assert server.asked == 0


def test_a_refusal_is_an_answer_and_is_passed_on(reachability, server, background):
    refusals = []
    reachability.refused.connect(refusals.append)
    reachability.tell_lost(server.error)
    server.error = UnexpectedAnswer("HTML")
    reachability.try_now()
    assert background.wait_idle()
    assert refusals == [server.error]
    assert not reachability.is_lost


def test_it_asks_by_itself_when_the_time_is_over(reachability, server, background, qtbot):
    reachability._second.setInterval(1)
    server.error = None
    with qtbot.waitSignal(reachability.regained):
        reachability.tell_lost(ServerUnreachable("away"))

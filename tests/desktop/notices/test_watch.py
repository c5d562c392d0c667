"""Looking after keys, over the real backend."""

from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ServerUnreachable
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.signals import Severity, SignalKind
from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.notices.told import ToldNews
from ss_admin.desktop.notices.watch import FIRST_LOOK_MS, LONGEST_PAUSE_MS, LOOK_MS, KeyWatch, Watched
from tests.support.api_keys import Seed, plant
from tests.support.planted_signals import plant_signal
from tests.support.sample_keys import SampleApiKeys
from tests.support.sample_signals import SampleSignals, sample_signal


class Lookout:
    """A watch, and what it said."""

    def __init__(self, background, watched: Watched) -> None:
        self._background = background
        self.watch = KeyWatch(background)
        self.said: list[Announcement] = []
        self.counts: list[int] = []
        self.watch.due.connect(self.said.append)
        self.watch.counted.connect(self.counts.append)
        self.watch.start(watched)

    def look(self) -> list[Announcement]:
        before = len(self.said)
        self.watch.look()
        assert self._background.wait_idle()
        return self.said[before:]


@pytest.fixture
def connection(admin_backend, background):
    made = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield made
    background.shutdown()
    made.close()


def test_a_key_in_trouble_and_one_that_expires_are_told_once(admin_backend, background, connection, tmp_path):
    now = datetime.now(UTC)
    seeds = [
        Seed(name="Attacked", expires_at=now + timedelta(days=200)),
        Seed(name="Ending", expires_at=now + timedelta(hours=20)),
        Seed(name="Quiet", expires_at=now + timedelta(days=100)),
    ]
    ids = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, seeds)
    path, tenant = str(tmp_path / "settings.ini"), (admin_backend.store, admin_backend.tenant)

    def lookout() -> Lookout:
        told = ToldNews(path, admin_backend.url, admin_backend.admin.user_id)
        return Lookout(background, Watched(SignalsClient(connection), ApiKeysClient(connection), told))

    first = lookout()
    ending = first.look()
    assert [(item.title, item.api_key_id) for item in ending] == [("Ending expires soon", ids[1])]
    signal_id = plant_signal(*tenant, ids[0], SignalKind.SPIKE, severity=Severity.ALERT)
    plant_signal(*tenant, ids[2], SignalKind.NEVER_EXPIRES, severity=Severity.NOTE)
    assert [item.title for item in first.look()] == ["Attacked needs attention"]
    assert first.look() == []
    assert first.counts[-1] == 1
    second = lookout()
    assert second.look() == []
    SignalsClient(connection).acknowledge(signal_id)
    assert second.look() == []
    assert second.counts[-1] == 0


def test_while_the_server_is_away_it_asks_ever_less_often(background):
    signals = SampleSignals([sample_signal(1, SignalKind.SPIKE, severity=Severity.ALERT)])
    lookout = Lookout(background, Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
    assert lookout.watch._timer.interval() == FIRST_LOOK_MS
    signals.fail_with = ServerUnreachable("away")
    pauses = []
    for _ in range(6):
        assert lookout.look() == []
        pauses.append(lookout.watch.pause_ms)
    assert pauses[:2] == [2 * LOOK_MS, 4 * LOOK_MS]
    assert pauses[-1] == LONGEST_PAUSE_MS
    signals.fail_with = None
    assert len(lookout.look()) == 1
    assert lookout.watch.pause_ms == LOOK_MS


def test_it_is_quiet_once_the_session_is_over(admin_backend, background, connection):
    told = ToldNews("", "s", "u")
    lookout = Lookout(background, Watched(SignalsClient(connection), ApiKeysClient(connection), told))
    connection.token = "no-longer-known-0123456789abcdefghijklmnop"
    assert lookout.look() == []
    assert not lookout.watch.is_watching
    assert not lookout.watch._timer.isActive()


def test_an_answer_that_comes_after_the_end_is_not_told(background):
    signals = SampleSignals([sample_signal(1, SignalKind.SPIKE, severity=Severity.ALERT)])
    lookout = Lookout(background, Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
    lookout.watch.look()
    lookout.watch.stop()
    assert background.wait_idle()
    assert lookout.said == []


def test_of_hundreds_a_part_is_read_and_nothing_is_told_twice(background):
    signals = SampleSignals([sample_signal(number, SignalKind.SPIKE, severity=Severity.ALERT) for number in range(700)])
    lookout = Lookout(background, Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
    assert [item.title for item in lookout.look()] == ["500 keys need attention"]
    assert lookout.look() == []

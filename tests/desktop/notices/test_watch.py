"""Looking after keys, over the real backend."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update

from ss_admin.backend.signals.evaluation import Evaluation
from ss_admin.backend.store.tables import SignalRow
from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ClientError, ServerUnreachable, SessionEnded
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.signals import Severity, SignalKind
from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.notices.told import ToldNews
from ss_admin.desktop.notices.watch import FIRST_LOOK_MS, LONGEST_PAUSE_MS, LOOK_MS, KeyWatch, Watched
from tests.support.api_keys import Seed, plant
from tests.support.backend import PASSWORD
from tests.support.planted_signals import NOW, plant_signal
from tests.support.sample_keys import SampleApiKeys
from tests.support.sample_signals import SampleSignals, sample_signal


class Lookout:
    """A watch, and what it said."""

    def __init__(self, background, watched: Watched) -> None:
        self._background = background
        self.watch = KeyWatch(background, parent=background)
        self.said: list[Announcement] = []
        self.counts: list[int] = []
        self.watch.due.connect(self.said.append)
        self.watch.counted.connect(self.counts.append)
        self.refused: list[ClientError] = []
        self.watch.refused.connect(self.refused.append)
        self.watch.start(watched)

    def look(self) -> list[Announcement]:
        before = len(self.said)
        self.watch.look()
        assert self._background.wait_idle()
        return self.said[before:]


@pytest.fixture
def watching(background):
    """Makes a watch of its own; at the end each is stopped here, since what is left of it may die on another thread."""
    made: list[Lookout] = []

    def make(watched: Watched) -> Lookout:
        made.append(Lookout(background, watched))
        return made[-1]

    yield make
    for each in made:
        each.watch.stop()


@pytest.fixture
def connection(admin_backend, background):
    made = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield made
    background.shutdown()
    made.close()


@pytest.fixture
def lookout(admin_backend, watching, connection, tmp_path):
    """A watch over the real backend, with what was told in a file, as after each start of the app."""

    def make() -> Lookout:
        told = ToldNews(str(tmp_path / "settings.ini"), admin_backend.url, admin_backend.admin.user_id)
        return watching(Watched(SignalsClient(connection), ApiKeysClient(connection), told))

    return make


def test_a_key_in_trouble_is_told_once_and_again_with_new_evidence(admin_backend, connection, lookout):
    ids = plant(
        admin_backend.store, admin_backend.tenant, admin_backend.user, [Seed(name="Attacked"), Seed(name="Old")]
    )
    tenant = (admin_backend.store, admin_backend.tenant)
    first = lookout()
    assert first.look() == []
    signal_id = plant_signal(*tenant, ids[0], SignalKind.SPIKE, severity=Severity.ALERT)
    plant_signal(*tenant, ids[1], SignalKind.NEVER_EXPIRES, severity=Severity.NOTE)
    told = first.look()
    assert [(item.title, item.api_key_id) for item in told] == [("“Attacked” needs attention", ids[0])]
    assert told[0].text == "Unusual spike. 38 calls."
    assert first.look() == []
    assert first.counts[-1] == 2
    second = lookout()
    assert second.look() == []
    SignalsClient(connection).acknowledge(signal_id)
    assert second.look() == []
    assert second.counts[-1] == 1
    with admin_backend.store.writing() as session:
        session.execute(update(SignalRow).values(acknowledged_at=None, evidence_at=NOW + timedelta(days=1)))
    assert [item.title for item in second.look()] == ["“Attacked” needs attention"]


def test_what_was_acknowledged_before_anybody_was_told_stays_silent(admin_backend, connection, lookout):
    (key,) = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, [Seed()])
    signal_id = plant_signal(admin_backend.store, admin_backend.tenant, key, SignalKind.SPIKE, severity=Severity.ALERT)
    SignalsClient(connection).acknowledge(signal_id)
    assert lookout().look() == []


def test_many_at_once_are_one_notice(admin_backend, lookout):
    ids = plant(admin_backend.store, admin_backend.tenant, admin_backend.user, [Seed(name=f"K{n}") for n in range(4)])
    for key in ids:
        plant_signal(admin_backend.store, admin_backend.tenant, key, SignalKind.NEW_ADDRESS, severity=Severity.WARNING)
    (told,) = lookout().look()
    assert (told.title, told.api_key_id) == ("4 keys need attention", None)


def test_an_expiry_is_told_at_seven_three_and_one_working_days_over_a_fortnight(admin_backend, connection, lookout):
    friday = datetime(2026, 12, 18, 15, 0, tzinfo=UTC)
    seeds = [
        Seed(name="Ending", expires_at=friday, created_at=friday - timedelta(days=90)),
        Seed(name="Made for a week", expires_at=friday, created_at=friday - timedelta(days=6)),
        Seed(name="Disabled", expires_at=friday, status=ApiKeyStatus.DISABLED),
        Seed(name="Later", expires_at=friday + timedelta(days=60)),
    ]
    plant(admin_backend.store, admin_backend.tenant, admin_backend.user, seeds)
    evaluation = Evaluation(admin_backend.store)
    told: list[tuple[date, str, str]] = []
    for number in range(14, -1, -1):
        now = friday - timedelta(days=number, hours=3)
        with time_machine.travel(now, tick=True):
            evaluation.look(now)
            connection.token = AccountsClient(connection).sign_in("ada.admin", PASSWORD).token
            watch = lookout()
            told += [(now.date(), item.title, item.text) for item in [*watch.look(), *watch.look()]]
    assert [(day.day, title) for day, title, _ in told] == [
        (9, "“Ending” expires soon"),
        (15, "“Ending” expires soon"),
        (17, "2 keys expire soon"),
    ]
    assert [text.partition(", on ")[0] for _, _, text in told[:2]] == [
        "It expires in 7 working days",
        "It expires in 3 working days",
    ]


def test_while_the_server_is_away_it_asks_ever_less_often(watching):
    signals = SampleSignals([sample_signal(1, SignalKind.SPIKE, severity=Severity.ALERT)])
    lookout = watching(Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
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


def test_it_is_quiet_once_the_session_is_over(watching, connection):
    told = ToldNews("", "s", "u")
    lookout = watching(Watched(SignalsClient(connection), ApiKeysClient(connection), told))
    connection.token = "no-longer-known-0123456789abcdefghijklmnop"
    assert lookout.look() == []
    assert not lookout.watch.is_watching
    assert not lookout.watch._timer.isActive()
    assert [type(error) for error in lookout.refused] == [SessionEnded]


def test_an_answer_that_comes_after_the_end_is_not_told(background, watching):
    signals = SampleSignals([sample_signal(1, SignalKind.SPIKE, severity=Severity.ALERT)])
    lookout = watching(Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
    lookout.watch.look()
    lookout.watch.stop()
    assert background.wait_idle()
    assert lookout.said == []


def test_of_hundreds_a_part_is_read_and_nothing_is_told_twice(watching):
    signals = SampleSignals([sample_signal(number, SignalKind.SPIKE, severity=Severity.ALERT) for number in range(700)])
    lookout = watching(Watched(signals, SampleApiKeys.of(1), ToldNews("", "s", "u")))
    assert [item.title for item in lookout.look()] == ["200 keys need attention"]
    assert lookout.look() == []

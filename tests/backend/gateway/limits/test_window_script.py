"""The script beside the plainest possible model, in real time at a real Redis: windows of some milliseconds."""

import itertools
import struct
import time
from importlib import resources
from typing import NamedTuple

import pytest
import redis
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.redis_server import RedisServer

SCRIPT = resources.files("ss_admin.backend.gateway.limits").joinpath("window.lua").read_text(encoding="utf-8")
HEADER = struct.Struct("<ddddIIII")
RUN = 7
# Real time cannot be replayed or shrunk.
IN_REAL_TIME = settings(max_examples=25, deadline=None, phases=[Phase.generate])
names = (f"window {number}" for number in itertools.count())


class Answer(NamedTuple):
    granted: int
    remaining: int
    wait: int
    now: int
    slot: int
    birth: int


class Window:
    """One window's string, asked as workers ask."""

    def __init__(self, server: RedisServer, limit: int, window: int, width: int = 0, life: int = 0) -> None:
        self.client = server.client()
        self.script = self.client.register_script(SCRIPT)
        self.name = next(names)
        self.parts = (limit, window, width)
        self.life = life

    def ask(self, want: int = 1, birth: int = 0, *more: int | bytes, run: int = RUN) -> Answer | None:
        told = self.script(keys=[self.name], args=[run, *self.parts, want, self.life, birth, *more])
        return None if told == b"lost" else Answer(*map(int, told.split()))

    def tell(self, made: list[tuple[int, int]], granted: list[tuple[int, int, int]] = (), run: int = RUN) -> Answer:
        told = self.ask(
            0,
            0,
            0,
            0,
            b"".join(struct.pack("<ddI", *entry) for entry in granted),
            b"".join(struct.pack("<dI", *entry) for entry in made),
            run=run,
        )
        assert told is not None
        return told

    def header(self) -> tuple:
        return HEADER.unpack(self.client.getrange(self.name, 0, HEADER.size - 1))


PAUSES = st.lists(st.sampled_from([0, 0, 0, 0.0005, 0.002, 0.01, 0.03]), min_size=1, max_size=80)


@given(pauses=PAUSES, limit=st.integers(1, 20), window=st.sampled_from([2_000, 10_000, 25_000]))
@IN_REAL_TIME
def test_each_decision_is_exact(shared_server: RedisServer, pauses: list[float], limit: int, window: int) -> None:
    asked, made = Window(shared_server, limit, window), []
    for pause in pauses:
        time.sleep(pause)
        answer = asked.ask()
        counted = [at for at in made if at > answer.now - window]
        assert answer.granted == (len(counted) < limit)
        if answer.granted:
            made.append(answer.now)
            counted.append(answer.now)
        assert answer.remaining == limit - len(counted)
        assert answer.wait == counted[0] + window - answer.now


@given(
    steps=st.lists(st.tuples(st.sampled_from([0, 0, 0.001, 0.02]), st.integers(1, 40), st.integers(0, 40)), max_size=60)
)
@IN_REAL_TIME
def test_lots_and_slots_never_let_go_early(shared_server: RedisServer, steps: list[tuple[float, int, int]]) -> None:
    """What is given back of a lot no longer counts; all else counts until the lot's life and its slot have left."""
    limit, window, width, life = 200, 40_000, 500, 3_000
    asked = Window(shared_server, limit, window, width, life)
    lots: list[list[int]] = []
    back = (0, 0)
    for pause, want, unused in steps:
        time.sleep(pause)
        answer = asked.ask(want, 0, *back)
        must = sum(number for ends, number in lots if ends > answer.now - window)
        may = sum(number for ends, number in lots if ends > answer.now - window - life - 2 * width)
        room = limit - answer.remaining - answer.granted
        assert must <= room <= may
        assert answer.granted == 0 if room == limit else 1 <= answer.granted <= max(1, (limit - room) // 16)
        left = min(unused, answer.granted)
        back = (left, answer.slot)
        if answer.granted:
            ends = answer.now + (life if answer.granted > 1 else 0)
            lots.append([ends, answer.granted - left])


@pytest.mark.parametrize(("limit", "width"), [(7_000, 0), (1_000_000, 21_600_000)])
def test_a_string_stays_below_64_kib_whatever_the_limit(shared_server: RedisServer, limit: int, width: int) -> None:
    day = 86_400_000_000
    window = Window(shared_server, limit, day, width)
    window.tell([(day - number * (day // 10_000) - 1, 90) for number in range(10_000)])
    window.ask()
    assert shared_server.client().memory_usage(window.name) <= 64 * 1024


def test_a_limit_of_100_takes_below_2_kib(shared_server: RedisServer) -> None:
    window = Window(shared_server, 100, 60_000_000)
    answers = [window.ask() for _ in range(150)]
    assert sum(answer.granted for answer in answers) == 100
    assert shared_server.client().memory_usage(window.name) < 1_100


def test_the_string_goes_with_its_window(shared_server: RedisServer) -> None:
    window = Window(shared_server, 5, 60_000_000)
    window.ask()
    assert 60_000 < shared_server.client().pttl(window.name) <= 61_000


def test_what_a_worker_admitted_without_redis_counts_from_when_it_did(shared_server: RedisServer) -> None:
    window = Window(shared_server, 10, 60_000_000)
    window.ask()
    told = window.tell([(59_900_000, 1), (30_000_000, 1), (20_000_000, 1), (61_000_000, 1)])
    assert told.remaining == 6
    assert 0 < told.wait <= 100_000
    time.sleep(0.15)
    assert window.ask().remaining == 6


def test_more_than_the_limit_told_admits_nothing_until_enough_have_left(shared_server: RedisServer) -> None:
    window = Window(shared_server, 3, 60_000_000)
    told = window.tell([(number * 10_000_000, 1) for number in range(1, 6)])
    assert told.remaining == 0
    assert 29_000_000 < told.wait <= 30_000_000


def test_a_string_that_is_gone_is_told_to_who_knew_it(shared_server: RedisServer) -> None:
    window = Window(shared_server, 3, 60_000_000)
    birth = window.ask().birth
    assert window.ask(1, birth).birth == birth
    shared_server.client().delete(window.name)
    assert window.ask(1, birth) is None
    assert not shared_server.client().exists(window.name)


def test_a_restored_string_takes_only_what_came_after_its_copy(shared_server: RedisServer) -> None:
    window = Window(shared_server, 10, 60_000_000)
    kept = [window.ask() for _ in range(3)]
    copy = shared_server.client().dump(window.name)
    lost = [window.ask() for _ in range(2)]
    shared_server.client().restore(window.name, 60_000, copy, replace=True)
    assert window.ask(1, kept[0].birth, run=RUN + 1) is None
    granted = [(answer.now, 1_000, 1) for answer in kept + lost]
    told = window.tell([], granted, run=RUN + 1)
    assert told.remaining == 5
    assert window.tell([], granted, run=RUN + 1).remaining >= 3


def test_a_clock_set_back_neither_blocks_nor_frees(shared_server: RedisServer) -> None:
    """As if the clock had been an hour ahead: all entries and the header's instants an hour later than they are."""
    window, hour = Window(shared_server, 4, 400_000), 3_600_000_000
    for _ in range(3):
        window.ask()
        time.sleep(0.05)
    clock, cut, origin, birth, first, used, total, capacity = window.header()
    client = shared_server.client()
    client.setrange(window.name, 0, HEADER.pack(clock + hour, cut, origin, birth, first, used, total, capacity))
    for number in range(3):
        offset = HEADER.size + 8 * number
        (instant,) = struct.unpack("<d", client.getrange(window.name, offset, offset + 7))
        client.setrange(window.name, offset, struct.pack("<d", instant + hour))
    answer = window.ask()
    assert (answer.granted, answer.remaining) == (1, 0)
    refused = window.ask()
    assert refused.granted == 0
    assert 200_000 < refused.wait <= 300_000
    time.sleep(refused.wait / 1_000_000)
    assert window.ask().granted == 1


def test_a_script_call_needs_one_key_only(shared_server: RedisServer) -> None:
    """So it runs on a cluster, where a script may touch one hash slot."""
    assert SCRIPT.count("KEYS[") == 2  # its description, and the one use
    with pytest.raises(redis.ResponseError):
        Window(shared_server, 1, 1).script(keys=[], args=[RUN, 1, 1, 0, 1, 0, 0])

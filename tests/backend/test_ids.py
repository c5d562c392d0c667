import threading
import time
import uuid

from ss_admin.backend.ids import TimeOrderedIds


def test_an_id_is_a_uuid_of_version_7_with_its_moment_in_front() -> None:
    made = TimeOrderedIds().new(1_700_000_000_123_456)
    known = uuid.UUID(made)
    assert (str(known), known.version, known.variant) == (made, 7, uuid.RFC_4122)
    assert known.int >> 80 == 1_700_000_000_123


def test_later_ids_come_later() -> None:
    ids = TimeOrderedIds()
    made = [ids.new(moment_us) for moment_us in (5, 1_000_000, 1_700_000_000_000_000, time.time_ns() // 1000)]
    assert made == sorted(made)
    assert ids.new(5) < made[1]


def test_no_two_are_alike_whatever_their_maker_and_moment() -> None:
    ids, others = TimeOrderedIds(), TimeOrderedIds()
    found: list[list[str]] = [[] for _ in range(8)]

    def make(mine: list[str]) -> None:
        mine += [ids.new(moment) for moment in range(5000)]

    workers = [threading.Thread(target=make, args=(mine,)) for mine in found]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    everything = [made for mine in found for made in mine] + [others.new(1) for _ in range(5000)]
    assert len(set(everything)) == len(everything) == 45_000

"""Whichever worker is asked tells of all of them, and no counter falls while the server lives."""

import time
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from ss_admin.backend.telemetry.durations import Durations
from ss_admin.backend.telemetry.families import FAMILIES
from ss_admin.backend.telemetry.metrics import RequestCounters, render_metrics
from ss_admin.backend.telemetry.own_numbers import OwnNumbers
from ss_admin.backend.telemetry.snapshots import LIVE_SECONDS, Snapshot, SnapshotFiles


class Worker:
    """Counts calls, and tells of them as a worker does."""

    def __init__(self, folder: Path, name: str) -> None:
        self.calls = {"succeeded": 0}
        self.durations = Durations()
        self.numbers = OwnNumbers(
            folder, name, "worker", counters=self.counters, gauges=lambda: {"ss_known_keys": {"": 7}}
        )

    def counters(self):
        return {
            "ss_partner_calls_total": dict(self.calls),
            "ss_partner_call_seconds": self.durations.by_bucket(),
            "ss_worker_starts_total": {"": 1},
        }

    def call(self, code: str = "succeeded", microseconds: int = 300) -> None:
        self.calls[code] = self.calls.get(code, 0) + 1
        self.durations.add(microseconds)

    def told(self) -> dict[tuple[str, str], float]:
        """The samples of this worker's `/metrics`, by name and label."""
        text = render_metrics(self.numbers.of_all(), {})
        return {
            (sample.name, next(iter(sample.labels.values()), "")): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }


CALLS = ("ss_partner_calls_total", "succeeded")


def test_each_worker_tells_of_all(tmp_path: Path):
    first, second = Worker(tmp_path, "a"), Worker(tmp_path, "b")
    for _ in range(3):
        first.call()
    second.call("rate_limited", 20_000)
    first.numbers.write()
    told = second.told()
    assert (told[CALLS], told["ss_partner_calls_total", "rate_limited"]) == (3, 1)
    assert (told["ss_workers", ""], told["ss_worker_starts_total", ""], told["ss_known_keys", ""]) == (2, 2, 7)
    assert told["ss_partner_call_seconds_count", ""] == 4
    assert told["ss_partner_call_seconds_bucket", "0.0005"] == 3
    assert told["ss_partner_call_seconds_bucket", "+Inf"] == 4
    assert round(told["ss_partner_call_seconds_sum", ""], 6) == 0.0209


def test_what_one_answer_told_the_next_ones_know_whoever_gives_them(tmp_path: Path):
    workers = [Worker(tmp_path, "a"), Worker(tmp_path, "b")]
    before = 0.0
    for turn in range(20):
        workers[turn % 2].call()
        workers[0].call()
        now = workers[turn % 2].told()[CALLS]
        assert now >= before + 1
        before = now


def test_counters_outlive_their_worker_and_gauges_do_not(tmp_path: Path):
    dead, living = Worker(tmp_path, "dead"), Worker(tmp_path, "living")
    for _ in range(5):
        dead.call()
    dead.numbers.write()
    living.call()
    assert living.told()[CALLS] == 6
    for _ in range(2):
        living.numbers.fold(lambda name, _: name == "dead")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["gone.numbers.json", "living.numbers.json"]
        told = living.told()
        assert (told[CALLS], told["ss_workers", ""], told["ss_worker_starts_total", ""]) == (6, 1, 2)
        assert told["ss_partner_call_seconds_count", ""] == 6


def test_a_file_that_could_not_be_deleted_after_folding_counts_once(tmp_path: Path):
    dead, living = Worker(tmp_path, "dead"), Worker(tmp_path, "living")
    dead.call()
    dead.numbers.write()
    kept = (tmp_path / "dead.numbers.json").read_bytes()
    living.numbers.fold(lambda name, _: name == "dead")
    (tmp_path / "dead.numbers.json").write_bytes(kept)
    assert living.told()[CALLS] == 1
    living.numbers.fold(lambda *_: False)
    assert living.told()[CALLS] == 1
    assert not (tmp_path / "dead.numbers.json").exists()


def test_a_worker_that_says_nothing_any_more_is_not_counted_as_there(tmp_path: Path):
    worker = Worker(tmp_path, "living")
    stuck = Snapshot("worker", time.monotonic() - LIVE_SECONDS - 1, {}, {"ss_known_keys": {"": 900}})
    SnapshotFiles(tmp_path).write("stuck", stuck)
    (tmp_path / "half.numbers.json").write_text("{")
    told = worker.told()
    assert (told["ss_workers", ""], told["ss_known_keys", ""]) == (1, 7)


def test_where_the_disk_takes_nothing_a_worker_tells_of_itself(tmp_path: Path):
    worker = Worker(tmp_path / "not there", "a")
    worker.call()
    assert worker.told()[CALLS] == 1


def test_every_metric_is_named_and_told_of_as_prometheus_wants_it():
    names = [family.name for family in FAMILIES]
    assert len(names) == len(set(names))
    for family in FAMILIES:
        assert family.name.endswith("_total") == (family.kind == "counter")
        assert family.meaning.endswith(".")
    requests = RequestCounters()
    requests.count(200, 1500)
    snapshot = Snapshot("worker", time.monotonic(), requests.numbers(), {})
    text = render_metrics([snapshot], {})
    assert 'ss_admin_requests_total{status="200"} 1.0' in text.splitlines()
    assert "ss_limiter_outages_total 0.0" in text.splitlines()

"""The load that the bench makes: what it sends, and how it reads what `wrk` found."""

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from jsonschema_rs import validator_for

from ss_admin.resource_files import resource_path
from tests.benchmarks.bench import median_of
from tests.benchmarks.load import Load, LoadFailed, Measured, make_bodies, parse_result


def test_bodies_differ_and_all_fit_the_demos_chain() -> None:
    chain = json.loads(resource_path("sample-chains/building-alarm.json").read_text(encoding="utf-8"))
    validator, bodies = validator_for(chain["input_schema"]), make_bodies()
    assert len(set(bodies)) == len(bodies) > 900
    assert all(validator.is_valid(json.loads(body)) for body in bodies)


def test_a_result_is_found_among_what_wrk_says() -> None:
    said = (
        "Running 2s test\n"
        'RESULT {"calls": 3000, "microseconds": 1500000, "refused": 1, "broken": 2, "p50_us": 3.5, "p99_us": 4, '
        '"max_us": 5}\n'
    )
    assert parse_result(said, 0.75) == Measured(3000, 1_500_000, 1, 2, 3.5, 4, 5, 0.75)
    assert parse_result(said, 0.75).per_second == 2000
    assert parse_result(said, 0.75).load_share == 0.5


def test_a_load_that_told_nothing_has_failed() -> None:
    with pytest.raises(LoadFailed, match="unable to connect"):
        parse_result("unable to connect to 127.0.0.1")


def test_the_median_of_rounds_is_the_one_in_the_middle() -> None:
    rounds = [Measured(calls, 1_000_000, 0, 0, 0, p99, 0) for calls, p99 in [(10, 7), (1000, 1), (20, 9)]]
    assert median_of(rounds) == 20
    assert median_of(rounds, "p99_us") == 7


@contextmanager
def listening(status: int) -> Iterator[tuple[str, Counter[tuple[str | None, str]]]]:
    """A server that answers `status` to everything, and what it was sent: pairs of key and body."""
    received: Counter[tuple[str | None, str]] = Counter()

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            received[self.headers["x-api-key"], body] += 1
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()


def test_keys_and_bodies_take_turns() -> None:
    with listening(200) as (url, received):
        measured = Load(url, ["first", "second"], ['{"n": 1}', '{"n": "ü"}', "{}"]).run(1, connections=2)
    assert measured.calls > 6
    assert set(received) == {(key, body) for key in ("first", "second") for body in ('{"n": 1}', '{"n": "ü"}', "{}")}


def test_an_empty_key_sends_no_header() -> None:
    with listening(401) as (url, received):
        measured = Load(url, is_refused=True).run(1, connections=1)
    assert measured.refused == measured.calls > 0
    assert set(received) == {(None, "{}")}


def test_other_answers_than_expected_are_no_result() -> None:
    with listening(503) as (url, _), pytest.raises(LoadFailed, match="refused"):
        Load(url).run(1, connections=1)

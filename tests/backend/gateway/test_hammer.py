"""200 threads on one limited key over real HTTP, judged by the instants recorded inside the server."""

import json
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from ss_admin.contract.api_keys import RateLimit
from tests.support.article import sample_request
from tests.support.partner import partner_at
from tests.support.server_process import RawConnection, running_server
from tests.support.windows import assert_exact

RECORDING_SERVER = """
import json, os
from ss_admin.backend import app
from ss_admin.backend.cli import main
from ss_admin.backend.gateway.limits.local import SlidingWindowLimiter

class Recording(SlidingWindowLimiter):
    def __init__(self):
        super().__init__()
        self.seen = []
    def window(self, key, limit):
        return RecordingWindow(super().window(key, limit), self.seen)
    def close(self):
        if self.seen:
            with open(os.environ["RECORD"], "w") as file:
                json.dump(self.seen, file)

class RecordingWindow:
    def __init__(self, inner, seen):
        self.inner, self.seen = inner, seen
    def decide(self):
        decision = self.inner.decide()
        self.seen.append((decision.admitted, decision.instant_ns))
        return decision

app.SlidingWindowLimiter = Recording
main()
"""


@dataclass(frozen=True)
class Decided:
    admitted: bool
    instant_ns: int


def test_200_threads_over_http_are_admitted_exactly_for_10_seconds(tmp_path: Path, monkeypatch) -> None:
    record = tmp_path / "decisions.json"
    monkeypatch.setenv("RECORD", str(record))
    statuses: list[int] = []
    with (
        running_server(tmp_path, command=(sys.executable, "-c", RECORDING_SERVER), log_level="warning") as server,
        partner_at(f"sqlite:///{tmp_path / 'signalsync.db'}") as partner,
    ):
        key = partner.key(rate_limit=RateLimit(max_requests=100, window_seconds=2))
        request = sample_request(partner.chain(), key.secret)
        begin = threading.Barrier(200, timeout=60)

        def hammer() -> None:
            mine = []
            with RawConnection(server.address, timeout=60) as connection:
                begin.wait()
                end = time.monotonic() + 10
                while time.monotonic() < end:
                    mine.append(connection.answer(request).status)
            statuses.extend(mine)

        threads = [threading.Thread(target=hammer) for _ in range(200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.stop()[0] == 0
    decisions = [Decided(admitted, instant) for admitted, instant in json.loads(record.read_text())]
    admitted = assert_exact(decisions, 100, 2)
    assert set(statuses) == {200, 429}
    assert (statuses.count(200), len(statuses)) == (admitted, len(decisions))
    assert admitted >= 500

"""One worker of many that limit by the same Redis: a process that calls one key's window and tells each decision.

`limiting_workers` starts some, each with a clock of its own if need be. Standard input begins (a line) and ends (its
end) the calls; the decisions come on standard output as one JSON list.
"""

import contextlib
import json
import subprocess
import sys
import threading
import time
from bisect import bisect_right, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pydantic import SecretStr

from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.backend.propagation.watch import LiveWorkers
from ss_admin.contract.api_keys import RateLimit

ROOT = Path(__file__).parent.parent.parent
SECOND = 1_000_000_000


class Call(NamedTuple):
    """A decision with its instant at Redis, and when it began and ended by the machine's monotonic clock."""

    admitted: bool
    instant_ns: int
    began_ns: int
    ended_ns: int


@dataclass
class LimitingWorker:
    """A running worker; `stop` ends it and gives its calls."""

    process: "subprocess.Popen[str]"
    calls: list[Call] = field(default_factory=list)

    def begin(self) -> None:
        self.process.stdin.write("begin\n")
        self.process.stdin.flush()

    def stop(self) -> list[Call]:
        output, _ = self.process.communicate(timeout=60)
        assert self.process.returncode == 0
        return [Call(*call) for call in json.loads(output)]


@contextlib.contextmanager
def limiting_workers(
    url: str,
    limit: RateLimit,
    *,
    clocks: Sequence[str | None] = (None,) * 4,
    most_calls: int = 0,
    pause: float = 0.002,
    threads: int = 1,
) -> Iterator[list[LimitingWorker]]:
    """Workers that are ready to begin, one for each clock: an argument of `faketime`, or None for the true time.

    `most_calls`: how many each thread makes before it ends by itself; 0: as many as it can until it is stopped.
    """
    workers = []
    with contextlib.ExitStack() as stack:
        for rank, clock in enumerate(clocks):
            prefix = ["faketime", "-f", clock] if clock else []
            orders = {
                "url": url,
                "rank": rank,
                "count": len(clocks),
                "limit": limit.model_dump(),
                "most_calls": most_calls,
                "pause": pause,
                "threads": threads,
            }
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "tests.support.limiting_worker", json.dumps(orders)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(process.wait, 30)
            stack.callback(process.kill)
            workers.append(LimitingWorker(process))
        for worker in workers:
            assert worker.process.stdout.readline() == "ready\n"
        yield workers


def most_in_any_window(calls: Sequence[Call], window_seconds: float) -> int:
    """The most admissions that certainly fell into one trailing window, by the machine's monotonic clock.

    Each was made somewhere between its call's beginning and end; only what must have fallen together is counted.
    """
    begun: list[int] = []
    most = 0
    for call in sorted((call for call in calls if call.admitted), key=lambda call: call.ended_ns):
        insort(begun, call.began_ns)
        most = max(most, len(begun) - bisect_right(begun, call.ended_ns - round(window_seconds * SECOND)))
    return most


def main() -> None:
    orders = json.loads(sys.argv[1])
    limit = RateLimit(**orders["limit"])
    live = LiveWorkers(rank=orders["rank"], count=orders["count"])
    limiter = RedisLimiter(SecretStr(orders["url"]), f"worker-{live.rank}", lambda: live)
    window = limiter.window("key", limit)
    calls: list[Call] = []
    stopped = threading.Event()

    def work() -> None:
        mine: list[Call] = []
        while not stopped.is_set() and (not mine or len(mine) != orders["most_calls"]):
            began = time.monotonic_ns()
            decision = window.decide()
            mine.append(Call(decision.admitted, decision.instant_ns, began, time.monotonic_ns()))
            time.sleep(orders["pause"])
        calls.extend(mine)

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    threads = [threading.Thread(target=work) for _ in range(orders["threads"])]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    if not orders["most_calls"]:
        stopped.set()
    for thread in threads:
        thread.join()
    limiter.close()
    sys.stdout.write(json.dumps(calls))


if __name__ == "__main__":
    main()

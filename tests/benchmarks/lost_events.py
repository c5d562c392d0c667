"""`python -m tests.benchmarks.lost_events ENDPOINT`: a million events for an endpoint that takes none.

Prints as JSON what each event cost whoever gave it, and how much memory grew from the first 100,000 to the last.
"""

import json
import os
import sys
import time

from ss_admin.backend.telemetry.event_lines import event_line
from ss_admin.backend.telemetry.otlp import OtlpEvents
from tests.benchmarks.processes import anonymous_bytes

EVENTS = 1_000_000
_FULL_AFTER = 100_000
_AT_ONCE = 1000


def main(endpoint: str) -> None:
    """Gives the events in batches, as the housekeeping does."""
    events = OtlpEvents(endpoint)
    fields = {"request_id": "r" * 36, "status": 200, "code": "succeeded", "api_key_id": "k" * 36, "address": "::1"}
    lines = [event_line("partner_call", "2030-03-17T17:46:41.000150Z", "INFO", fields) for _ in range(_AT_ONCE)]
    memory, seconds = 0, 0.0
    for number in range(EVENTS // _AT_ONCE):
        if number == _FULL_AFTER // _AT_ONCE:
            memory = anonymous_bytes(os.getpid())
        batch = [bytes(bytearray(line)) for line in lines]  # copies, as each call has a line of its own
        begun = time.perf_counter()
        events.put(batch)
        seconds += time.perf_counter() - begun
    grown = anonymous_bytes(os.getpid()) - memory
    sys.stdout.write(json.dumps({"each_us": seconds / EVENTS * 1e6, "grown": grown, "dropped": events.dropped}))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1])

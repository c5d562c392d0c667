"""Metrics: what was counted since the start, in Prometheus' text format."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

from ss_admin import __version__

__all__ = ["CONTENT_TYPE", "CallCounts", "RequestCounters", "render_metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class CallCounts(Protocol):
    """Partners' calls, as the gateway counts them."""

    def calls_by_code(self) -> Mapping[str, int]:
        """How many calls ended with each code."""

    def total_seconds(self) -> float:
        """The time spent on all calls together."""


class RequestCounters:
    """All requests but partners' calls, by status. Safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[int] = Counter()

    def count(self, status: int) -> None:
        """One more request, answered with `status`."""
        with self._lock:
            self._requests[status] += 1

    def requests_by_status(self) -> Mapping[int, int]:
        """How many requests were answered with each status."""
        with self._lock:
            return dict(self._requests)


def render_metrics(requests: RequestCounters, calls: CallCounts) -> str:
    """Everything counted, as one page of text."""
    by_code = calls.calls_by_code()
    lines = [
        *_head("ss_build_info", "gauge", "The release that is running."),
        f'ss_build_info{{version="{__version__}"}} 1',
        *_head("ss_partner_calls_total", "counter", "Calls to rule chains by outcome: succeeded, or a problem's code."),
        *(f'ss_partner_calls_total{{code="{code}"}} {count}' for code, count in sorted(by_code.items())),
        *_head(
            "ss_partner_call_seconds", "summary", "Time to answer calls, reading their bodies included, in seconds."
        ),
        f"ss_partner_call_seconds_sum {calls.total_seconds():.6f}",
        f"ss_partner_call_seconds_count {sum(by_code.values())}",
        *_head(
            "ss_admin_requests_total",
            "counter",
            "All other requests by the status of the answer: the admin API, probes, unknown paths.",
        ),
        *(
            f'ss_admin_requests_total{{status="{status}"}} {count}'
            for status, count in sorted(requests.requests_by_status().items())
        ),
    ]
    return "\n".join(lines) + "\n"


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"

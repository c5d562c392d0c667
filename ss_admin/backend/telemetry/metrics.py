"""Metrics: what was counted since the start, in Prometheus' text format."""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Protocol

from ss_admin import __version__
from ss_admin.contract.executions import DeliveryStatus

__all__ = ["CONTENT_TYPE", "CallCounts", "RequestCounters", "WebhookCounts", "render_metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_WEBHOOK_COUNTERS = (
    ("ss_webhooks_delivered_total", DeliveryStatus.DELIVERED, "Webhooks that their receivers took."),
    ("ss_webhooks_given_up_total", DeliveryStatus.GIVEN_UP, "Webhooks that were refused, or not taken in 24 hours."),
    ("ss_webhook_retries_total", DeliveryStatus.PENDING, "Attempts that failed and are to be repeated."),
)


class CallCounts(Protocol):
    """Partners' calls, as the gateway counts them."""

    def calls_by_code(self) -> Mapping[str, int]:
        """How many calls ended with each code."""

    def total_seconds(self) -> float:
        """The time spent on all calls together."""


class WebhookCounts(Protocol):
    """Webhooks, as the outbox counts them."""

    def ended_count(self, status: DeliveryStatus) -> int:
        """How many attempts led to this status; pending: those that are to be repeated."""

    def pending_count(self) -> int | None:
        """How many webhooks are still to be delivered; None where that cannot be known now."""


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


def render_metrics(requests: RequestCounters, calls: CallCounts, webhooks: WebhookCounts) -> str:
    """Everything counted, as one page of text."""
    lines = [
        *_head("ss_build_info", "gauge", "The release that is running."),
        f'ss_build_info{{version="{__version__}"}} 1',
        *_call_lines(calls),
        *_webhook_lines(webhooks),
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


def _call_lines(calls: CallCounts) -> Iterator[str]:
    by_code = calls.calls_by_code()
    yield from _head(
        "ss_partner_calls_total", "counter", "Calls to rule chains by outcome: succeeded, or a problem's code."
    )
    for code, count in sorted(by_code.items()):
        yield f'ss_partner_calls_total{{code="{code}"}} {count}'
    meaning = "Time to answer calls, reading their bodies included, in seconds."
    yield from _head("ss_partner_call_seconds", "summary", meaning)
    yield f"ss_partner_call_seconds_sum {calls.total_seconds():.6f}"
    yield f"ss_partner_call_seconds_count {sum(by_code.values())}"


def _webhook_lines(webhooks: WebhookCounts) -> Iterator[str]:
    pending = webhooks.pending_count()
    if pending is not None:
        yield from _head("ss_webhooks_pending", "gauge", "Webhooks still to be delivered, over all processes.")
        yield f"ss_webhooks_pending {pending}"
    for name, status, meaning in _WEBHOOK_COUNTERS:
        yield from _head(name, "counter", meaning)
        yield f"{name} {webhooks.ended_count(status)}"


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"

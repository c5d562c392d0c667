"""`/metrics`: what all processes of this server have counted, in Prometheus' text format."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from ss_admin import __version__
from ss_admin.backend.telemetry.durations import Durations
from ss_admin.backend.telemetry.families import FAMILIES, Family, Kind
from ss_admin.backend.telemetry.snapshots import Numbers, Snapshot, added_up

__all__ = ["CONTENT_TYPE", "RequestCounters", "render_metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class RequestCounters:
    """All requests but partners' calls: how many by status, and how long they took. Safe under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[int] = Counter()
        self._durations = Durations()

    def count(self, status: int, duration_us: int) -> None:
        """One more request, answered with `status` after so many microseconds."""
        with self._lock:
            self._requests[status] += 1
            self._durations.add(duration_us)

    def numbers(self) -> Numbers:
        """What was counted, for `/metrics`."""
        with self._lock:
            return {
                "ss_admin_requests_total": {str(status): count for status, count in self._requests.items()},
                "ss_admin_request_seconds": self._durations.by_bucket(),
            }


def render_metrics(snapshots: Iterable[Snapshot], of_the_server: Numbers) -> str:
    """Everything as one page of text. `of_the_server`: gauges that are no single process's."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_AllProcesses(list(snapshots), of_the_server))
    return generate_latest(registry).decode("utf-8")


class _AllProcesses(Collector):
    def __init__(self, snapshots: list[Snapshot], of_the_server: Numbers) -> None:
        live = [snapshot for snapshot in snapshots if snapshot.is_live]
        roles = Counter(snapshot.role for snapshot in live)
        own: Numbers = {
            "ss_build_info": {__version__: 1},
            "ss_workers": {"": roles["worker"]},
            "ss_housekeeper_up": {"": min(roles["housekeeper"], 1)},
        }
        gauges = [own, of_the_server, *(snapshot.gauges for snapshot in live)]
        self._counters = added_up(snapshot.counters for snapshot in snapshots)
        self._sums = added_up(gauges)
        self._largest = _largest(gauges)

    def collect(self) -> Iterator[Metric]:
        for family in FAMILIES:
            numbers = self._numbers_of(family)
            if not numbers and family.always:
                numbers = {"": 0.0}
            if numbers:
                yield _metric(family, numbers)

    def _numbers_of(self, family: Family) -> Mapping[str, float]:
        found: Mapping[Kind, Numbers] = {Kind.SUM: self._sums, Kind.LARGEST: self._largest}
        return found.get(family.kind, self._counters).get(family.name, {})


def _largest(all_numbers: Iterable[Numbers]) -> Numbers:
    largest: dict[str, dict[str, float]] = {}
    for numbers in all_numbers:
        for name, by_label in numbers.items():
            into = largest.setdefault(name, {})
            for label, number in by_label.items():
                into[label] = max(number, into.get(label, number))
    return largest


def _metric(family: Family, numbers: Mapping[str, float]) -> Metric:
    if family.kind is Kind.HISTOGRAM:
        buckets = [(bound, count) for bound, count in numbers.items() if bound != "sum"]
        return HistogramMetricFamily(family.name, family.meaning, buckets=buckets, sum_value=numbers["sum"])
    of_kind = CounterMetricFamily if family.kind is Kind.COUNTER else GaugeMetricFamily
    metric = of_kind(family.name, family.meaning, labels=[family.label] if family.label else [])
    for label, number in sorted(numbers.items()):
        metric.add_metric([label] if family.label else [], number)
    return metric

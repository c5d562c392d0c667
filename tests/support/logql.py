"""The part of LogQL that our dashboards and alerts are written in: parsed, and evaluated against recorded events.

It stands in for a Loki, which is not among the tests' programs. It knows stream selectors, filters on structured
metadata, `count_over_time`, `sum by`, `topk` and a comparison; what it does not know it refuses. It says nothing of
Loki's own limits, of its labels, or of time: every recorded event is taken to lie within the range.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["LogQuery", "parse_logql"]

_STRING = r'"(?:[^"\\]|\\.)*"'
_SELECTOR = re.compile(rf"\{{\s*(\w+)\s*=\s*({_STRING})\s*\}}")
_FILTER = re.compile(rf"\s*\|\s*(\w+)\s*(=~|!~|!=|=)\s*({_STRING})")
_METRIC = re.compile(
    r"(?:topk\((?P<top>\d+),\s*)?sum by \((?P<by>[\w, ]+)\) \(count_over_time\("
    r"(?P<log>.+) \[(?P<range>\d+[smhd]|\$__auto)\]\)\)(?(top)\))(?:\s*>\s*(?P<over>\d+))?"
)


@dataclass(frozen=True)
class LogQuery:
    """`stream`: the one label; `filters`: field, operator, text; `by`: what is counted by, empty for lines."""

    stream: tuple[str, str]
    filters: tuple[tuple[str, str, str], ...]
    by: tuple[str, ...] = ()
    top: int | None = None
    over: int | None = None

    def select(self, events: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The events that pass all filters. A field that an event has not is empty, as in Loki."""
        return [event for event in events if all(_passes(event, *each) for each in self.filters)]

    def count(self, events: Iterable[Mapping[str, Any]]) -> dict[tuple[str, ...], int]:
        """How many there are by the labels asked for: those above the bound, the most frequent ones."""
        counts = Counter(tuple(_text(event.get(name)) for name in self.by) for event in self.select(events))
        return {group: count for group, count in counts.most_common(self.top) if count > (self.over or 0)}


def parse_logql(text: str) -> LogQuery:
    """The query. Raises `ValueError` for anything that is not known here."""
    metric = _METRIC.fullmatch(text)
    if metric is None:
        return _parse_log(text)
    log = _parse_log(metric["log"])
    by = tuple(name.strip() for name in metric["by"].split(","))
    top, over = (None if metric[name] is None else int(metric[name]) for name in ("top", "over"))
    return LogQuery(log.stream, log.filters, by, top, over)


def _parse_log(text: str) -> LogQuery:
    selector = _SELECTOR.match(text)
    if selector is None:
        raise ValueError(f"no stream selector: {text}")
    position, filters = selector.end(), []
    while position < len(text):
        found = _FILTER.match(text, position)
        if found is None:
            raise ValueError(f"not understood: {text[position:]}")
        filters.append((found[1], found[2], found[3][1:-1]))
        position = found.end()
    return LogQuery((selector[1], selector[2][1:-1]), tuple(filters))


def _passes(event: Mapping[str, Any], field: str, operator: str, text: str) -> bool:
    value = _text(event.get(field))
    if operator in ("=~", "!~"):  # anchored at both ends, as in Loki
        return bool(re.fullmatch(text, value)) == (operator == "=~")
    return (value == text) == (operator == "=")


def _text(value: object) -> str:
    return "" if value is None else str(value)

"""A stretch of time and its calls in words: beside the pointer, in the table, and to a screen reader. No Qt."""

from datetime import timedelta

from ss_admin.contract.usage import ApiKeyUsage, UsageBucket, UsageSpan
from ss_admin.desktop.key_page.chart.series import SERIES_LOOKS, Series, counts_of, total_of

__all__ = ["SPAN_WORDS", "bucket_spoken", "bucket_time", "calls_words", "chart_spoken", "totals"]

SPAN_WORDS = {
    UsageSpan.DAY: "the last 24 hours",
    UsageSpan.WEEK: "the last 7 days",
    UsageSpan.MONTH: "the last 30 days",
}


def bucket_time(bucket: UsageBucket, seconds: int, *, is_last: bool = False) -> str:
    """“Tue 24 Nov, 14:00–15:00” in local time, “Tue 24 Nov” for a whole day; the last one goes on until now."""
    start = bucket.start.astimezone()
    end = (bucket.start + timedelta(seconds=seconds)).astimezone()
    day = f"{start:%a} {start.day} {start:%b}"
    if is_last:
        return f"{day}, {start:%H:%M} until now"
    if start.date() == end.date():
        return f"{day}, {start:%H:%M}–{end:%H:%M}"
    if (start.hour, start.minute) == (end.hour, end.minute) == (0, 0) and (end.date() - start.date()).days == 1:
        return day
    if (end.hour, end.minute) == (0, 0) and (end.date() - start.date()).days == 1:
        return f"{day}, {start:%H:%M}–24:00"
    return f"{day}, {start:%H:%M} – {end:%a} {end.day} {end:%b}, {end:%H:%M}"


def calls_words(number: int) -> str:
    """“1 call”, “1,204 calls”, “no calls”."""
    if number == 0:
        return "no calls"
    return "1 call" if number == 1 else f"{number:,} calls"


def bucket_spoken(bucket: UsageBucket, seconds: int, *, is_last: bool = False) -> str:
    """“Tue 24 Nov, 14:00–15:00: 1,204 calls; 1,200 admitted, 4 limited”."""
    when = bucket_time(bucket, seconds, is_last=is_last)
    number = total_of(bucket)
    return f"{when}: {calls_words(number)}{_kinds(counts_of(bucket))}"


def totals(usage: ApiKeyUsage) -> tuple[int, ...]:
    """How many calls of each kind there were in the whole span, in the order of `Series`."""
    return tuple(sum(of_kind) for of_kind in zip(*map(counts_of, usage.buckets), strict=True)) or (0,) * len(Series)


def chart_spoken(usage: ApiKeyUsage) -> str:
    """The whole chart in a sentence or two: what was called, and when most."""
    of_kinds = totals(usage)
    told = f"{calls_words(sum(of_kinds)).capitalize()} in {SPAN_WORDS[usage.span]}{_kinds(of_kinds)}."
    if not sum(of_kinds):
        return told
    busiest = max(range(len(usage.buckets)), key=lambda number: total_of(usage.buckets[number]))
    bucket, is_last = usage.buckets[busiest], busiest == len(usage.buckets) - 1
    when = bucket_time(bucket, usage.bucket_seconds, is_last=is_last)
    return f"{told} The most were {calls_words(total_of(bucket))}, {when}."


def _kinds(counts: tuple[int, ...]) -> str:
    told = [f"{count:,} {SERIES_LOOKS[series].label}" for series, count in zip(Series, counts, strict=True) if count]
    return f"; {', '.join(told)}" if told else ""

"""Every metric there is: its name, its kind, its label and its meaning, in the order of `/metrics`.

At most one label each, with few values: no key, tenant or address is one. Ids stand in the events.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["FAMILIES", "Family", "Kind"]


class Kind(StrEnum):
    """How the numbers of several processes become one: counters and histograms are added up, over dead ones too."""

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    SUM = "sum of gauges"
    LARGEST = "largest gauge"


@dataclass(frozen=True)
class Family:
    """One metric. `always`: told with 0 as well where nothing was counted yet."""

    name: str
    kind: Kind
    meaning: str
    label: str = ""
    always: bool = False


FAMILIES = (
    Family("ss_build_info", Kind.LARGEST, "The release that is running.", "version"),
    Family("ss_workers", Kind.SUM, "Workers of this server that are there.", always=True),
    Family("ss_worker_starts_total", Kind.COUNTER, "Workers that were started, those in place of dead ones too."),
    Family("ss_housekeeper_up", Kind.SUM, "1 while the housekeeper is there.", always=True),
    Family("ss_housekeeper_starts_total", Kind.COUNTER, "Housekeepers that were started."),
    # Partners' calls
    Family(
        "ss_partner_calls_total",
        Kind.COUNTER,
        "Calls to rule chains by outcome: succeeded, or a problem's code.",
        "code",
    ),
    Family(
        "ss_partner_call_seconds", Kind.HISTOGRAM, "Time to answer calls, reading their bodies included, in seconds."
    ),
    # All other requests
    Family(
        "ss_admin_requests_total",
        Kind.COUNTER,
        "All other requests by the status of the answer: the admin API, probes, unknown paths.",
        "status",
    ),
    Family("ss_admin_request_seconds", Kind.HISTOGRAM, "Time to answer all other requests, in seconds."),
    # Limits
    Family(
        "ss_limiter_degraded",
        Kind.SUM,
        "Workers that keep to their own part of limits because Redis is gone.",
        always=True,
    ),
    Family("ss_limiter_outages_total", Kind.COUNTER, "How often workers lost Redis.", always=True),
    Family(
        "ss_limiter_redis_questions_total",
        Kind.COUNTER,
        "Decisions asked of Redis; all others were made from what a worker had in hand.",
        always=True,
    ),
    # What is known of keys
    Family("ss_known_keys", Kind.LARGEST, "Keys that a worker keeps in memory; the most of any.", always=True),
    Family(
        "ss_known_key_lookups_total",
        Kind.COUNTER,
        "Questions to the database about a key or chain that was not in memory; all other calls were answered from it.",
        always=True,
    ),
    # Changes
    Family(
        "ss_changes_unseen_seconds",
        Kind.LARGEST,
        "For how long changes to keys have not been watched; 0 while they are. The worst worker's.",
        always=True,
    ),
    Family("ss_changes_behind", Kind.LARGEST, "Changes in the database that the slowest worker does not act on yet."),
    # What waits
    Family("ss_journal_waiting_entries", Kind.LARGEST, "Calls that are not in the database yet."),
    Family("ss_journal_waiting_bytes", Kind.LARGEST, "Room on disk that they take."),
    Family("ss_journal_lag_seconds", Kind.LARGEST, "How long the oldest of them has waited."),
    Family(
        "ss_journal_given_up_total",
        Kind.COUNTER,
        "Refusals that were not kept because too much waited; never an admitted call.",
        always=True,
    ),
    Family("ss_journal_unstorable_total", Kind.COUNTER, "Calls that the database refused for good.", always=True),
    # Webhooks
    Family("ss_webhooks_pending", Kind.LARGEST, "Webhooks still to be delivered, over all processes and hosts."),
    Family("ss_webhooks_delivered_total", Kind.COUNTER, "Webhooks that their receivers took.", always=True),
    Family(
        "ss_webhooks_given_up_total",
        Kind.COUNTER,
        "Webhooks that were refused, or not taken in 24 hours.",
        always=True,
    ),
    Family("ss_webhook_retries_total", Kind.COUNTER, "Attempts that failed and are to be repeated.", always=True),
    # Keys that want attention
    Family("ss_open_signals", Kind.LARGEST, "Signals that nobody has acknowledged, over all tenants.", "kind"),
    # Events
    Family(
        "ss_event_lines_dropped_total", Kind.COUNTER, "Event lines that were left out, by where they were to go.", "to"
    ),
)

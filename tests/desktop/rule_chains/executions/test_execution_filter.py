"""What is chosen over the list of executions, as a query and in words."""

from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.client.executions import ExecutionQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop.moments import local_minute
from ss_admin.desktop.rule_chains.executions.execution_filter import ExecutionFilter
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = ObjectRef(id="key-1", name="Intake (ss_0001…abcd)")


def test_nothing_chosen_asks_for_everything():
    chosen = ExecutionFilter()
    assert chosen.is_empty
    assert chosen.query(NOW) == ExecutionQuery()
    assert chosen.words() == ""


@pytest.mark.parametrize(
    ("span", "length"),
    [
        (TimeSpan.HOUR, timedelta(hours=1)),
        (TimeSpan.DAY, timedelta(hours=24)),
        (TimeSpan.WEEK, timedelta(days=7)),
        (TimeSpan.MONTH, timedelta(days=30)),
    ],
)
def test_a_span_is_counted_back_from_now(span, length):
    query = ExecutionFilter(period=Period(span)).query(NOW)
    assert (query.since, query.until) == (NOW - length, None)


def test_a_custom_span_has_both_its_ends():
    period = Period(TimeSpan.CUSTOM, NOW - timedelta(days=3), NOW - timedelta(days=2))
    query = ExecutionFilter(ExecutionOutcome.FAILED, KEY, period).query(NOW)
    assert query == ExecutionQuery(ExecutionOutcome.FAILED, "key-1", period.since, period.until)


def test_what_is_chosen_is_told_in_words():
    assert ExecutionFilter(ExecutionOutcome.FAILED).words() == "outcome “Failed”"
    chosen = ExecutionFilter(ExecutionOutcome.SUCCEEDED, KEY, Period(TimeSpan.WEEK))
    expected = "outcome “Succeeded”, API key “Intake (ss_0001…abcd)” and time “Last 7 days”"
    assert chosen.words() == expected


def test_a_custom_span_is_told_in_local_time():
    earlier = NOW - timedelta(hours=5)
    assert Period(TimeSpan.CUSTOM, earlier, NOW).words() == f"{local_minute(earlier)} to {local_minute(NOW)}"
    assert Period(TimeSpan.CUSTOM, earlier, None).words() == f"since {local_minute(earlier)}"
    assert Period(TimeSpan.CUSTOM, None, NOW).words() == f"before {local_minute(NOW)}"

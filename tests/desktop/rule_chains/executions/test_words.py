"""What the cells of the list and the lines about webhooks say."""

from datetime import timedelta

import pytest

from ss_admin.contract.executions import Delivery, DeliveryStatus
from ss_admin.desktop.moments import exact_moment, local_minute
from ss_admin.desktop.rule_chains.executions.cells import Column, cell_spoken, cell_text, cell_tooltip, two_line_cell
from ss_admin.desktop.rule_chains.executions.delivery_words import delivery_facts, status_words
from tests.support.sample_chains import NOW, sample_execution


def delivery(**changes: object) -> Delivery:
    values: dict[str, object] = {
        "id": "delivery-1",
        "node_id": "tell",
        "node_name": "Tell",
        "url": "https://hooks.example.com/alarms",
        "status": DeliveryStatus.PENDING,
        "attempts": 0,
        "created_at": NOW,
        "next_attempt_at": NOW,
        "delivered_at": None,
        "last_status": None,
        "last_error": None,
    }
    return Delivery.model_validate(values | changes)


def test_a_row_tells_time_outcome_key_duration_and_error():
    failed = sample_execution(9)
    assert [cell_text(failed, column, NOW) for column in Column] == [
        "9 minutes ago",
        "Failed",
        "Integration 0 (ss_0000…abcd)",
        "2.4 ms",
        "Node “Triage”: the number is too large.",
    ]
    assert cell_text(sample_execution(0), Column.ERROR, NOW) == ""


def test_the_time_has_the_exact_moment_and_the_address_in_its_tooltip():
    execution = sample_execution(2)
    assert cell_tooltip(execution, Column.WHEN) == f"{exact_moment(execution.at)}\nfrom 203.0.113.7"


def test_an_error_of_several_lines_stands_on_one_and_whole_in_the_tooltip():
    execution = sample_execution(9, error="One line.\nAnother.")
    assert cell_text(execution, Column.ERROR, NOW) == "One line. Another."
    assert cell_tooltip(execution, Column.ERROR) == "One line.\nAnother."


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        ("Node “Triage”: the number is too large.", ("Node “Triage”", "the number is too large.")),
        (
            'Node “Order”, expression “title”: “"A: " + b.label” failed. “+” got a value that it cannot work with.',
            ("Node “Order”, expression “title”", "“+” got a value that it cannot work with."),
        ),
        ("It ran longer than 2 s and was stopped.", ("It ran longer than 2 s and was stopped.", "")),
    ],
)
def test_an_error_tells_the_node_and_below_it_the_cause(error, lines):
    assert two_line_cell(sample_execution(9, error=error), Column.ERROR) == lines


def test_a_key_stands_masked_below_its_name():
    assert two_line_cell(sample_execution(9), Column.API_KEY) == ("Integration 0", "ss_0000…abcd")


def test_each_cell_is_spoken_with_what_it_is():
    assert cell_spoken(sample_execution(9), Column.OUTCOME, NOW) == "Outcome Failed"
    assert cell_spoken(sample_execution(0), Column.ERROR, NOW) == "No error"


@pytest.mark.parametrize(
    ("changes", "status", "facts"),
    [
        ({}, "Waiting", "not tried yet · next attempt now"),
        (
            {"attempts": 1, "last_status": 503, "next_attempt_at": NOW + timedelta(seconds=8)},
            "Will be tried again",
            "1 attempt · last answer 503 · next attempt in 8 s",
        ),
        (
            {"attempts": 7, "next_attempt_at": NOW + timedelta(minutes=40)},
            "Will be tried again",
            "7 attempts · next attempt in 40 min",
        ),
        (
            {"attempts": 9, "next_attempt_at": NOW + timedelta(hours=2)},
            "Will be tried again",
            f"9 attempts · next attempt at {local_minute(NOW + timedelta(hours=2))}",
        ),
        (
            {"status": "delivered", "attempts": 2, "last_status": 204, "delivered_at": NOW, "next_attempt_at": None},
            "Delivered",
            f"2 attempts · last answer 204 · delivered {exact_moment(NOW).splitlines()[0]}",
        ),
        ({"status": "given_up", "attempts": 1, "next_attempt_at": None}, "Given up", "1 attempt"),
    ],
)
def test_a_webhook_tells_where_it_stands(changes, status, facts):
    assert status_words(delivery(**changes)) == status
    assert delivery_facts(delivery(**changes), NOW) == f"From node “Tell” · {facts}"

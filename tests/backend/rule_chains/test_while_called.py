"""Administrators' orders while partners call: they count from the next call on, and no call is lost or mixed up."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.partner import Partner
from tests.support.problems import refused
from tests.support.rule_chains import ANY_OBJECT, a_definition

CALLERS = 3


@pytest.fixture
def partner(app, store):
    return Partner(app, store)


@pytest.fixture
def chain_id(partner):
    """A chain that answers with the number of its version."""
    return partner.chain(definition=a_definition("1", key="version"), input_schema=ANY_OBJECT)


def call_until(partner, chain_id, over):
    """Answers of a partner who calls again and again, until it is over and once more."""
    secret, answers = partner.key().secret, []
    while not over.is_set():
        answers.append(partner.call(chain_id, secret, b"{}"))
    return [*answers, partner.call(chain_id, secret, b"{}")]


def while_called(partner, chain_id, work):
    """All answers that partners get while `work` is done."""
    over = threading.Event()
    with ThreadPoolExecutor(CALLERS) as pool:
        calls = [pool.submit(call_until, partner, chain_id, over) for _ in range(CALLERS)]
        try:
            work()
        finally:
            over.set()
        return [answer for call in calls for answer in call.result(60)]


def test_each_run_is_told_against_the_version_that_it_ran_on(partner, chains, chain_id):
    def change_it_again_and_again():
        for version in range(2, 8):
            change = RuleChainChange(definition=a_definition(str(version), key="version"))
            changed = chains.change(partner.admin.actor, chain_id, change, endpoint_base="")
            assert changed.definition_version == version

    answers = while_called(partner, chain_id, change_it_again_and_again)
    assert {answer.status_code for answer in answers} == {200}
    rows = {row.id: row for row in partner.executions(chain_id)}
    assert set(rows) == {answer.json["execution_id"] for answer in answers}
    for answer in answers:
        row = rows[answer.json["execution_id"]]
        assert answer.json["result"] == row.result == {"version": row.definition_version}
    assert answers[-1].json["result"] == {"version": 7}


def test_calls_during_a_deletion_are_answered_and_recorded_or_find_nothing(partner, chains, chain_id):
    answers = while_called(partner, chain_id, lambda: chains.delete(partner.admin.actor, chain_id))
    assert {answer.status_code for answer in answers} <= {200, 404}
    refused(answers[-1], 404, "rulechain_not_found")
    answered = {answer.json["execution_id"] for answer in answers if answer.status_code == 200}
    assert {row.id for row in partner.executions(chain_id)} == answered


def test_switches_count_from_the_next_call_on(partner, chains, chain_id):
    secret = partner.key().secret

    def change(**values):
        chains.change(partner.admin.actor, chain_id, RuleChainChange(**values), endpoint_base="")
        return partner.call(chain_id, secret, b"{}")

    refused(change(is_external=False), 403, "rulechain_not_external")
    assert change(is_external=True).status_code == 200
    refused(change(enabled=False), 403, "rulechain_disabled")
    assert change(enabled=True, definition=a_definition("5", key="version")).json["result"] == {"version": 5}
    chains.delete(partner.admin.actor, chain_id)
    refused(partner.call(chain_id, secret, b"{}"), 404, "rulechain_not_found")


def test_list_tells_of_a_call_that_was_written(partner, chains, chain_id):
    answer = partner.call(chain_id, partner.key().secret, b"{}")
    assert answer.status_code == 200
    partner.settle()
    [listed] = chains.list_page(partner.admin.actor, endpoint_base="", limit=10).items
    assert (listed.runs, listed.success_rate) == (1, 1.0)
    assert listed.last_run_at == partner.execution(answer.json["execution_id"]).at

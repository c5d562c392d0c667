"""Rule chains and executions in the client, against the real backend."""

from datetime import UTC, datetime, timedelta

import pytest
import requests

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.errors import NotFound, OutcomeUnknown, ServerUnreachable, ValidationFailed, VersionConflict
from ss_admin.client.executions import ExecutionQuery, ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.api_keys import NewApiKey, Permissions
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.contract.rule_chains import ChainTest, ChainTestOutcome, NewRuleChain, RuleChainChange
from tests.support.sample_chains import sample_document
from tests.support.watching import eventually

PATIENCE = 30


@pytest.fixture
def chains(connection):
    return RuleChainsClient(connection)


@pytest.fixture
def executions(connection):
    return ExecutionsClient(connection)


@pytest.fixture
def order():
    """An order for a chain that answers any object."""
    document = sample_document("plain-acknowledge")
    parts = {name: document[name] for name in ("input_schema", "definition", "sample_payload")}
    return lambda name="Acknowledge", **fields: NewRuleChain(name=name, **{**parts, **fields})


@pytest.fixture
def secret(connection, person):
    """A key that may call every chain."""
    return ApiKeysClient(connection).create(NewApiKey(name="Partner", user_id=person.user.id)).secret


def call(chain, secret, payload):
    return requests.post(chain.endpoint_url, json=payload, headers={"x-api-key": secret}, timeout=PATIENCE)


def test_a_created_chain_comes_back_whole_and_is_listed(chains, order):
    made = chains.create(order("Ärzte & Söhne", description="Two\nlines"))
    assert (made.name, made.description, made.is_external, made.enabled) == ("Ärzte & Söhne", "Two\nlines", False, True)
    assert chains.get(made.id) == made
    page = chains.list_page()
    assert [(item.id, item.runs, item.success_rate) for item in page.items] == [(made.id, 0, None)]


def test_the_list_is_searched_and_paged_by_name(chains, order):
    for name in ("Gamma", "Alpha", "Beta"):
        chains.create(order(name))
    first = chains.list_page(limit=2)
    assert ([item.name for item in first.items], first.total) == (["Alpha", "Beta"], 3)
    assert [item.name for item in chains.list_page(limit=2, cursor=first.next_cursor).items] == ["Gamma"]
    assert [item.name for item in chains.list_page(limit=2, offset=2).items] == ["Gamma"]
    assert [item.name for item in chains.list_page(search=" alph ").items] == ["Alpha"]


def test_a_change_touches_only_what_it_gives_and_over_somebody_elses_is_refused(chains, order):
    made = chains.create(order())
    changed = chains.change(made.id, RuleChainChange(is_external=True), version=made.version)
    assert (changed.is_external, changed.name, changed.definition) == (True, made.name, made.definition)
    with pytest.raises(VersionConflict):
        chains.change(made.id, RuleChainChange(name="Late"), version=made.version)
    with pytest.raises(VersionConflict):
        chains.delete(made.id, version=made.version)
    assert chains.change(made.id, RuleChainChange(name="Any"), version=None).name == "Any"


def test_a_deleted_chain_is_gone(chains, executions, order):
    made = chains.create(order())
    chains.delete(made.id, version=made.version)
    for again in (
        lambda: chains.get(made.id),
        lambda: chains.delete(made.id),
        lambda: chains.signing_secret(made.id),
        lambda: executions.list_page(made.id, ExecutionQuery()),
        lambda: chains.get("../session"),
    ):
        with pytest.raises(NotFound):
            again()


def test_every_fault_is_named_with_its_place(chains, order):
    definition = sample_document("plain-acknowledge")["definition"]
    definition["nodes"][1]["content"]["expressions"][0]["value"] = "1 +"
    definition["edges"].pop()
    with pytest.raises(ValidationFailed) as caught:
        chains.create(order(definition=definition, input_schema={"type": 1}))
    pointers = [fault.pointer for fault in caught.value.problem.errors or ()]
    assert any(pointer.startswith("/definition/nodes/1/") for pointer in pointers)
    assert any(pointer.startswith("/input_schema") for pointer in pointers)


def test_a_trial_tells_what_each_node_gave_and_leaves_no_execution(chains, executions, order):
    made = chains.create(order())
    result = chains.test(made.id, ChainTest(payload={"message": "Hello"}))
    assert result.outcome is ChainTestOutcome.SUCCEEDED
    assert [step.name for step in result.trace] == ["Request", "Confirm", "Answer"]
    draft = {"type": "object", "required": ["missing"]}
    refused = chains.test(made.id, ChainTest(payload={}, input_schema=draft))
    assert refused.outcome is ChainTestOutcome.PAYLOAD_MISMATCH
    assert executions.list_page(made.id, ExecutionQuery()).total == 0


def test_calls_are_found_by_outcome_key_and_time_and_open_to_their_input(chains, executions, order, secret):
    made = chains.create(order(is_external=True))
    answer = call(made, secret, {"message": "Hello"})
    assert answer.status_code == 200
    now = datetime.now(UTC)
    eventually(lambda: executions.list_page(made.id, ExecutionQuery()).total == 1, seconds=PATIENCE)
    (execution,) = executions.list_page(made.id, ExecutionQuery()).items
    assert execution.id == answer.json()["execution_id"]
    assert executions.get(made.id, execution.id).input == {"message": "Hello"}
    key_id = execution.api_key.id
    hour = timedelta(hours=1)
    for query, total in (
        (ExecutionQuery(outcome=ExecutionOutcome.SUCCEEDED, api_key_id=key_id), 1),
        (ExecutionQuery(outcome=ExecutionOutcome.FAILED), 0),
        (ExecutionQuery(api_key_id="another"), 0),
        (ExecutionQuery(since=now - hour, until=now + hour), 1),
        (ExecutionQuery(until=now - hour), 0),
    ):
        assert executions.list_page(made.id, query).total == total
    with pytest.raises(NotFound):
        executions.get(made.id, "no-such-execution")


def test_keys_that_are_narrowed_to_a_chain_are_told(chains, order, connection, person):
    made, other = chains.create(order("Mine")), chains.create(order("Other"))
    scope = Permissions(rulechains=[made.id])
    created = ApiKeysClient(connection).create(NewApiKey(name="Narrow", user_id=person.user.id, permissions=scope))
    page = chains.scoped_keys(made.id)
    assert [(key.name, key.masked_key) for key in page.items] == [("Narrow", created.api_key.masked_key)]
    assert chains.scoped_keys(other.id).total == 0


def test_the_signing_secret_stays_until_it_is_replaced_and_is_in_no_repr(chains, order):
    made = chains.create(order())
    first = chains.signing_secret(made.id)
    assert first.secret.startswith("whsec_")
    assert first.secret not in repr(first)
    assert chains.signing_secret(made.id) == first
    replaced = chains.replace_signing_secret(made.id)
    assert replaced.secret != first.secret
    assert chains.signing_secret(made.id) == replaced


def test_a_trial_whose_answer_was_lost_did_no_harm_and_is_no_unknown_outcome(chains, order, monkeypatch, connection):
    made = chains.create(order())

    def lose(*_arguments, **_options):
        raise OutcomeUnknown("the connection broke off")

    monkeypatch.setattr(connection, "request", lose)
    for ask in (lambda: chains.test(made.id, ChainTest(payload={})), lambda: chains.signing_secret(made.id)):
        with pytest.raises(ServerUnreachable):
            ask()
    with pytest.raises(OutcomeUnknown):
        chains.replace_signing_secret(made.id)

"""Administrators and callers at the same moment, on both databases: one wins, one is told, nothing is lost."""

from functools import partial

import pytest
from sqlalchemy import select

from ss_admin.backend.rule_chains.errors import RuleChainNotFound
from ss_admin.backend.rule_chains.executions.trimming import Trimmer
from ss_admin.backend.store.tables import ExecutionRow, RuleChainDayRow, RuleChainRow, RuleChainVersionRow
from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.at_once import at_once
from tests.support.executions import an_execution, plant_executions
from tests.support.rule_chains import a_definition, chain_order

CHAINS = "/api/v1/rulechains"
ROUNDS = 6


@pytest.fixture
def person(town, admin):
    """Makes clients of the administrator, one for each thread."""
    return lambda: town.client(admin)


@pytest.fixture
def where(person):
    return person().post(CHAINS, json=chain_order().model_dump(mode="json")).headers["Location"]


def test_of_two_definitions_for_one_version_one_is_kept_and_one_conflicts(person, where, store):
    for version in range(1, ROUNDS + 1):
        condition = {"If-Match": f'"{version}"'}
        mine = partial(person().patch, where, json={"definition": a_definition(f"n * {version}")}, headers=condition)
        yours = partial(person().patch, where, json={"definition": a_definition(f"n - {version}")}, headers=condition)
        answers = at_once(mine, yours)
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        [winner] = [answer for answer in answers if answer.status_code == 200]
        now = person().get(where)
        assert now.json == winner.json
        assert now.headers["ETag"] == f'"{version + 1}"'
    with store.reading() as session:
        versions = session.scalars(select(RuleChainVersionRow.version).order_by(RuleChainVersionRow.version)).all()
    assert versions == list(range(1, ROUNDS + 2))
    entries = person().get("/api/v1/activity?action=rule_chain.changed").json
    assert entries["total"] == ROUNDS


def test_changes_of_different_fields_without_a_condition_are_all_made(chains, admin):
    for _ in range(ROUNDS):
        chain = chains.create(admin.actor, chain_order(), endpoint_base="")
        change = partial(chains.change, admin.actor, chain.id, endpoint_base="")
        at_once(
            partial(change, RuleChainChange(name="New")),
            partial(change, RuleChainChange(is_external=True)),
            partial(change, RuleChainChange(definition=a_definition("n + 2"))),
            partial(change, RuleChainChange(input_schema={"type": "object", "required": ["n"]})),
        )
        now = chains.get(admin.actor, chain.id, endpoint_base="")
        assert (now.name, now.is_external, now.version) == ("New", True, 5)
        assert (now.definition, now.input_schema["required"]) == (a_definition("n + 2"), ["n"])


def test_change_and_deletion_of_one_version_exclude_each_other(person):
    for _ in range(ROUNDS):
        where = person().post(CHAINS, json=chain_order().model_dump(mode="json")).headers["Location"]
        condition = {"If-Match": '"1"'}
        changed, deleted = at_once(
            partial(person().patch, where, json={"definition": a_definition("n + 2")}, headers=condition),
            partial(person().delete, where, headers=condition),
        )
        assert (changed.status_code, deleted.status_code) in {(200, 412), (404, 204)}
        assert person().get(where).status_code == changed.status_code


def test_one_chain_deleted_twice_at_once_is_deleted_once(person):
    for _ in range(ROUNDS):
        where = person().post(CHAINS, json=chain_order().model_dump(mode="json")).headers["Location"]
        answers = at_once(partial(person().delete, where), partial(person().delete, where))
        assert sorted(answer.status_code for answer in answers) == [204, 404]


def test_two_replacements_at_once_count_twice(chains, admin, store):
    chain = chains.create(admin.actor, chain_order(), endpoint_base="")
    secrets = at_once(*[partial(chains.replace_signing_secret, admin.actor, chain.id)] * 4)
    assert len({secret.secret for secret in secrets}) == 4
    with store.reading() as session:
        assert session.scalar(select(RuleChainRow.signing_generation)) == 5


def test_calls_that_are_recorded_while_the_chain_is_deleted_are_all_kept(chains, admin, store):
    chain = chains.create(admin.actor, chain_order(), endpoint_base="")

    def call():
        return [plant_executions(store, [an_execution(admin.tenant, chain.id)])[0] for _ in range(20)]

    *recorded, _ = at_once(call, call, partial(chains.delete, admin.actor, chain.id))
    with store.reading() as session:
        assert set(session.scalars(select(ExecutionRow.id))) == {each for ids in recorded for each in ids}
    with pytest.raises(RuleChainNotFound):
        chains.get(admin.actor, chain.id, endpoint_base="")
    Trimmer(store, 30).trim()
    with store.reading() as session:
        assert session.scalars(select(RuleChainDayRow)).all() == []
        assert len(session.scalars(select(ExecutionRow.number)).all()) == 40

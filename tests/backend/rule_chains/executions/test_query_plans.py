"""Lists of executions and of chains are answered by an index, and by as many statements however long they are."""

import random
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from ss_admin.backend.rule_chains.executions.reading import ExecutionFilter, ExecutionsService
from ss_admin.backend.store.tables import ExecutionRow
from ss_admin.contract.executions import ExecutionOutcome
from tests.support.executions import an_execution, plant_executions
from tests.support.partner import plant_chain

MANY = 10_000
FILTERS = [
    ExecutionFilter(),
    ExecutionFilter(outcome=ExecutionOutcome.FAILED),
    ExecutionFilter(api_key_id="key 7"),
]


@contextmanager
def statements_of(store):
    """The statements that read executions or counters, with their parameters."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.lstrip().upper().startswith("SELECT"):
            sent.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)


def faults_of_plan(store, statement, parameters):
    """Where the database would read more than an index leads it to, or sort."""
    with store.reading() as session:
        connection = session.connection()
        if store.dialect == "sqlite":
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            return [line for line in plan if line.startswith("SCAN") or "TEMP B-TREE" in line]
        session.execute(text("SET LOCAL random_page_cost = 1.1"))  # as it is told on solid-state disks
        [[plan]] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalars()
        nodes = list(nodes_within(plan["Plan"]))
        return [node for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "executions"] + [
            node for node in nodes if "Sort" in node["Node Type"]
        ]


def nodes_within(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_within(part)


def multiply(store, chain_id, times):
    """More of the same executions: PostgreSQL rightly scans a table of which it needs a good part."""
    names = [column.key for column in ExecutionRow.__table__.columns if column.key != "number"]
    values = ", ".join("gen_random_uuid()::text" if name == "id" else name for name in names)
    with store.writing() as session:
        session.execute(
            text(
                f"INSERT INTO executions ({', '.join(names)}) SELECT {values} "
                f"FROM executions, generate_series(1, {times}) AS n WHERE rulechain_id = :chain"
            ),
            {"chain": chain_id},
        )


@pytest.fixture
def busy_chain(store, tenant):
    """A chain with 10,000 executions, beside a busier one."""
    chance = random.Random(1)
    begin = datetime.now(UTC) - timedelta(days=20)
    chain_id, other = plant_chain(store, tenant), plant_chain(store, tenant)
    records = [
        an_execution(
            tenant,
            each,
            at=begin + timedelta(minutes=number),
            outcome=chance.choices(list(ExecutionOutcome), [19, 1])[0],
            api_key_id=f"key {chance.randrange(20)}",
        )
        for number in range(MANY)
        for each in (chain_id, other)
    ]
    plant_executions(store, records)
    if store.dialect == "postgresql":
        multiply(store, other, 3)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return chain_id, [call.execution.id for call in records if call.execution and call.rulechain_id == chain_id][::-1]


def test_pages_of_10_000_executions_come_by_index_and_hold_each_once(store, admin, busy_chain):
    chain_id, ids = busy_chain
    service = ExecutionsService(store)
    faults = {}
    for only in FILTERS:
        with statements_of(store) as sent:
            page = service.list_page(admin.actor, chain_id, limit=100, only=only)
            service.list_page(admin.actor, chain_id, limit=100, only=only, cursor=page.next_cursor)
        for statement, parameters in sent:
            faults[only, statement] = faults_of_plan(store, statement, parameters)
    assert {name: found for name, found in faults.items() if found} == {}

    seen, cursor, began = [], None, time.perf_counter()
    while cursor is not None or not seen:
        page = service.list_page(admin.actor, chain_id, limit=1000, cursor=cursor)
        assert page.total == MANY
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
    assert seen == ids
    assert time.perf_counter() - began < 10

    with store.writing() as session:  # the proof of the proof
        session.execute(text("DROP INDEX ix_executions_chain"))
        session.execute(text("DROP INDEX ix_executions_key"))
        session.execute(text("DROP INDEX ix_executions_outcome"))
    store.close()  # connections keep what they explained before
    with statements_of(store) as sent:
        service.list_page(admin.actor, chain_id, limit=100)
    assert any(faults_of_plan(store, statement, parameters) for statement, parameters in sent)


def test_list_of_chains_takes_as_many_statements_however_long_it_is(store, chains, admin, tenant):
    def statements_for(limit):
        with statements_of(store) as sent:
            page = chains.list_page(admin.actor, endpoint_base="", limit=limit)
        assert len(page.items) == limit
        assert all(chain.runs == 1 for chain in page.items)
        return len(sent)

    ids = [plant_chain(store, tenant, name=f"Chain {number}") for number in range(60)]
    plant_executions(store, [an_execution(tenant, chain_id) for chain_id in ids])
    assert statements_for(60) == statements_for(1) <= 3

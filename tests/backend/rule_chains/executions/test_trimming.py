"""Trimming: what is too old goes, what is kept stays, and nobody waits long for it."""

import threading
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select, update

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.executions.trimming import Trimmer
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import (
    DeliveryRow,
    ExecutionRow,
    RecordRow,
    RuleChainDayRow,
    RuleChainVersionRow,
)
from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.backend import cheap_passwords
from tests.support.executions import an_execution, plant_executions
from tests.support.partner import plant_chain
from tests.support.rule_chains import a_definition, chain_order

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAYS = 30


@pytest.fixture
def chain_id(store, tenant):
    return plant_chain(store, tenant)


@pytest.fixture
def plant_aged(store, tenant, chain_id):
    """Executions of the chain of that age; their ids."""

    def plant(*ages, **values):
        return plant_executions(store, [an_execution(tenant, chain_id, at=NOW - age, **values) for age in ages])

    return plant


def trim(store, days=DAYS, **options):
    with time_machine.travel(NOW, tick=False):
        return Trimmer(store, days, **options).trim()


def kept(store, column=ExecutionRow.id):
    with store.reading() as session:
        return set(session.scalars(select(column)))


def count(store, table):
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def a_webhook():
    return WebhookCall(id=str(uuid.uuid4()), node_id="c", node_name="Tell", url="https://hooks.example.com", data={})


def test_executions_go_when_they_are_older_than_they_are_kept_for(store, plant_aged):
    edge = timedelta(days=DAYS)
    _, *young = plant_aged(edge + timedelta(microseconds=1), edge, timedelta(days=1), timedelta(0))
    assert trim(store) == 1
    assert kept(store) == set(young)
    assert trim(store) == 0
    assert trim(store, days=1) == 1


def test_a_day_later_what_is_a_day_older_goes(store, plant_aged):
    ids = plant_aged(*(timedelta(days=age) for age in range(40, 20, -1)))
    for later in range(5):
        with time_machine.travel(NOW + timedelta(days=later), tick=False):
            Trimmer(store, DAYS).trim()
        assert kept(store) == set(ids[10 + later :])


def test_webhooks_go_with_their_execution_once_they_are_done_and_saved_documents_stay(store, plant_aged):
    document = SavedDocument(id=str(uuid.uuid4()), node_id="s", node_name="Keep", collection="alarms", document={})
    age = timedelta(days=31)
    [delivered], [pending], [young] = (
        plant_aged(age, effects=(a_webhook(), document)),
        plant_aged(age, effects=(a_webhook(), a_webhook())),
        plant_aged(timedelta(0), effects=(a_webhook(),)),
    )
    done = update(DeliveryRow).values(status="delivered", next_attempt_at=None)
    with store.writing() as session:
        session.execute(done.where(DeliveryRow.execution_id.in_([delivered, young])))
    assert trim(store) == 1
    assert kept(store) == {pending, young}
    assert kept(store, DeliveryRow.execution_id) == {pending, young}
    assert kept(store, RecordRow.execution_id) == {delivered}
    with store.writing() as session:
        session.execute(done.values(status="given_up").where(DeliveryRow.execution_id == pending))
    assert trim(store) == 1
    assert kept(store, DeliveryRow.execution_id) == {young}


def test_day_counters_go_with_their_days_and_with_their_chain(store, plant_aged, tenant, chain_id):
    plant_aged(*(timedelta(days=age) for age in (0, 29, 30, 31, 45)))
    plant_executions(store, [an_execution(tenant, str(uuid.uuid4()), at=NOW)])  # counted while its chain was deleted
    trim(store)
    today = NOW.date()
    assert kept(store, RuleChainDayRow.day) == {today, today - timedelta(days=29), today - timedelta(days=30)}
    assert kept(store, RuleChainDayRow.rulechain_id) == {chain_id}
    assert count(store, ExecutionRow) == 4


def test_versions_go_when_nothing_that_is_kept_can_have_run_on_them(store, chains, admin):
    ages = [100, 60, 31, 10]
    with time_machine.travel(NOW - timedelta(days=ages[0]), tick=False):
        chain = chains.create(admin.actor, chain_order(), endpoint_base="")
    for number, age in enumerate(ages[1:]):
        change = RuleChainChange(definition=a_definition(f"n * {number}"))
        with time_machine.travel(NOW - timedelta(days=age), tick=False):
            chains.change(admin.actor, chain.id, change, endpoint_base="")
    trim(store)
    assert kept(store, RuleChainVersionRow.version) == {2, 3, 4}  # 2 ran until 31 days ago, within a day's allowance
    trim(store, days=1)
    assert kept(store, RuleChainVersionRow.version) == {4}
    with time_machine.travel(NOW + timedelta(days=1000), tick=False):
        Trimmer(store, DAYS).trim()
    assert kept(store, RuleChainVersionRow.version) == {4}


def test_much_goes_in_small_batches_and_in_order_of_age(store, plant_aged):
    ids = plant_aged(*(timedelta(days=40, seconds=-number) for number in range(25)))
    trimmer = Trimmer(store, DAYS, batch=10)
    with time_machine.travel(NOW, tick=False), store.reading() as before:
        assert before.scalar(select(func.count()).select_from(ExecutionRow)) == len(ids)
        if store.dialect == "sqlite":
            assert trimmer.trim() == 25  # a reader is no obstacle
    trim(store)
    assert kept(store) == set()


def test_two_workers_that_trim_at_once_share_the_work(store, plant_aged):
    plant_aged(*[timedelta(days=40)] * 300)
    begin, trimmed = threading.Barrier(2), []

    def work():
        begin.wait(10)
        trimmed.append(Trimmer(store, DAYS, batch=20).trim())

    with time_machine.travel(NOW, tick=False):
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    trim(store)
    assert count(store, ExecutionRow) == 0
    assert sum(trimmed) <= 300


def test_calls_are_recorded_while_thousands_go(store, tenant, chain_id, plant_aged):
    plant_aged(*[timedelta(days=40)] * 5000)
    trimmer = Trimmer(store, DAYS)
    longest, recorded = 0.0, 0
    with time_machine.travel(NOW):
        trimmer.start()
        while count(store, ExecutionRow) > recorded:
            began = time.monotonic()
            plant_executions(store, [an_execution(tenant, chain_id)])
            longest, recorded = max(longest, time.monotonic() - began), recorded + 1
        trimmer.close()
    assert count(store, ExecutionRow) == recorded
    assert longest < 2


def test_the_thread_trims_at_once_and_again_and_stops_at_once(store, plant_aged):
    plant_aged(timedelta(days=40))
    trimmer = Trimmer(store, DAYS, interval_seconds=0.01)
    with time_machine.travel(NOW):
        trimmer.start()
        wait_for(lambda: count(store, ExecutionRow) == 0)
        plant_aged(timedelta(days=40))
        wait_for(lambda: count(store, ExecutionRow) == 0)
        trimmer.close()
    trimmer.close()
    hourly = Trimmer(store, DAYS)
    hourly.start()
    began = time.monotonic()
    hourly.close()
    assert time.monotonic() - began < 5
    Trimmer(store, DAYS).close()


def test_the_thread_outlives_an_outage(sqlite_url, caplog):
    store, file = Store.open(sqlite_url), Path(sqlite_url.removeprefix("sqlite:///"))
    tenant = Directory(store, cheap_passwords()).create_tenant("Building Services")
    plant_executions(store, [an_execution(tenant, "chain", at=NOW - timedelta(days=40))])
    away = file.with_name("away.db")
    file.rename(away)
    trimmer = Trimmer(store, DAYS, interval_seconds=0.01)
    with time_machine.travel(NOW):
        trimmer.start()
        wait_for(lambda: "could not be removed" in caplog.text)
        away.rename(file)
        wait_for(lambda: count(store, ExecutionRow) == 0)
        trimmer.close()
    store.close()

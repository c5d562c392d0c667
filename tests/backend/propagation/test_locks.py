"""Administrators, and the writer of what calls left, at the same time on PostgreSQL: in turn, and never crosswise."""

import random
from functools import partial

import pytest
from sqlalchemy import func, select, text, update

from ss_admin.backend.api_keys.errors import ApiKeyNotFound, VersionConflict
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.service import RuleChainsService
from ss_admin.backend.store.tables import ApiKeyRow, ChangeRow
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.at_once import at_once
from tests.support.backend import PEPPER
from tests.support.changing import Changing

ROUNDS = 25


@pytest.fixture
def store_url(postgresql_url):
    """The turn to change is taken on PostgreSQL alone; SQLite knows one writer at a time."""
    return postgresql_url


@pytest.fixture
def chains(store):
    runners = ApartRunners()
    yield RuleChainsService(store, PEPPER.encode(), runners)
    runners.close()


def test_bulk_and_single_changes_in_any_order_wait_for_each_other(changing, store):
    keys = [changing.new_key() for _ in range(60)]

    def switch_many(seed):
        chance = random.Random(seed)
        for _ in range(ROUNDS):
            status = chance.choice(list(ApiKeyStatus))
            changing.api_keys.set_status_of_many(changing.actor, chance.sample(keys, 50), status)

    def rename(seed):
        chance = random.Random(seed)
        for number in range(ROUNDS * 8):
            changing.rename(chance.choice(keys), f"{seed} {number}")

    def use(seed):
        for _ in range(ROUNDS):
            with store.writing() as session:
                for key in sorted(keys):
                    session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key).values(last_used_address="10.0.0.9"))

    at_once(*(partial(work, seed) for seed, work in enumerate([switch_many, switch_many, rename, rename, use])))
    with store.reading() as session:
        versions = session.scalar(select(func.sum(ApiKeyRow.version)))
        assert session.scalar(select(func.count()).select_from(ChangeRow)) == versions


def test_bulk_deletions_creations_and_changes_of_several_tenants_wait_for_each_other(store):
    tenants = [Changing(store, f"admin.{number}") for number in range(3)]

    def come_and_go(changing, seed):
        chance = random.Random(seed)
        for _ in range(ROUNDS // 5):
            keys = [changing.new_key() for _ in range(20)]
            chance.shuffle(keys)
            at_once(
                partial(changing.api_keys.delete_many, changing.actor, keys[:15]),
                partial(changing.api_keys.set_status_of_many, changing.actor, keys[5:], ApiKeyStatus.DISABLED),
                partial(_rename_if_there, changing, keys[0]),
            )

    at_once(*(partial(come_and_go, changing, seed) for seed, changing in enumerate(tenants)))
    with store.reading() as session:
        [[counted, there]] = session.execute(
            text("SELECT (SELECT sum(api_keys) FROM api_key_counts), (SELECT count(*) FROM api_keys)")
        )
    assert counted == there == 3 * 5 * (ROUNDS // 5)


def _rename_if_there(changing, key):
    try:
        changing.rename(key, "New")
    except (ApiKeyNotFound, VersionConflict):
        return


def test_deletion_of_a_chain_waits_neither_for_calls_nor_for_keys_crosswise(changing, chains, store):
    keys = sorted(changing.new_key() for _ in range(20))

    def count_calls(chain):
        with store.writing() as session:
            session.execute(
                text(
                    "INSERT INTO rule_chain_days AS kept (rulechain_id, day, succeeded, failed, last_run_at) "
                    "VALUES (:chain, '2026-11-01', 1, 0, 0) "
                    "ON CONFLICT (rulechain_id, day) DO UPDATE SET succeeded = kept.succeeded + 1"
                ),
                {"chain": chain},
            )
            for key in keys:
                session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key).values(last_used_address="10.0.0.9"))

    for number in range(ROUNDS):
        chain = changing.new_chain(f"c{number}")
        count_calls(chain)
        chains.change(changing.actor, chain, RuleChainChange(name="New"), endpoint_base="")
        at_once(
            partial(count_calls, chain),
            partial(chains.delete, changing.actor, chain),
            partial(changing.api_keys.set_status_of_many, changing.actor, keys, list(ApiKeyStatus)[number % 2]),
            partial(changing.rename, keys[number % 20], f"Name {number}"),
        )

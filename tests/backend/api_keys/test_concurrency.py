"""Administrators at the same moment, on both databases: somebody wins, somebody is told, nothing is lost."""

from functools import partial

import pytest
from sqlalchemy import select, update

from ss_admin.backend.api_keys.listing import ApiKeyQuery
from ss_admin.backend.store.tables import ApiKeyCountRow, ApiKeyRow, TombstoneRow
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus, NewApiKey
from tests.support.api_keys import Seed
from tests.support.at_once import at_once

KEYS = "/api/v1/api-keys"
ROUNDS = 8


@pytest.fixture
def person(town, admin):
    """Makes clients of the administrator, one for each thread."""
    return lambda: town.client(admin)


def test_of_two_changes_for_one_version_one_is_made_and_one_conflicts(person, admin):
    where = person().post(KEYS, json={"name": "Alarm", "user_id": admin.user_id}).headers["Location"]
    for version in range(1, ROUNDS + 1):
        condition = {"If-Match": f'"{version}"'}
        mine = partial(person().patch, where, json={"name": f"mine {version}"}, headers=condition)
        yours = partial(person().patch, where, json={"name": f"yours {version}"}, headers=condition)
        answers = at_once(mine, yours)
        assert sorted(answer.status_code for answer in answers) == [200, 412]
        [winner] = [answer for answer in answers if answer.status_code == 200]
        now = person().get(where)
        assert now.json == winner.json
        assert now.headers["ETag"] == f'"{version + 1}"'
    audit = person().get("/api/v1/activity").json["items"]
    assert [entry["action"] for entry in audit].count("api_key.changed") == ROUNDS


def test_changes_of_different_fields_without_a_condition_are_both_made(api_keys, admin, planted):
    for key_id in planted([Seed()] * ROUNDS):
        change = partial(api_keys.change, admin.actor, key_id)
        at_once(partial(change, ApiKeyChange(name="New")), partial(change, ApiKeyChange(status="disabled")))
        key = api_keys.get(admin.actor, key_id)
        assert (key.name, key.status, key.version) == ("New", ApiKeyStatus.DISABLED, 3)


def test_change_and_deletion_of_one_version_exclude_each_other(person, planted):
    for key_id in planted([Seed()] * ROUNDS):
        where, condition = f"{KEYS}/{key_id}", {"If-Match": '"1"'}
        changed, deleted = at_once(
            partial(person().patch, where, json={"name": "New"}, headers=condition),
            partial(person().delete, where, headers=condition),
        )
        assert (changed.status_code, deleted.status_code) in {(200, 412), (404, 204)}
        assert person().get(where).status_code == changed.status_code


def test_change_and_deletion_without_a_condition_leave_a_deleted_key(person, planted, store):
    ids = planted([Seed()] * ROUNDS)
    for key_id in ids:
        where = f"{KEYS}/{key_id}"
        changed, deleted = at_once(
            partial(person().patch, where, json={"name": "New"}), partial(person().delete, where)
        )
        assert deleted.status_code == 204
        assert changed.status_code in {200, 404}
    with store.reading() as session:
        assert set(session.scalars(select(TombstoneRow.api_key_id))) == set(ids)
        assert session.scalars(select(ApiKeyRow)).all() == []


def test_bulk_deletion_and_creation_do_not_disturb_each_other(api_keys, admin, planted, store):
    old = planted([Seed()] * 600)

    def create():
        return [
            api_keys.create(admin.actor, NewApiKey(name="New", user_id=admin.user_id)).api_key.id for _ in range(10)
        ]

    answer, *created = at_once(lambda: api_keys.delete_many(admin.actor, old), create, create)
    assert (answer.deleted, answer.missing) == (600, [])
    left = api_keys.list_page(admin.actor, ApiKeyQuery(limit=1000))
    assert {key.id for key in left.items} == {key_id for ids in created for key_id in ids}
    with store.reading() as session:
        assert session.scalar(select(ApiKeyCountRow.api_keys)) == 20


def test_bulk_orders_over_the_same_keys_wait_for_each_other(api_keys, admin, planted, store):
    ids = planted([Seed()] * 120)

    def use():
        with store.writing() as session:
            for key_id in sorted(ids):
                session.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id).values(last_used_address="203.0.113.9"))

    disabled, deleted, switched, _ = at_once(
        lambda: api_keys.set_status_of_many(admin.actor, ids, ApiKeyStatus.DISABLED),
        lambda: api_keys.delete_many(admin.actor, ids[::-1]),
        lambda: api_keys.set_status_of_many(admin.actor, ids[::2] + ids[1::2], ApiKeyStatus.DISABLED),
        use,
    )
    assert deleted.deleted == 120
    assert disabled.changed + switched.changed <= 120
    assert api_keys.list_page(admin.actor, ApiKeyQuery()).total == 0


def test_one_key_deleted_twice_at_once_is_deleted_once(person, planted):
    for key_id in planted([Seed()] * ROUNDS):
        where = f"{KEYS}/{key_id}"
        answers = at_once(partial(person().delete, where), partial(person().delete, where))
        assert sorted(answer.status_code for answer in answers) == [204, 404]

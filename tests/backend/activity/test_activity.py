"""The audit trail over HTTP: the tenant's own, newest first, filtered and paged."""

import pytest
from flask.testing import FlaskClient

from ss_admin.backend.activity.service import record
from ss_admin.backend.store.engine import Store
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import PASSWORD, Person, Town

KEY = ObjectRef(id="key-1", name="Building alarm")


@pytest.fixture
def signed_in(town: Town, admin: Person) -> FlaskClient:
    return town.client(admin)


def record_changes(store: Store, person: Person, count: int) -> None:
    with store.writing() as session:
        for number in range(count):
            record(
                session,
                actor=person.actor,
                tenant_id=person.tenant.id,
                action=ActivityAction.API_KEY_CHANGED,
                object_ref=KEY,
                changes=[FieldChange(field="name", before=number, after=number + 1)],
            )


def test_entry_tells_who_did_what_to_which_object(signed_in: FlaskClient, admin: Person, store: Store) -> None:
    record_changes(store, admin, 1)
    entry = signed_in.get("/api/v1/activity").json["items"][0]
    assert entry.pop("id")
    assert entry.pop("at").endswith("Z")
    assert len(entry.pop("hash")) == 64
    assert entry == {
        "action": "api_key.changed",
        "actor": {"id": admin.user_id, "name": "Ada Admin"},
        "address": "127.0.0.1",
        "object": {"id": "key-1", "name": "Building alarm"},
        "changes": [{"field": "name", "before": 0, "after": 1}],
        "request_id": None,
        "sequence": 3,
        "tenant": None,
    }


def test_life_of_an_account_is_told_newest_first(
    signed_in: FlaskClient, town: Town, admin: Person, client: FlaskClient
) -> None:
    client.post("/api/v1/session", json={"username": admin.username, "password": "wrong"})
    token = client.post("/api/v1/session", json={"username": admin.username, "password": PASSWORD}).json["token"]
    client.delete("/api/v1/session", headers={"Authorization": f"Bearer {token}"})
    town.directory.change_password(admin.username, "a password that is new")
    new = {"username": admin.username, "password": "a password that is new"}
    token = client.post("/api/v1/session", json=new).json["token"]
    page = client.get("/api/v1/activity", headers={"Authorization": f"Bearer {token}"}).json
    assert [entry["action"] for entry in page["items"]] == [
        "session.signed_in",
        "user.password_changed",
        "session.signed_out",
        "session.signed_in",
        "session.failed",
        "session.signed_in",
        "user.created",
    ]
    assert PASSWORD not in str(page)


def test_another_tenant_s_entries_are_not_told(signed_in: FlaskClient, other_admin: Person, store: Store) -> None:
    record_changes(store, other_admin, 3)
    page = signed_in.get("/api/v1/activity").json
    assert page["total"] == len(page["items"]) == 2
    assert {entry["object"]["name"] for entry in page["items"]} == {"Ada Admin"}


def test_pages_join_without_gap_while_new_entries_come(signed_in: FlaskClient, admin: Person, store: Store) -> None:
    record_changes(store, admin, 7)
    first = signed_in.get("/api/v1/activity?limit=4&object_id=key-1").json
    record_changes(store, admin, 2)
    second = signed_in.get(f"/api/v1/activity?limit=4&object_id=key-1&cursor={first['next_cursor']}").json
    told = [entry["changes"][0]["before"] for entry in first["items"] + second["items"]]
    assert told == [6, 5, 4, 3, 2, 1, 0]
    assert second["next_cursor"] is None
    skipped = signed_in.get("/api/v1/activity?limit=2&offset=5&object_id=key-1").json
    assert [entry["changes"][0]["before"] for entry in skipped["items"]] == [3, 2]


def test_filters_narrow_the_list_and_its_total(signed_in: FlaskClient, admin: Person, store: Store) -> None:
    record_changes(store, admin, 2)
    for query, total in [
        ("action=api_key.changed", 2),
        ("action=user.created", 1),
        (f"actor_id={admin.user_id}", 3),
        (f"actor_id={admin.user_id}&action=session.signed_in", 1),
        ("action=user.created,session.signed_in", 2),
        ("search=BUILDING", 2),
        ("search=nothing", 0),
        ("since=2020-01-01T00:00:00Z", 4),
        ("since=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z", 0),
        ("object_id=nothing", 0),
    ]:
        page = signed_in.get(f"/api/v1/activity?{query}").json
        assert (page["total"], len(page["items"])) == (total, total), query


@pytest.mark.parametrize(
    "query",
    ["action=nonsense", "actor_id=%00", "cursor=WyJhIl0", "cursor=W10", "object_id=" + "x" * 65, "since=1", "sort=at"],
)
def test_bad_query_is_refused(query: str, signed_in: FlaskClient) -> None:
    answer = signed_in.get(f"/api/v1/activity?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")

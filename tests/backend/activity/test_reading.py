"""Reading the trail over HTTP: who may, whose, the people and objects in it, and the whole as CSV."""

import csv
import io

import pytest
from flask.testing import FlaskClient

from ss_admin.backend.activity import service
from ss_admin.contract.accounts import Role
from tests.support.backend import Person, Town
from tests.support.problems import refused

ACTIVITY = "/api/v1/activity"


@pytest.fixture
def signed_in(town: Town, admin: Person) -> FlaskClient:
    return town.client(admin)


@pytest.fixture
def cloud(town: Town, other_tenant) -> FlaskClient:
    """A Cloud Administrator, of another tenant than `admin`."""
    return town.client(town.person(other_tenant, "claire.cloud", role=Role.CLOUD_ADMIN))


def new_key(client: FlaskClient, admin: Person, name: str) -> str:
    answer = client.post("/api/v1/api-keys", json={"name": name, "user_id": admin.user_id})
    assert answer.status_code == 201
    return answer.json["api_key"]["id"]


def rows_of(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_cloud_administrator_reads_all_tenants_and_sees_whose_it_is(cloud, signed_in, admin, other_tenant):
    items = cloud.get(ACTIVITY).json["items"]
    assert {entry["tenant"]["name"] for entry in items} == {"Building Services", "Harbour Logistics"}
    own = cloud.get(ACTIVITY, query_string={"tenant_id": admin.tenant.id}).json
    assert {entry["tenant"]["id"] for entry in own["items"]} == {admin.tenant.id}
    assert own["total"] == 2
    refused(cloud.get(f"{ACTIVITY}?tenant_id=nobody"), 404, "not_found")
    people = cloud.get(f"{ACTIVITY}/people").json["items"]
    assert [person["name"] for person in people] == ["Ada Admin", "Claire Cloud"]


def test_nobody_else_reads_another_tenant(signed_in, admin, other_tenant, client_by_role):
    assert signed_in.get(ACTIVITY, query_string={"tenant_id": admin.tenant.id}).status_code == 200
    for below in ("", "/export", "/people", "/objects"):
        refused(signed_in.get(f"{ACTIVITY}{below}", query_string={"tenant_id": other_tenant.id}), 404, "not_found")
        for role in (Role.CUSTOMER_ADMIN, Role.CUSTOMER_USER):
            refused(client_by_role[role].get(f"{ACTIVITY}{below}"), 403, "tenant_admin_required")


def test_export_has_what_the_filters_let_through_and_is_on_record(signed_in, admin):
    for name in ("=HYPERLINK(1)", "Lift"):
        new_key(signed_in, admin, name)
    rows = rows_of(signed_in.get(f"{ACTIVITY}/export?action=api_key.created"))
    assert [row["object"][:12] for row in rows] == ["Lift (ss_" + rows[0]["object"][9:12], "'=HYPERLINK("]
    assert [(row["person"], row["action"], row["sequence"]) for row in rows] == [
        ("Ada Admin", "api_key.created", "4"),
        ("Ada Admin", "api_key.created", "3"),
    ]
    assert "name: Lift" in rows[0]["changes"]
    entry = signed_in.get(ACTIVITY).json["items"][0]
    assert (entry["action"], entry["object"]["name"]) == ("activity.exported", "Building Services")
    assert [change["after"] for change in entry["changes"]] == [2, {"actions": ["api_key.created"]}]


def test_export_of_a_tenant_by_the_cloud_administrator_is_on_both_records(cloud, signed_in, admin):
    assert rows_of(cloud.get(f"{ACTIVITY}/export?tenant_id={admin.tenant.id}"))[0]["tenant"] == "Building Services"
    entry = signed_in.get(ACTIVITY).json["items"][0]
    assert (entry["action"], entry["actor"]["name"]) == ("activity.exported", "Claire Cloud")
    exported = cloud.get(f"{ACTIVITY}?action=activity.exported").json
    assert {entry["tenant"]["name"] for entry in exported["items"]} == {"Building Services", "Harbour Logistics"}


def test_export_of_too_many_is_refused_and_leaves_no_entry(signed_in, monkeypatch):
    monkeypatch.setattr(service, "EXPORT_MAX_ENTRIES", 1)
    refused(signed_in.get(f"{ACTIVITY}/export"), 422, "validation_failed", ["since"])
    assert signed_in.get(ACTIVITY).json["total"] == 2


def test_people_are_found_by_part_of_their_name_and_paged(signed_in, town, admin, tenant):
    for name in ("Émile Ábel", "ben Both", "Cora Case"):
        town.person(tenant, name.split()[1].lower(), name=name)
    first = signed_in.get(f"{ACTIVITY}/people?limit=3").json
    second = signed_in.get(f"{ACTIVITY}/people?limit=3&cursor={first['next_cursor']}").json
    names = [person["name"] for person in first["items"] + second["items"]]
    assert names == ["Ada Admin", "ben Both", "Cora Case", "Émile Ábel"]
    assert (first["total"], second["next_cursor"]) == (4, None)
    assert [found["name"] for found in signed_in.get(f"{ACTIVITY}/people?search=ÁBEL").json["items"]] == ["Émile Ábel"]


def test_objects_are_found_by_their_last_name_though_they_are_gone(signed_in, admin):
    lift, door = new_key(signed_in, admin, "Lift"), new_key(signed_in, admin, "Door")
    signed_in.patch(f"/api/v1/api-keys/{lift}", json={"name": "Lift 2"})
    signed_in.delete(f"/api/v1/api-keys/{lift}")
    first = signed_in.get(f"{ACTIVITY}/objects?limit=1").json
    [gone] = first["items"]
    assert (gone["id"], gone["action"], gone["name"][:8]) == (lift, "api_key.deleted", "Lift 2 (")
    [next_one] = signed_in.get(f"{ACTIVITY}/objects?limit=1&cursor={first['next_cursor']}").json["items"]
    assert next_one["id"] == door
    assert first["total"] == 3
    found = signed_in.get(f"{ACTIVITY}/objects?search=lift").json
    assert [thing["id"] for thing in found["items"]] == [lift]

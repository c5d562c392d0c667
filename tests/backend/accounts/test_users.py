"""The user picker: the tenant's people, found by name or user name, page by page."""

import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import UserRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import Person, Town


@pytest.fixture
def signed_in(town: Town, admin: Person) -> FlaskClient:
    return town.client(admin)


def names(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"/api/v1/users?{query}")
    assert answer.status_code == 200, answer.text
    return [user["name"] for user in answer.json["items"]]


def test_search_looks_anywhere_in_name_and_user_name(town: Town, tenant: ObjectRef, signed_in: FlaskClient) -> None:
    town.person(tenant, "m.okafor", name="María Okafor")
    town.person(tenant, "jo", name="Jürgen Strauß")
    assert names(signed_in, "search=OKA") == ["María Okafor"]
    assert names(signed_in, "search=M.O") == ["María Okafor"]
    assert names(signed_in, "search=STRAUSS") == ["Jürgen Strauß"]
    assert names(signed_in, "search=u%CC%88rg") == ["Jürgen Strauß"]
    assert names(signed_in, "search=nobody") == []


@pytest.mark.parametrize("wildcard", ["%25", "_", "%5C"])
def test_wildcards_are_letters_like_any_other(
    wildcard: str, town: Town, tenant: ObjectRef, signed_in: FlaskClient
) -> None:
    town.person(tenant, "strange", name="50 % of _ and \\")
    assert names(signed_in, f"search={wildcard}") == ["50 % of _ and \\"]


def test_only_people_of_the_own_tenant_are_found(other_admin: Person, signed_in: FlaskClient) -> None:
    assert names(signed_in, "search=otto") == []
    assert names(signed_in, "") == ["Ada Admin"]


def test_thousands_are_paged_in_order_without_gaps(
    store: Store, tenant: ObjectRef, admin: Person, signed_in: FlaskClient
) -> None:
    add_users(store, tenant, admin, 2500)
    seen: list[str] = []
    cursor = ""
    while True:
        page = signed_in.get(f"/api/v1/users?limit=1000{cursor}").json
        assert page["total"] == 2501
        seen += [user["name"] for user in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 2501
    assert seen == sorted(seen, key=str.casefold)
    assert names(signed_in, "limit=3&offset=2") == seen[2:5]
    started = time.perf_counter()
    assert names(signed_in, "search=1234") == ["Person 1234"]
    assert time.perf_counter() - started < 1


def add_users(store: Store, tenant: ObjectRef, like: Person, count: int) -> None:
    with store.writing() as session:
        model = session.get_one(UserRow, like.user_id)
        common = {"tenant_id": tenant.id, "role": "customer_user", "password_hash": "-", "created_at": model.created_at}
        rows = [
            {
                "id": f"u{number}",
                "username": f"u{number}",
                "name": f"Person {number:04}",
                "name_folded": f"person {number:04}",
                **common,
            }
            for number in range(count)
        ]
        session.execute(insert(UserRow), rows)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("offset=-1", "offset"),
        ("offset=99999999999999999999", "offset"),
        ("cursor=garbage", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=WyJhIiwxXQ", "cursor"),
        ("search=%00", "search"),
        ("search=" + "x" * 201, "search"),
        ("nonsense=1", "nonsense"),
    ],
)
def test_bad_query_is_refused_by_name(query: str, pointer: str, signed_in: FlaskClient) -> None:
    answer = signed_in.get(f"/api/v1/users?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_cursor_and_offset_exclude_each_other(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/api/v1/users?cursor=x&offset=1")
    assert answer.status_code == 422


def test_only_tenant_administrators_may_look(client_by_role: dict[Role, FlaskClient], client) -> None:
    path = "/api/v1/users"
    for role, its_client in client_by_role.items():
        answer = its_client.get(path)
        if role is Role.TENANT_ADMIN:
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.json["code"]) == (403, "tenant_admin_required")
    assert client.get(path).json["code"] == "session_required"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "Bearer " + "é" * 43, "Bearer " + "x" * 5000]
)
def test_token_of_any_other_shape_is_refused(header: str, client: FlaskClient) -> None:
    answer = client.get("/api/v1/users", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "session_required")

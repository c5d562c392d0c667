"""Rule chains over HTTP: the list, one chain, and what an administrator sends."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ss_admin.backend.store.engine import Store
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.rule_chains import RuleChain, RuleChainDetail, RuleChainPage
from tests.support.article import SAMPLE_PAYLOAD
from tests.support.backend import Person
from tests.support.partner import plant_chain
from tests.support.problems import refused
from tests.support.rule_chains import a_definition, chain_order

CHAINS = "/api/v1/rulechains"


@pytest.fixture
def planted(store: Store, tenant: ObjectRef, other_tenant: ObjectRef) -> list[str]:
    """The ids of five chains of `tenant`, in the order of their names; another tenant has one too."""
    plant_chain(store, other_tenant, name="Abroad")
    names = ["alarm", "Bell", "bell", "Échelle", "Zebra"]
    ids = {plant_chain(store, tenant, name=name): name.casefold() for name in reversed(names)}
    return sorted(ids, key=lambda rulechain_id: (ids[rulechain_id], rulechain_id))


def test_a_chain_is_shown_with_the_url_that_partners_call(
    client: FlaskClient, admin: Person, store: Store, tenant: ObjectRef
) -> None:
    rulechain_id = plant_chain(store, tenant)
    answer = client.get(
        f"/api/v1/rulechains/{rulechain_id}", headers=admin.headers, base_url="https://here.example:8443"
    )
    assert answer.status_code == 200
    chain = RuleChain.model_validate(answer.json)
    assert chain.endpoint_url == f"https://here.example:8443/rulechains/{rulechain_id}/execute"
    assert (chain.name, chain.is_external, chain.enabled) == ("Building Alarm", True, True)
    assert chain.sample_payload == SAMPLE_PAYLOAD
    assert "tenant_id" not in answer.json


def test_the_public_url_stands_in_endpoint_urls_where_it_is_set(
    make_app: Callable[..., Flask], client: FlaskClient, admin: Person, store: Store, tenant: ObjectRef
) -> None:
    rulechain_id = plant_chain(store, tenant)
    public = make_app(public_url="https://api.signalsync.cloud/").test_client()
    [item] = public.get("/api/v1/rulechains", headers=admin.headers).json["items"]
    assert item["endpoint_url"] == f"https://api.signalsync.cloud/rulechains/{rulechain_id}/execute"


def test_the_list_has_the_tenants_chains_by_name_page_by_page(
    client: FlaskClient, admin: Person, planted: list[str]
) -> None:
    seen, cursor = [], ""
    while cursor is not None:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        answer = client.get("/api/v1/rulechains", query_string=query, headers=admin.headers)
        page = RuleChainPage.model_validate(answer.json)
        assert page.total == 5
        seen.append([chain.id for chain in page.items])
        cursor = page.next_cursor
    assert [len(ids) for ids in seen] == [2, 2, 1]
    assert sum(seen, []) == planted  # noqa: RUF017 - three short lists


def test_an_offset_jumps_into_the_list(client: FlaskClient, admin: Person, planted: list[str]) -> None:
    answer = client.get("/api/v1/rulechains?offset=3", headers=admin.headers)
    assert [item["id"] for item in answer.json["items"]] == planted[3:]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [("limit=0", "limit"), ("limit=1001", "limit"), ("cursor=nonsense", "cursor"), ("offset=-1", "offset")],
)
def test_a_query_that_makes_no_sense_is_refused(client: FlaskClient, admin: Person, query: str, pointer: str) -> None:
    answer = client.get(f"/api/v1/rulechains?{query}", headers=admin.headers)
    refused(answer, 422, "validation_failed", [pointer])


def test_another_tenants_chain_is_not_found(
    client: FlaskClient, admin: Person, other_admin: Person, store: Store, other_tenant: ObjectRef
) -> None:
    theirs = plant_chain(store, other_tenant)
    refused(client.get(f"/api/v1/rulechains/{theirs}", headers=admin.headers), 404, "not_found")
    assert client.get(f"/api/v1/rulechains/{theirs}", headers=other_admin.headers).status_code == 200
    assert client.get("/api/v1/rulechains", headers=admin.headers).json == {
        "items": [],
        "next_cursor": None,
        "total": 0,
    }


def test_only_tenant_administrators_see_rule_chains(
    client: FlaskClient, client_by_role: dict[Role, FlaskClient], store: Store, tenant: ObjectRef
) -> None:
    paths = ("/api/v1/rulechains", f"/api/v1/rulechains/{plant_chain(store, tenant)}", "/api/v1/rulechains/none")
    for path in paths:
        refused(client.get(path), 401, "session_required")
        for role, signed_in in client_by_role.items():
            if role is not Role.TENANT_ADMIN:
                refused(signed_in.get(path), 403, "tenant_admin_required")


def body_of(**values: Any) -> dict[str, Any]:
    return chain_order(**values).model_dump(mode="json")


def test_a_new_chain_is_answered_with_its_address_and_entity_tag(signed_in: FlaskClient) -> None:
    answer = signed_in.post(CHAINS, json=body_of(description="Counts"))
    assert answer.status_code == 201
    chain = RuleChainDetail.model_validate(answer.json)
    assert answer.headers["Location"] == f"{CHAINS}/{chain.id}"
    assert answer.headers["ETag"] == '"1"'
    found = signed_in.get(answer.headers["Location"])
    assert found.json == answer.json
    assert found.headers["ETag"] == '"1"'
    assert "definition" not in signed_in.get(CHAINS).json["items"][0]


def test_what_cannot_be_stored_is_refused_with_every_fault_at_its_place(signed_in: FlaskClient) -> None:
    definition = a_definition("n +")
    definition["edges"][1]["targetId"] = "nowhere"
    answer = signed_in.post(CHAINS, json=body_of(definition=definition, input_schema={"type": "thing"}))
    refused(answer, 422, "validation_failed")
    faults = {fault["pointer"]: fault["detail"] for fault in answer.json["errors"]}
    assert {"/definition/nodes/1/content/expressions/0/value", "/input_schema/type"} <= set(faults)
    assert any(pointer.startswith("/definition/edges/1") for pointer in faults)
    assert "“Work”" in faults["/definition/nodes/1/content/expressions/0/value"]
    assert signed_in.get(CHAINS).json["total"] == 0


@pytest.mark.parametrize(
    ("values", "pointers"),
    [
        ({"name": " "}, ["/name"]),
        ({"name": "x" * 101}, ["/name"]),
        ({"name": "a\u202eb"}, ["/name"]),
        ({"name": None}, ["/name"]),
        ({"description": "x" * 2001}, ["/description"]),
        ({"description": "a\u0007b"}, ["/description"]),
        ({"is_external": "yes", "enabled": 1}, ["/is_external", "/enabled"]),
        ({"definition": []}, ["/definition"]),
        ({"sample_payload": "x"}, ["/sample_payload"]),
        ({"version": 3}, ["/version"]),
        ({"id": "mine", "signing_generation": 2}, ["/id", "/signing_generation"]),
    ],
)
def test_fields_that_make_no_sense_are_refused(
    signed_in: FlaskClient, values: dict[str, Any], pointers: list[str]
) -> None:
    refused(signed_in.post(CHAINS, json=body_of() | values), 422, "validation_failed", pointers)
    where = signed_in.post(CHAINS, json=body_of()).headers["Location"]
    refused(signed_in.patch(where, json=values), 422, "validation_failed", pointers)


def test_a_change_meets_the_version_that_it_was_made_for(signed_in: FlaskClient) -> None:
    where = signed_in.post(CHAINS, json=body_of()).headers["Location"]
    changed = signed_in.patch(where, json={"is_external": True}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json["is_external"]) == (200, '"2"', True)
    late = signed_in.patch(where, json={"definition": a_definition("n + 2")}, headers={"If-Match": '"1"'})
    refused(late, 412, "version_conflict")
    assert "rule chain" in late.json["detail"]
    refused(signed_in.delete(where, headers={"If-Match": '"1"'}), 412, "version_conflict")
    assert signed_in.get(where).json == changed.json
    assert signed_in.delete(where, headers={"If-Match": '"2"'}).status_code == 204
    refused(signed_in.get(where), 404, "not_found")


def test_no_change_overwrites_one_that_was_not_seen_even_before_it_is_checked(signed_in: FlaskClient) -> None:
    where = signed_in.post(CHAINS, json=body_of()).headers["Location"]
    broken = {"definition": {"nodes": "none"}}
    refused(signed_in.patch(where, json=broken, headers={"If-Match": '"7"'}), 412, "version_conflict")


def test_names_are_searched_without_regard_to_case_and_signs(
    signed_in: FlaskClient, store: Store, tenant: ObjectRef
) -> None:
    for name in ("Building Alarm", "100% checked", "100 checked", "snake_case", "snakeXcase", "Straße", "back\\slash"):
        plant_chain(store, tenant, name=name)
    found = {
        search: [item["name"] for item in signed_in.get(CHAINS, query_string={"search": search}).json["items"]]
        for search in ("ALARM", "0%", "e_c", "STRASSE", "k\\s", " building ", "nothing", "'", '"')
    }
    assert found == {
        "ALARM": ["Building Alarm"],
        "0%": ["100% checked"],
        "e_c": ["snake_case"],
        "STRASSE": ["Straße"],
        "k\\s": ["back\\slash"],
        " building ": ["Building Alarm"],
        "nothing": [],
        "'": [],
        '"': [],
    }
    page = signed_in.get(CHAINS, query_string={"search": "ch", "limit": 1}).json
    assert (page["total"], len(page["items"])) == (2, 1)
    rest = signed_in.get(CHAINS, query_string={"search": "ch", "limit": 1, "cursor": page["next_cursor"]}).json
    assert (rest["total"], rest["items"][0]["name"], rest["next_cursor"]) == (2, "100% checked", None)


def test_secret_of_webhooks_is_asked_for_without_a_body(signed_in: FlaskClient) -> None:
    where = signed_in.post(CHAINS, json=body_of()).headers["Location"]
    shown = signed_in.post(f"{where}/signing-secret")
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    replaced = signed_in.post(f"{where}/signing-secret/replace")
    assert replaced.json["secret"].startswith("whsec_")
    assert replaced.json != shown.json
    refused(signed_in.get(f"{where}/signing-secret"), 405, "method_not_allowed")


def test_key_that_was_pasted_in_a_wrong_place_does_not_come_back(signed_in: FlaskClient) -> None:
    secret = new_api_key()
    for values in ({"name": secret}, {secret: 1}, {"sample_payload": {secret: secret}}):
        answer = signed_in.post(CHAINS, json=body_of() | values)
        refused(answer, 422, "validation_failed")
        assert secret not in answer.text


def test_a_body_is_read_strictly(signed_in: FlaskClient) -> None:
    where = signed_in.post(CHAINS, json=body_of()).headers["Location"]
    for send in (
        partial(signed_in.post, CHAINS),
        partial(signed_in.patch, where),
        partial(signed_in.post, f"{where}/test"),
    ):
        refused(send(data=b"{}", content_type="text/plain"), 415, "unsupported_media_type")
        for text in (b"", b"[]", b'{"name": "a", "name": "b"}', b'{"x": NaN}', b'{"x": "\\ud800"}', b"[" * 500):
            refused(send(data=text, content_type="application/json"), 400, "invalid_json")

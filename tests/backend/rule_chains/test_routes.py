from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ss_admin.backend.store.engine import Store
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage
from tests.support.article import SAMPLE_PAYLOAD
from tests.support.backend import Person
from tests.support.partner import plant_chain
from tests.support.problems import refused


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

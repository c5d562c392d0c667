"""Who may do what: generated from the app's own routes, so that a new one cannot be forgotten here."""

import re
import uuid

import pytest

from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import Seed, plant
from tests.support.backend import PASSWORD
from tests.support.executions import an_execution, plant_executions
from tests.support.partner import plant_chain
from tests.support.planted_signals import plant_signal
from tests.support.problems import refused

API = "/api/v1"
SESSION = f"{API}/session"
FOR_EVERYBODY = {("POST", SESSION)}
FOR_EVERY_ROLE = {("GET", SESSION), ("DELETE", SESSION)}
FOR_CLOUD_ADMINS = {("GET", f"{API}/activity{below}") for below in ("", "/export", "/people", "/objects")}
BODIES = {
    ("POST", SESSION): {"username": "nobody", "password": PASSWORD},
    ("POST", f"{API}/api-keys"): {"name": "New", "user_id": "nobody"},
    ("PATCH", f"{API}/api-keys/<string:api_key_id>"): {"name": "Changed"},
    ("POST", f"{API}/api-keys/bulk-delete"): {"ids": ["nobody"]},
    ("POST", f"{API}/api-keys/bulk-status"): {"ids": ["nobody"], "status": "disabled"},
    ("POST", f"{API}/refusals/explain"): {"request_id": "nothing"},
    ("POST", f"{API}/signals/<string:signal_id>/acknowledge"): {"note": "Seen."},
    ("POST", f"{API}/rulechains"): {"name": "New", "input_schema": {}, "definition": {"nodes": [], "edges": []}},
    ("PATCH", f"{API}/rulechains/<rulechain_id>"): {"name": "Changed"},
    ("POST", f"{API}/rulechains/<rulechain_id>/test"): {"payload": {}},
    ("POST", f"{API}/rulechains/<rulechain_id>/signing-secret"): None,
    ("POST", f"{API}/rulechains/<rulechain_id>/signing-secret/replace"): None,
}
REFERENCES_IN_BODIES = {"user_id", "ids", "request_id"}
REFERENCES_IN_QUERIES = {"user_id", "actor_id", "object_id", "api_key_id", "tenant_id"}


def routes_of(app):
    """Every method of every route of the admin API, with the route's pattern; deletions and signing out come last."""
    found = [
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(API)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]
    assert len(found) >= 22
    return sorted(found, key=lambda route: (route == ("DELETE", SESSION), route[0] == "DELETE", route))


def send(client, method, pattern, objects, headers=None):
    address = re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", lambda place: objects[place.group(1)], pattern)
    body = BODIES[method, pattern] if method in {"POST", "PATCH", "PUT"} else None
    return client.open(address, method=method, json=body, headers=headers)


def objects_of(store, person):
    """One object of the person's tenant for every kind of id that a route takes."""
    user = ObjectRef(id=person.user_id, name=person.name)
    [api_key_id] = plant(store, person.tenant, user, [Seed(name="Planted")])
    rulechain_id = plant_chain(store, person.tenant)
    [execution_id] = plant_executions(store, [an_execution(person.tenant, rulechain_id, api_key_id=api_key_id)])
    return {
        "api_key_id": api_key_id,
        "rulechain_id": rulechain_id,
        "execution_id": execution_id,
        "signal_id": plant_signal(store, person.tenant, api_key_id, "never_expires"),
    }


@pytest.fixture
def own(store, admin):
    return objects_of(store, admin)


@pytest.fixture
def foreign(store, other_admin):
    return objects_of(store, other_admin)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer no-such-token"},
        {"Authorization": "Bearer \u00e4"},
        {"Authorization": "Basic YWRhOmFkYQ=="},
    ],
)
def test_without_a_session_every_route_is_closed(app, client, own, headers):
    for method, pattern in routes_of(app):
        if (method, pattern) in FOR_EVERYBODY:
            continue
        answer = send(client, method, pattern, own, headers)
        refused(answer, 401, "session_required")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_session_that_was_ended_opens_nothing(app, client, own, admin):
    assert client.delete(SESSION, headers=admin.headers).status_code == 204
    for method, pattern in routes_of(app):
        if (method, pattern) not in FOR_EVERYBODY:
            refused(send(client, method, pattern, own, admin.headers), 401, "session_required")


def test_every_role_passes_where_the_contract_says_so_and_nowhere_else(app, own, client_by_role):
    for role, client in client_by_role.items():
        for method, pattern in routes_of(app):
            answer = send(client, method, pattern, own)
            if (method, pattern) in FOR_EVERYBODY:
                refused(answer, 401, "wrong_credentials")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")  # RFC 9110, 15.5.2: on every 401
            elif (
                role is Role.TENANT_ADMIN
                or (method, pattern) in FOR_EVERY_ROLE
                or (role is Role.CLOUD_ADMIN and (method, pattern) in FOR_CLOUD_ADMINS)
            ):
                assert answer.status_code in {200, 201, 204, 422}, f"{role} {method} {pattern}: {answer.text}"
            else:
                refused(answer, 403, "tenant_admin_required")


def test_role_is_asked_before_the_input_is_looked_at(client_by_role, foreign):
    client = client_by_role[Role.CUSTOMER_ADMIN]
    for address in (f"{API}/api-keys/{foreign['api_key_id']}", f"{API}/api-keys/nothing"):
        refused(client.patch(address, data=b"{", content_type="text/plain"), 403, "tenant_admin_required")
    refused(client.get(f"{API}/api-keys?limit=-1"), 403, "tenant_admin_required")


def test_objects_of_another_tenant_are_not_there_on_any_route(app, town, admin, other_admin, foreign):
    client, owner = town.client(admin), town.client(other_admin)
    nothing = {name: str(uuid.uuid4()) for name in foreign}
    routes = [route for route in routes_of(app) if "<" in route[1]]
    assert routes
    for method, pattern in routes:
        answer = send(client, method, pattern, foreign)
        refused(answer, 404, "not_found")
        unknown = send(client, method, pattern, nothing)
        assert {**answer.json, "request_id": ""} == {**unknown.json, "request_id": ""}
    key = owner.get(f"{API}/api-keys/{foreign['api_key_id']}").json
    assert (key["name"], key["version"]) == ("Planted", 1)
    chain = owner.get(f"{API}/rulechains/{foreign['rulechain_id']}").json
    assert (chain["name"], chain["version"], chain["runs"]) == ("Building Alarm", 1, 1)


def test_execution_of_another_chain_is_not_there(town, admin, own, foreign, store):
    client, elsewhere = town.client(admin), plant_chain(store, admin.tenant)
    executions = f"{API}/rulechains/{elsewhere}/executions"
    for execution_id in (own["execution_id"], foreign["execution_id"], "none", "%00", "x" * 65):
        refused(client.get(f"{executions}/{execution_id}"), 404, "not_found")
    assert client.get(executions).json["total"] == 0


def test_references_to_another_tenants_objects_lead_nowhere(town, admin, other_admin, own, foreign):
    client, owner = town.client(admin), town.client(other_admin)
    keys, key = f"{API}/api-keys", f"{API}/api-keys/{own['api_key_id']}"
    refused(
        client.post(keys, json={"name": "x", "user_id": other_admin.user_id}), 422, "validation_failed", ["/user_id"]
    )
    refused(client.patch(key, json={"user_id": other_admin.user_id}), 422, "validation_failed", ["/user_id"])
    narrowed = {"permissions": {"entities": ["write"], "rulechains": [own["rulechain_id"], foreign["rulechain_id"]]}}
    order = {"name": "x", "user_id": admin.user_id, **narrowed}
    refused(client.post(keys, json=order), 422, "validation_failed", ["/permissions/rulechains/1"])
    refused(client.patch(key, json=narrowed), 422, "validation_failed", ["/permissions/rulechains/1"])
    ids = [foreign["api_key_id"]]
    assert client.post(f"{keys}/bulk-delete", json={"ids": ids}).json == {"deleted": 0, "missing": ids}
    switched = client.post(f"{keys}/bulk-status", json={"ids": ids, "status": "disabled"})
    assert switched.json == {"changed": 0, "missing": ids}
    assert client.get(keys, query_string={"user_id": other_admin.user_id}).json["total"] == 0
    executions = f"{API}/rulechains/{own['rulechain_id']}/executions"
    assert client.get(executions, query_string={"api_key_id": foreign["api_key_id"]}).json["total"] == 0
    for parameter in ("actor_id", "object_id"):
        assert client.get(f"{API}/activity", query_string={parameter: other_admin.user_id}).json["total"] == 0
    refused(client.get(f"{API}/activity", query_string={"tenant_id": other_admin.tenant.id}), 404, "not_found")
    assert owner.get(f"{keys}/{ids[0]}").json["status"] == "active"


def test_lists_hold_nothing_of_another_tenant(town, admin, own, foreign, other_admin):
    hidden = [*foreign.values(), other_admin.user_id, other_admin.tenant.id]
    client = town.client(admin)
    for method, pattern in routes_of(town.app):
        if method == "GET" and "<" not in pattern:
            answer = client.get(pattern)
            assert answer.status_code == 200
            assert not [value for value in hidden if value in answer.text]


def test_every_reference_that_a_route_takes_is_tried_here(client):
    """A new field or parameter with an id in it must be added to the tests above."""
    document = client.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    in_bodies, in_queries = set(), set()
    for path, item in document["paths"].items():
        if not path.startswith(API):
            continue
        for operation in item.values():
            parameters = operation.get("parameters", [])
            in_queries |= {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
            if "requestBody" in operation:
                reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                in_bodies |= set(schemas[reference.rsplit("/", 1)[1]]["properties"])
    assert {name for name in in_bodies if re.search(r"(^|_)ids?$", name)} == REFERENCES_IN_BODIES
    assert {name for name in in_queries if re.search(r"(^|_)ids?$", name)} == REFERENCES_IN_QUERIES

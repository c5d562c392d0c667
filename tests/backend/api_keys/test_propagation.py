"""How far a change has come, over HTTP; and that it counts at the very next call in the process that made it."""

import pytest

from tests.support.partner import Partner
from tests.support.watching import eventually

KEYS = "/api/v1/api-keys"


@pytest.fixture
def backend(app):
    """The app's parts, with its watch under way, as in a worker that serves."""
    backend = app.extensions["ss_backend"]
    backend.watch.start()
    eventually(lambda: backend.watch.is_fresh and backend.watch.is_counted)
    return backend


@pytest.fixture
def key(client, admin):
    created = client.post(KEYS, json={"name": "Alarm", "user_id": admin.user_id}, headers=admin.headers)
    return created.json["api_key"]["id"]


def how_far(client, person, key):
    return client.get(f"{KEYS}/{key}/propagation", headers=person.headers)


def test_administrator_is_told_who_acts_on_the_change_and_since_when(client, admin, backend, key):
    answer = client.patch(f"{KEYS}/{key}", json={"status": "disabled"}, headers=admin.headers)
    assert answer.status_code == 200
    eventually(lambda: how_far(client, admin, key).json["complete"])
    found = how_far(client, admin, key).json
    assert (found["api_key_id"], found["revision"]) == (key, 2)
    [worker] = found["workers"]
    assert worker["worker"] == backend.watch.worker_name
    assert found["after_ms"] == worker["after_ms"] < 1000


def test_deletion_is_told_and_other_tenants_are_told_nothing(client, admin, other_admin, backend, key):
    assert client.delete(f"{KEYS}/{key}", headers=admin.headers).status_code == 204
    eventually(lambda: how_far(client, admin, key).json["complete"])
    assert how_far(client, admin, key).json["revision"] == 2
    for answer in (how_far(client, other_admin, key), how_far(client, admin, "unknown")):
        assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_change_counts_at_the_next_call_in_the_same_process(app, store, backend):
    partner = Partner(app, store)
    chain, key = partner.chain(), partner.key()
    backend.watch.catch_up()
    where = f"{KEYS}/{key.api_key.id}"
    admin = partner.admin
    for _ in range(10):
        assert partner.call(chain, key.secret).status_code == 200
        assert app.test_client().patch(where, json={"status": "disabled"}, headers=admin.headers).status_code == 200
        assert partner.call(chain, key.secret).status_code == 401
        assert app.test_client().patch(where, json={"status": "active"}, headers=admin.headers).status_code == 200
    order = {"ids": [key.api_key.id], "status": "disabled"}
    assert app.test_client().post(f"{KEYS}/bulk-status", json=order, headers=admin.headers).status_code == 200
    assert partner.call(chain, key.secret).status_code == 401

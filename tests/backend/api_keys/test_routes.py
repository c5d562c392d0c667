"""API keys over HTTP, on both databases."""

import pytest

from ss_admin.contract.api_key_format import find_api_key_fault, mask_api_key
from ss_admin.contract.api_keys import ApiKeyStatus
from tests.support.api_keys import Seed
from tests.support.problems import refused

KEYS = "/api/v1/api-keys"


@pytest.fixture
def create(signed_in, admin):
    """Creates a key and gives the answer."""

    def create(**fields):
        answer = signed_in.post(KEYS, json={"name": "Building Alarm", "user_id": admin.user_id, **fields})
        assert answer.status_code == 201, answer.text
        return answer

    return create


def test_created_key_is_answered_once_with_its_secret_and_then_masked(signed_in, create):
    answer = create()
    secret, key = answer.json["secret"], answer.json["api_key"]
    assert find_api_key_fault(secret) is None
    assert key["masked_key"] == mask_api_key(secret)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"{KEYS}/{key['id']}"
    got = signed_in.get(answer.headers["Location"])
    assert got.json == key
    assert got.headers["ETag"] == '"1"'
    listed = signed_in.get(KEYS)
    assert listed.json == {"items": [key], "next_cursor": None, "total": 1}
    audit = signed_in.get("/api/v1/activity")
    assert secret not in got.text + listed.text + audit.text


def test_list_takes_search_filters_sorting_and_both_ways_of_paging(signed_in, planted):
    states = [ApiKeyStatus.ACTIVE, ApiKeyStatus.DISABLED]
    planted([Seed(name=f"Alarm {number}", status=states[number % 2]) for number in range(10)])

    def names(**parameters):
        answer = signed_in.get(KEYS, query_string=parameters)
        assert answer.status_code == 200, answer.text
        return [item["name"].removeprefix("Alarm ") for item in answer.json["items"]], answer.json

    assert names(sort="name", limit=3)[0] == ["0", "1", "2"]
    assert names(sort="-name", limit=3, offset=3)[0] == ["6", "5", "4"]
    found, page = names(sort="name", limit=3, status="disabled", search="alarm", expiry="never,soon")
    assert (found, page["total"]) == (["1", "3", "5"], 5)
    assert names(sort="name", limit=3, status="disabled", cursor=page["next_cursor"])[0] == ["7", "9"]
    assert names(status="active,disabled", expiry="", user_id="nobody")[1]["total"] == 0
    assert len(names()[0]) == 10


class TestConditions:
    def test_change_moves_the_etag_and_an_old_one_conflicts(self, signed_in, create):
        where = create().headers["Location"]
        changed = signed_in.patch(where, json={"name": "New"}, headers={"If-Match": '"1"'})
        assert changed.status_code == 200, changed.text
        assert changed.headers["ETag"] == '"2"'
        refused(signed_in.patch(where, json={"name": "x"}, headers={"If-Match": '"1"'}), 412, "version_conflict")
        refused(signed_in.delete(where, headers={"If-Match": '"1"'}), 412, "version_conflict")
        assert signed_in.get(where).json["name"] == "New"

    def test_condition_that_is_weak_or_garbled_never_holds(self, signed_in, create):
        where = create().headers["Location"]
        for condition in ('W/"1"', "1", '"x"', ""):
            refused(signed_in.delete(where, headers={"If-Match": condition}), 412, "version_conflict")
        assert signed_in.delete(where, headers={"If-Match": '"7", "1"'}).status_code == 204

    def test_key_that_is_not_there_is_not_found_whatever_the_condition(self, signed_in):
        where = f"{KEYS}/00000000-0000-4000-8000-000000000000"
        for headers in ({}, {"If-Match": '"1"'}, {"If-Match": "*"}):
            refused(signed_in.delete(where, headers=headers), 404, "not_found")
            refused(signed_in.patch(where, json={"name": "x"}, headers=headers), 404, "not_found")
        refused(signed_in.get(where), 404, "not_found")
        refused(signed_in.get(f"{KEYS}/%00"), 404, "not_found")
        refused(signed_in.get(f"{KEYS}/{'x' * 500}"), 404, "not_found")


def test_deleted_key_is_gone(signed_in, create):
    where = create().headers["Location"]
    answer = signed_in.delete(where)
    assert (answer.status_code, answer.data) == (204, b"")
    refused(signed_in.get(where), 404, "not_found")


def test_bulk_orders_tell_what_they_did(signed_in, create):
    ids = [create().json["api_key"]["id"] for _ in range(3)]
    switched = signed_in.post(f"{KEYS}/bulk-status", json={"ids": [*ids, "gone"], "status": "disabled"})
    assert switched.json == {"changed": 3, "missing": ["gone"]}
    deleted = signed_in.post(f"{KEYS}/bulk-delete", json={"ids": [*ids, ids[0]]})
    assert deleted.json == {"deleted": 3, "missing": []}
    assert signed_in.get(KEYS).json["total"] == 0

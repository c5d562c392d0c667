"""What is refused before it comes to the database; so one kind of database is enough."""

import pytest

from ss_admin.contract.api_key_format import new_api_key
from tests.support.problems import refused

KEYS = "/api/v1/api-keys"


@pytest.fixture
def store_url(sqlite_url):
    return sqlite_url


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"limit": "many"}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"offset": "9" * 30}, "offset"),
        ({"status": "active,broken"}, "status"),
        ({"expiry": "today"}, "expiry"),
        ({"sort": "digest"}, "sort"),
        ({"sort": "--name"}, "sort"),
        ({"search": "x" * 201}, "search"),
        ({"search": "a\x00b"}, "search"),
        ({"user_id": "u" * 65}, "user_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_query_parameter_is_refused_by_its_name(signed_in, parameters, pointer):
    refused(signed_in.get(KEYS, query_string=parameters), 422, "validation_failed", [pointer])


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/name", "/user_id"]),
        ({"name": "", "user_id": "u"}, ["/name"]),
        ({"name": " \t ", "user_id": "u"}, ["/name"]),
        ({"name": "x" * 101, "user_id": "u"}, ["/name"]),
        ({"name": "a\nb", "user_id": "u"}, ["/name"]),
        ({"name": 5, "user_id": ["u"]}, ["/name", "/user_id"]),
        ({"name": "x", "user_id": "nobody"}, ["/user_id"]),
        ({"name": "x", "user_id": "u", "secret": "mine"}, ["/secret"]),
        ({"name": "x", "user_id": "u", "expires_at": "2020-01-01T00:00:00"}, ["/expires_at"]),
        ({"name": "x", "user_id": "u", "expires_at": 1_900_000_000}, ["/expires_at"]),
        ({"name": "x", "user_id": "u", "expires_at": "1900000000"}, ["/expires_at"]),
        ({"name": "x", "user_id": "u", "expires_at": "soon"}, ["/expires_at"]),
        ({"name": "x", "user_id": "u", "expires_in_days": 0}, ["/expires_in_days"]),
        ({"name": "x", "user_id": "u", "expires_in_days": 1.5}, ["/expires_in_days"]),
        ({"name": "x", "user_id": "u", "expires_in_days": True}, ["/expires_in_days"]),
        (
            {"name": "x", "user_id": "u", "rate_limit": {"max_requests": 0, "window_seconds": 86_401}},
            ["/rate_limit/max_requests", "/rate_limit/window_seconds"],
        ),
        ({"name": "x", "user_id": "u", "rate_limit": {"max_requests": 2**63}}, ["/rate_limit/max_requests"]),
        ({"name": "x", "user_id": "u", "permissions": {"entities": []}}, ["/permissions/entities"]),
        ({"name": "x", "user_id": "u", "permissions": {"entities": ["own"]}}, ["/permissions/entities/0"]),
    ],
)
def test_faults_are_all_told_at_their_places(signed_in, body, pointers):
    refused(signed_in.post(KEYS, json=body), 422, "validation_failed", pointers)


def test_past_expiry_is_told_at_its_field(signed_in, admin):
    body = {"name": "x", "user_id": admin.user_id, "expires_at": "2020-01-01T00:00:00Z"}
    refused(signed_in.post(KEYS, json=body), 422, "validation_failed", ["/expires_at"])


def test_two_expiries_are_refused(signed_in, admin):
    body = {"name": "x", "user_id": admin.user_id, "expires_at": "2099-01-01T00:00:00Z", "expires_in_days": 1}
    refused(signed_in.post(KEYS, json=body), 422, "validation_failed", [""])


def test_whole_key_in_the_name_is_refused_and_not_repeated(signed_in, admin):
    secret = new_api_key()
    answer = signed_in.post(KEYS, json={"name": f"x {secret}", "user_id": admin.user_id})
    refused(answer, 422, "validation_failed", ["/name"])
    assert secret not in answer.text


@pytest.mark.parametrize("ids", [[], ["x"] * 10_001, [""], ["x" * 65], [5], "x"])
def test_list_of_ids_that_is_empty_too_long_or_of_other_things(signed_in, ids):
    answer = signed_in.post(f"{KEYS}/bulk-delete", json={"ids": ids})
    refused(answer, 422, "validation_failed")
    assert all(fault["pointer"].startswith("/ids") for fault in answer.json["errors"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"name": NaN}', b'{"name": "a", "name": "b"}', b"\xff"])
def test_what_is_no_json_object(signed_in, body):
    where = f"{KEYS}/00000000-0000-4000-8000-000000000000"
    for send, address in ((signed_in.post, KEYS), (signed_in.patch, where)):
        refused(send(address, data=body, content_type="application/json"), 400, "invalid_json")


def test_other_media_types(signed_in):
    refused(signed_in.post(KEYS, data={"name": "x"}), 415, "unsupported_media_type")

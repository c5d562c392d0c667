"""API keys over HTTP, on both databases."""

from http import HTTPStatus

from ss_admin.contract.api_key_format import find_api_key_fault, mask_api_key

KEYS = "/api/v1/api-keys"


def create(client, headers, user_id, **fields):
    answer = client.post(KEYS, json={"name": "Building Alarm", "user_id": user_id, **fields}, headers=headers)
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    return answer


def test_created_key_is_answered_once_with_its_secret_and_then_masked(client, admin):
    answer = create(client, admin.headers, admin.user_id)
    secret, key = answer.json["secret"], answer.json["api_key"]
    assert find_api_key_fault(secret) is None
    assert key["masked_key"] == mask_api_key(secret)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"] == f"{KEYS}/{key['id']}"
    got = client.get(answer.headers["Location"], headers=admin.headers)
    assert got.json == key
    assert secret not in got.text
    listed = client.get(KEYS, headers=admin.headers)
    assert listed.json == {"items": [key], "next_cursor": None, "total": 1}

"""Bodies of the admin API: JSON only, read strictly, capped, and told apart from each other by the answer."""

import io

import pytest
from flask.testing import FlaskClient

PATH = "/api/v1/session"
JSON = "application/json"


def post(client: FlaskClient, body: bytes, content_type: str = JSON, **headers: str):
    return client.post(PATH, data=body, content_type=content_type, headers=headers)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"{}"',
        b"[]",
        b'{"username": "a", "username": "b", "password": "x"}',
        b'{"username": NaN, "password": "x"}',
        b'{"username": Infinity, "password": "x"}',
        b'{"username": 1e999, "password": "x"}',
        b'{"username": "a\\u0000", "password": "x"}',
        b'{"username": "a", "password": "\\ud800"}',
        b'{"username": "\xff", "password": "x"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b"[" * 100_000,
    ],
)
def test_what_is_not_plain_json_is_refused(body: bytes, plain_client: FlaskClient) -> None:
    answer = post(plain_client, body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid_json")


@pytest.mark.parametrize(
    ("content_type", "headers"),
    [
        ("text/plain", {}),
        ("application/x-www-form-urlencoded", {}),
        ("application/vnd.api+json", {}),
        ("", {}),
        ("application/json; charset=utf-16", {}),
        (JSON, {"Content-Encoding": "gzip"}),
    ],
)
def test_other_media_types_are_refused(content_type: str, headers: dict[str, str], plain_client: FlaskClient) -> None:
    answer = post(plain_client, b'{"username": "a", "password": "b"}', content_type, **headers)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")


def test_body_above_the_cap_is_refused_and_at_the_cap_is_read(make_app) -> None:
    client = make_app(max_body_bytes=2048).test_client()
    body = b'{"username": "a", "password": "b"}'
    assert post(client, body.ljust(2048)).status_code == 401
    for answer in (post(client, body.ljust(2049)), client.get("/healthz", data=b"x" * 2049)):
        assert (answer.status_code, answer.json["code"]) == (413, "payload_too_large")


def test_body_without_a_length_is_capped_too(make_app) -> None:
    client = make_app(max_body_bytes=2048).test_client()
    answer = client.post(
        PATH, input_stream=io.BytesIO(b" " * 5000), content_type=JSON, environ_overrides={"wsgi.input_terminated": True}
    )
    assert answer.status_code == 413


def test_all_faults_are_told_with_pointers_and_no_value_is_repeated(plain_client: FlaskClient) -> None:
    answer = plain_client.post(PATH, json={"password": ["hunter2"], "us/er~name": "hunter2"})
    assert (answer.status_code, answer.json["code"]) == (422, "validation_failed")
    assert {fault["pointer"] for fault in answer.json["errors"]} == {"/username", "/password", "/us~1er~0name"}
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("password", ["", "x" * 1025])
def test_password_of_impossible_length_is_refused_unseen(password: str, plain_client: FlaskClient) -> None:
    answer = plain_client.post(PATH, json={"username": "ada", "password": password})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json["errors"]] == ["/password"]
    assert "xxx" not in answer.text

"""Answers: every error is a problem document, whoever raised it, and every answer carries what it must."""

import json
import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ss_admin.backend.problems import PROBLEM_STATUS
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.problems import Problem, ProblemCode

FAILING = "/api/v1/failing"


def assert_problem(answer, status: int, code: str) -> Problem:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    problem = Problem.model_validate_json(answer.text)
    assert (problem.status, problem.code.value) == (status, code)
    assert problem.type == f"urn:signalsync:problem:{code}"
    assert problem.request_id == answer.headers["X-Request-Id"]
    return problem


def failing_client(app: Flask, error: Exception) -> FlaskClient:
    def fail() -> None:
        raise error

    app.add_url_rule(FAILING, view_func=fail)
    return app.test_client()


def test_every_code_has_a_status_and_a_title() -> None:
    assert set(PROBLEM_STATUS) == set(ProblemCode)


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/session/",
        "/api/v1/nothing",
        "/static/x",
        "/%00",
    ],
)
def test_unknown_paths_are_not_found(path: str, plain_client: FlaskClient) -> None:
    assert_problem(plain_client.get(path), 404, "not_found")


@pytest.mark.parametrize("path", ["//healthz", "///healthz", "//api/v1/session"])
def test_path_that_a_proxy_may_read_differently_is_not_found(path: str, app: Flask) -> None:
    environ = EnvironBuilder(path="/").get_environ()
    environ["PATH_INFO"] = path  # the test client would take the first part for a host
    status, _, body = call(app.wsgi_app, environ)
    assert (status, json.loads(body)["code"]) == (404, "not_found")


def call(wsgi_app, environ: dict[str, object]) -> tuple[int, dict[str, str], bytes]:
    """What a WSGI app answers to an environ as it stands."""
    body, status, headers = run_wsgi_app(wsgi_app, environ, buffered=True)
    return int(status.split()[0]), dict(headers), b"".join(body)


@pytest.mark.parametrize(
    "body", [{"username": 1}, {"username": "", "password": ""}, {"username": "a", "password": "x" * 1025}]
)
def test_faults_are_told_without_words_of_the_programming_language(body: object, plain_client: FlaskClient) -> None:
    answer = plain_client.post("/api/v1/session", json=body)
    assert_problem(answer, 422, "validation_failed")
    for fault in answer.json["errors"]:
        assert not re.search("dictionary|instance|None|[Vv]alue should|after validation|__", fault["detail"])


@pytest.mark.parametrize("field", ["rate_limit", "permissions"])
def test_what_should_be_an_object_is_told_so(field: str, client: FlaskClient, tenant_admin: dict[str, str]) -> None:
    order = {"name": "a", "user_id": "u", field: []}
    answer = client.post("/api/v1/api-keys", json=order, headers=tenant_admin)
    assert answer.json["errors"] == [{"pointer": f"/{field}", "detail": "This must be an object."}]


@pytest.mark.parametrize("key_id", ["x", "%00", "a" * 64, "a" * 5000, "%FF%FE", "..%2F..", "%F0%9F%98%80", "{}", "-1"])
@pytest.mark.parametrize("kind", ["api-keys", "rulechains"])
def test_unknown_ids_of_any_shape_are_not_found(
    kind: str, key_id: str, client: FlaskClient, tenant_admin: dict[str, str]
) -> None:
    assert_problem(client.get(f"/api/v1/{kind}/{key_id}", headers=tenant_admin), 404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_wrong_method_names_the_right_ones(method: str, plain_client: FlaskClient) -> None:
    answer = plain_client.open("/api/v1/session", method=method)
    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "DELETE"}


def test_unreachable_store_is_unavailable_for_now(app: Flask) -> None:
    answer = failing_client(app, StoreUnavailable("secret detail")).get(FAILING)
    problem = assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret" not in problem.detail


def test_bug_is_an_internal_error_that_only_the_log_explains(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    problem = assert_problem(failing_client(app, KeyError("inner workings")).get(FAILING), 500, "internal_error")
    assert "inner" not in problem.model_dump_json()
    assert any(record.exc_info and "inner workings" in str(record.exc_info[1]) for record in caplog.records)


def test_every_answer_carries_an_id_and_is_not_stored(client: FlaskClient, tenant_admin: dict[str, str]) -> None:
    ids = set()
    for path in ("/healthz", "/readyz", "/openapi.json", "/metrics", "/api/v1/session", "/nothing"):
        answer = client.get(path, headers=tenant_admin)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        ids.add(uuid.UUID(answer.headers["X-Request-Id"]))
    assert len(ids) == 6


def test_access_log_has_one_line_per_request_without_its_query(
    client: FlaskClient, admin, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="ss_admin.backend.access")
    caplog.clear()
    answer = client.get("/api/v1/users?search=somebody", headers=admin.headers)
    lines = [record for record in caplog.records if record.name == "ss_admin.backend.access"]
    assert len(lines) == 1
    told = vars(lines[0])
    assert (told["method"], told["path"], told["status"]) == ("GET", "/api/v1/users", 200)
    assert (told["user_id"], told["tenant_id"], told["address"]) == (admin.user_id, admin.tenant.id, "127.0.0.1")
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert told["duration_ms"] >= 0
    assert "somebody" not in str(told)
    assert admin.token not in str(told)


def test_api_key_in_a_path_is_not_repeated_in_the_answer(client: FlaskClient, tenant_admin: dict[str, str]) -> None:
    key = new_api_key()
    answer = client.get(f"/api/v1/api-keys/{key}", headers=tenant_admin)
    assert_problem(answer, 404, "not_found")
    assert key not in answer.text
    assert mask_api_key(key) not in answer.text

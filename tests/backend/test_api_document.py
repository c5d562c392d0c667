"""`/openapi.json`: valid, whole, and true."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from ss_admin.backend.problems import PROBLEM_STATUS
from ss_admin.contract.problems import ProblemCode


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json


def test_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_described_with_every_method(document: dict[str, Any], app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            assert method.lower() in document["paths"][path], f"{method} {path}"


def test_partners_route_is_described_with_each_of_its_codes(document: dict[str, Any]) -> None:
    operation = document["paths"]["/rulechains/{rulechain_id}/execute"]["post"]
    assert operation["security"] == [{"api_key": []}]
    told = " ".join(described["description"] for described in operation["responses"].values())
    codes = [code for code in ProblemCode if code.name.startswith(("RULECHAIN", "RATE", "PERMISSION", "PAYLOAD"))]
    for code in [*codes, *(code for code in ProblemCode if code.value.endswith("api_key"))]:
        assert f"`{code.value}`" in told
        assert str(PROBLEM_STATUS[code][0]) in operation["responses"]


def test_admin_routes_need_a_session_and_say_so(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not path.startswith("/api/v1") or (path, method) == ("/api/v1/session", "post"):
                continue
            assert operation["security"] == [{"session": []}], f"{method} {path}"
            assert "401" in operation["responses"], f"{method} {path}"
    assert document["components"]["securitySchemes"]["session"]["scheme"] == "bearer"


def test_every_error_is_described_as_a_problem_document(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for status, described in operation["responses"].items():
                assert "X-Request-Id" in described["headers"]
                if status >= "400":
                    assert list(described["content"]) == ["application/problem+json"], f"{method} {path} {status}"


def test_secrets_are_marked_as_such_or_absent(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["SignIn"]["properties"]["password"]["format"] == "password"


def test_what_changes_under_a_condition_is_given_with_its_version_and_made_with_its_address(
    document: dict[str, Any],
) -> None:
    for many, one in (("/api/v1/api-keys", "{api_key_id}"), ("/api/v1/rulechains", "{rulechain_id}")):
        single = document["paths"][f"{many}/{one}"]
        made = document["paths"][many]["post"]["responses"]["201"]
        for described in (made, single["get"]["responses"]["200"], single["patch"]["responses"]["200"]):
            assert "ETag" in described["headers"]
        assert "Location" in made["headers"]
        assert "ETag" not in document["paths"][many]["get"]["responses"]["200"]["headers"]

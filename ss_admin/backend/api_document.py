"""`/openapi.json`: what the routes say of themselves, completed by the partner's route, which Flask does not see."""

import copy
import json
from functools import cache
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, OpenAPI, Tag
from pydantic.json_schema import models_json_schema

from ss_admin.backend.openapi import API_KEY, ON_EVERY_ROUTE, problem_answers
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemCode
from ss_admin.contract.rule_chains import ExecutionAnswer

__all__ = ["build_blueprint", "describe_api"]

_REF = "#/components/schemas/{model}"
_C = ProblemCode
_PARTNER_PROBLEMS = (
    *(_C.MISSING_API_KEY, _C.MALFORMED_API_KEY, _C.INVALID_API_KEY, _C.DISABLED_API_KEY, _C.EXPIRED_API_KEY),
    _C.RATE_LIMITED,
    *(_C.PERMISSION_DENIED, _C.RULECHAIN_NOT_FOUND, _C.RULECHAIN_NOT_EXTERNAL, _C.RULECHAIN_DISABLED),
    *(_C.UNSUPPORTED_MEDIA_TYPE, _C.INVALID_JSON, _C.PAYLOAD_MISMATCH, _C.RULECHAIN_FAILED, *ON_EVERY_ROUTE),
)
_HEADERS = {
    "X-Request-Id": ("The request's id, as the log knows it.", "string"),
    "Retry-After": ("Whole seconds to wait before the next try.", "integer"),
    "RateLimit-Policy": ('The key\'s limit, for keys that have one: `"default";q=100;w=60`.', "string"),
    "RateLimit": ('What is left of it, and the seconds until more is: `"default";r=99;t=60`.', "string"),
    "X-RateLimit-Limit": ("Calls allowed in the window.", "integer"),
    "X-RateLimit-Remaining": ("Calls left now.", "integer"),
    "X-RateLimit-Reset": ("Whole seconds until more are left.", "integer"),
    "ETag": ('The version, for `If-Match`: `"3"`.', "string"),
    "Location": ("Where the new object is.", "string"),
}
_ALWAYS_THERE = frozenset({"X-Request-Id", "ETag", "Location"})


def build_blueprint(app: OpenAPI) -> APIBlueprint:
    """The route that answers with the description of `app`."""
    tag = Tag(name="description", description="This document")
    blueprint = APIBlueprint("api_document", __name__, abp_tags=[tag])
    document = {"description": "OpenAPI 3.1", "content": {"application/json": {"schema": {"type": "object"}}}}

    @cache
    def rendered() -> str:
        return json.dumps(describe_api(app))

    @blueprint.get(
        "/openapi.json",
        summary="Describe this API",
        responses={200: document, **problem_answers(*ON_EVERY_ROUTE)},
    )
    def describe() -> Response:
        """The document that you are reading."""
        return Response(rendered(), mimetype="application/json")

    return blueprint


def describe_api(app: OpenAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the whole backend."""
    document: dict[str, Any] = copy.deepcopy(app.api_doc)
    for path_item in document["paths"].values():
        for operation in path_item.values():
            _drop_assumed_answer(operation)
    document["paths"]["/rulechains/{rulechain_id}/execute"] = {"post": _execute_operation()}
    components = document["components"]
    components["schemas"] |= _schemas(Problem, ExecutionAnswer)
    components["headers"] = {
        name: {"description": meaning, "schema": {"type": kind}, "required": name in _ALWAYS_THERE}
        for name, (meaning, kind) in _HEADERS.items()
    }
    for path, path_item in document["paths"].items():
        for operation in path_item.values():
            _add_headers(operation, limited=path.endswith("/execute"))
    _add_entity_tags(document["paths"])
    return document


def _drop_assumed_answer(operation: dict[str, Any]) -> None:
    """The library assumes that every route can find its input invalid; those that can have said so themselves."""
    assumed = operation["responses"].get("422")
    if assumed is not None and PROBLEM_MEDIA_TYPE not in assumed["content"]:
        del operation["responses"]["422"]


def _execute_operation() -> dict[str, Any]:
    answer = {"application/json": {"schema": {"$ref": _REF.format(model="ExecutionAnswer")}}}
    problems = {str(status): described for status, described in problem_answers(*_PARTNER_PROBLEMS).items()}
    return {
        "tags": ["partners"],
        "summary": "Call a rule chain",
        "description": "The partner's call: the payload is checked against the chain's input schema and run.",
        "operationId": "execute_rule_chain",
        "security": [{API_KEY: []}],
        "parameters": [{"name": "rulechain_id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        "responses": {"200": {"description": "The chain's result", "content": answer}, **problems},
    }


def _schemas(*models: Any) -> dict[str, Any]:  # noqa: ANN401 - model classes
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    definitions: dict[str, Any] = schemas["$defs"]
    return definitions


def _add_headers(operation: dict[str, Any], *, limited: bool) -> None:
    for status, described in operation["responses"].items():
        names = ["X-Request-Id"]
        if status in {"429", "503"}:
            names.append("Retry-After")
        if limited and status != "405":
            names += [name for name in _HEADERS if "RateLimit" in name]
        described["headers"] = {}
        for name in names:
            _add_header(operation, status, name)


def _add_entity_tags(paths: dict[str, Any]) -> None:
    """What can be changed under the condition `If-Match` is given with its version, and made with its address."""
    for path, path_item in paths.items():
        if not any(_is_conditional(operation) for operation in path_item.values()):
            continue
        for operation in path_item.values():
            _add_header(operation, "200", "ETag")
        creation = paths[path.rpartition("/")[0]]["post"]
        _add_header(creation, "201", "ETag")
        _add_header(creation, "201", "Location")


def _is_conditional(operation: dict[str, Any]) -> bool:
    return any(parameter.get("name") == "If-Match" for parameter in operation.get("parameters", ()))


def _add_header(operation: dict[str, Any], status: str, name: str) -> None:
    if status in operation["responses"]:
        operation["responses"][status]["headers"][name] = {"$ref": f"#/components/headers/{name}"}

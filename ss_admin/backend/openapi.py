"""Parts of `/openapi.json` that the routes share: problem answers by code, and the two security schemes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from ss_admin.backend.problems import PROBLEM_STATUS
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, ProblemCode

__all__ = [
    "API_KEY",
    "BODY_PROBLEMS",
    "CONDITION_PROBLEMS",
    "NEEDS_SESSION",
    "ON_EVERY_ROUTE",
    "SECURITY_SCHEMES",
    "SESSION",
    "documented",
    "documented_for_admins",
    "problem_answers",
]

SESSION = "session"
API_KEY = "api_key"

SecurityNeed = list[dict[str, list[Any]]]
NEEDS_SESSION: SecurityNeed = [{SESSION: []}]

SECURITY_SCHEMES: dict[str, Any] = {
    SESSION: {"type": "http", "scheme": "bearer", "description": "The session token of an administrator."},
    API_KEY: {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "A partner's API key."},
}

Responses = dict[str | int | HTTPStatus, type[BaseModel] | dict[Any, Any] | None]

ON_EVERY_ROUTE = (ProblemCode.UNAVAILABLE, ProblemCode.INTERNAL_ERROR, ProblemCode.PAYLOAD_TOO_LARGE)
CONDITION_PROBLEMS = (ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT)
BODY_PROBLEMS = (ProblemCode.UNSUPPORTED_MEDIA_TYPE, ProblemCode.INVALID_JSON, ProblemCode.VALIDATION_FAILED)


def problem_answers(*codes: ProblemCode) -> Responses:
    """The answers by status that carry these codes, for a route's `responses`."""
    by_status: dict[int, list[ProblemCode]] = {}
    for code in codes:
        by_status.setdefault(PROBLEM_STATUS[code][0], []).append(code)
    return {
        status: {
            "description": "; ".join(f"`{code.value}`: {PROBLEM_STATUS[code][1]}" for code in same),
            "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, same in sorted(by_status.items())
    }


def documented(success: Mapping[int, type[BaseModel] | None], *codes: ProblemCode) -> Responses:
    """A route's `responses`: what it gives when all goes well, its own problems, and those that any route can have."""
    described: Responses = problem_answers(*codes, *ON_EVERY_ROUTE)
    for status, document in success.items():
        described[status] = document
    return described


def documented_for_admins(success: Mapping[int, type[BaseModel] | None], *codes: ProblemCode) -> Responses:
    """The same for a route that only Tenant Administrators may use."""
    return documented(success, ProblemCode.SESSION_REQUIRED, ProblemCode.TENANT_ADMIN_REQUIRED, *codes)

"""Health over HTTP, without sign-in: is the process up, can it work, what has it counted."""

import json

from flask import Blueprint, Response

from ss_admin.backend.problems import ProblemError
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import is_current
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_blueprint"]


def build_blueprint(store: Store) -> Blueprint:
    """`/healthz` and `/readyz`."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def healthz() -> Response:
        return _plain("ok")

    @blueprint.get("/readyz")
    def readyz() -> Response:
        if not is_current(store):
            detail = "The database has not been migrated to this release."
            raise ProblemError(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": "5"})
        return _plain("ready")

    return blueprint


def _plain(status: str) -> Response:
    return Response(json.dumps({"status": status}), mimetype="application/json")

"""Health over HTTP, without sign-in: is the process up, can it work, what has it counted."""

from collections.abc import Callable, Sequence
from typing import Literal

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import ON_EVERY_ROUTE, problem_answers
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import is_current
from ss_admin.backend.store.patience import PATIENCE_SECONDS, Patience
from ss_admin.backend.telemetry.metrics import CONTENT_TYPE
from ss_admin.contract.documents import Document
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_blueprint"]


class Health(Document):
    """The process is up."""

    status: Literal["ok"]


class Readiness(Document):
    """The backend can work. `degraded`: but not as well as it should, and why, a plain sentence each."""

    status: Literal["ready", "degraded"]
    degraded: list[str]


Concern = Callable[[], str | None]
"""A plain sentence on what is not as it should be now, for the operator; None while it is."""


def build_blueprint(
    store: Store, patience: Patience, metrics: Callable[[], str], concerns: Sequence[Concern] = ()
) -> APIBlueprint:
    """`/healthz`, `/readyz` and `/metrics`; `metrics` gives the text of the last, `concerns` what `/readyz` tells."""
    tag = Tag(name="health", description="For probes and monitoring; no sign-in")
    blueprint = APIBlueprint("health", __name__, abp_tags=[tag])
    problems = problem_answers(*ON_EVERY_ROUTE)

    @blueprint.get("/healthz", summary="Is the process up", responses={200: Health, **problems})
    def healthz() -> Response:
        """200 as long as requests are answered at all."""
        return json_answer(Health(status="ok"))

    @blueprint.get("/readyz", summary="Can it work", responses={200: Readiness, **problems})
    def readyz() -> Response:
        """200 while the store can be reached and is migrated to this release, even if something else is amiss."""
        if not patience.ask(lambda: is_current(store), seconds=PATIENCE_SECONDS):
            detail = "The database has not been migrated to this release."
            raise ProblemError(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": "5"})
        degraded = [sentence for sentence in (concern() for concern in concerns) if sentence is not None]
        return json_answer(Readiness(status="degraded" if degraded else "ready", degraded=degraded))

    text = {"description": "Prometheus' text format", "content": {"text/plain": {"schema": {"type": "string"}}}}

    @blueprint.get("/metrics", summary="What was counted", responses={200: text, **problems})
    def read_metrics() -> Response:
        """Of all processes of this server, dead ones included; counters never fall while it lives."""
        return Response(metrics(), content_type=CONTENT_TYPE)

    return blueprint

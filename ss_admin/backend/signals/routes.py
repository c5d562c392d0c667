"""Signals over HTTP: `/signals`, for Tenant Administrators."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import BODY_PROBLEMS, NEEDS_SESSION, documented_for_admins
from ss_admin.backend.paging import PageQuery
from ss_admin.backend.signals.service import SignalFilter, SignalsService
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.signals import Signal, SignalAcknowledgement, SignalCounts, SignalKind, SignalPage

__all__ = ["build_blueprint"]


class SignalPath(BaseModel):
    """Which signal."""

    signal_id: str = Field(max_length=64, description="the signal's `id`")


class SignalQuery(PageQuery):
    """Which signals to list, and which page of them."""

    api_key_id: str | None = Field(default=None, min_length=1, max_length=64, description="only signals of this key")
    kind: SignalKind | None = Field(default=None, description="only this kind")
    acknowledged: bool | None = Field(default=None, description="`false`: only open ones; absent: both")


def build_blueprint(signals: SignalsService) -> APIBlueprint:
    """`/signals` and what lies below it."""
    tag = Tag(name="signals", description="What is worth attention about the keys")
    blueprint = APIBlueprint("signals", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)

    @blueprint.get(
        "/signals",
        summary="List signals",
        responses=documented_for_admins({200: SignalPage}, ProblemCode.VALIDATION_FAILED),
    )
    def list_signals(query: SignalQuery) -> Response:
        """The tenant's signals, gravest first, then newest evidence; of deleted keys too."""
        only = SignalFilter(api_key_id=query.api_key_id, kind=query.kind, acknowledged=query.acknowledged)
        page = signals.list_page(tenant_admin(), limit=query.limit, cursor=query.cursor, offset=query.offset, only=only)
        return json_answer(page)

    @blueprint.get(
        "/signals/counts", summary="Count open signals", responses=documented_for_admins({200: SignalCounts})
    )
    def count_signals() -> Response:
        """How many keys have an open signal, altogether and by kind."""
        return json_answer(signals.counts(tenant_admin()))

    @blueprint.post(
        "/signals/<string:signal_id>/acknowledge",
        summary="Acknowledge a signal",
        responses=documented_for_admins(
            {200: Signal}, ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT, *BODY_PROBLEMS
        ),
    )
    def acknowledge_signal(path: SignalPath, body: SignalAcknowledgement) -> Response:
        """Note that somebody has seen to it. The first acknowledgement stays until there is new evidence.

        With `evidence_at`, 412 where the evidence is newer than that, and nothing is acknowledged.
        """
        return json_answer(signals.acknowledge(tenant_admin(), path.signal_id, body.note, body.evidence_at))

    return blueprint

"""The audit trail over HTTP: `/activity`."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from ss_admin.backend.accounts.guard import tenant_admin
from ss_admin.backend.activity.service import ActivityFilter, ActivityService
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import NEEDS_SESSION, documented_for_admins
from ss_admin.backend.paging import PageQuery
from ss_admin.contract.activity import ActivityAction, ActivityPage
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_blueprint"]


class ActivityQuery(PageQuery):
    """Which entries to list, and which page of them."""

    actor_id: str | None = Field(default=None, max_length=64, description="only what this person did")
    object_id: str | None = Field(default=None, max_length=64, description="only what was done to this object")
    action: ActivityAction | None = Field(default=None, description="only this action")


def build_blueprint(activity: ActivityService) -> APIBlueprint:
    """`/activity`, newest first; for Tenant Administrators."""
    tag = Tag(name="activity", description="The audit trail: who did what, from where, and when")
    blueprint = APIBlueprint("activity", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)

    @blueprint.before_request
    def _admit() -> None:
        tenant_admin()

    @blueprint.get(
        "/activity",
        summary="List the audit trail",
        responses=documented_for_admins({200: ActivityPage}, ProblemCode.VALIDATION_FAILED),
    )
    def list_activity(query: ActivityQuery) -> Response:
        """The tenant's entries, newest first."""
        only = ActivityFilter(actor_id=query.actor_id, object_id=query.object_id, action=query.action)
        page = activity.list_page(
            tenant_admin(), limit=query.limit, cursor=query.cursor, offset=query.offset, only=only
        )
        return json_answer(page)

    return blueprint

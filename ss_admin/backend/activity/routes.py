"""The audit trail over HTTP: `/activity` and what lies below it."""

from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from ss_admin.backend.accounts.guard import activity_reader
from ss_admin.backend.activity.service import ActivityFilter, ActivityService
from ss_admin.backend.answers import json_answer
from ss_admin.backend.csv_document import CSV_MEDIA_TYPE
from ss_admin.backend.openapi import NEEDS_SESSION, documented_for_admins
from ss_admin.backend.paging import PageQuery, refuse_nul
from ss_admin.contract.activity import ActivityAction, ActivityObjectPage, ActivityPage, ActivityPeoplePage
from ss_admin.contract.documents import SearchText, UtcInstant
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_blueprint"]

_ONE = "|".join(action.value.replace(".", r"\.") for action in ActivityAction)


def _known_actions(text: str) -> str:
    _parse(text)
    return text


def _parse(text: str) -> frozenset[ActivityAction]:
    try:
        return frozenset(ActivityAction(part) for part in text.split(",")) if text else frozenset()
    except ValueError:
        raise ValueError("must be a comma-separated list of: " + ", ".join(ActivityAction)) from None


class TenantQuery(BaseModel):
    """Whose trail is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tenant_id: str | None = Field(
        default=None, max_length=64, description="only this tenant's; for Cloud Administrators, who see all otherwise"
    )
    search: SearchText = Field(default="", repr=False, description="part of a name, without regard to case")

    @field_validator("*")
    @classmethod
    def _without_nul(cls, value: object) -> object:
        return refuse_nul(value)


class EntriesQuery(TenantQuery):
    """Which entries are meant."""

    actor_id: str | None = Field(default=None, max_length=64, description="only what this person did")
    object_id: str | None = Field(default=None, max_length=64, description="only what was done to this object")
    action: Annotated[str, AfterValidator(_known_actions)] = Field(
        default="",
        description="only these actions, separated by commas",
        json_schema_extra={"pattern": f"^(({_ONE})(,({_ONE}))*)?$"},
    )
    since: UtcInstant | None = Field(default=None, description="only from this moment on")
    until: UtcInstant | None = Field(default=None, description="only before this moment")

    def to_filter(self) -> ActivityFilter:
        """What the service is asked."""
        return ActivityFilter(
            actor_id=self.actor_id,
            object_id=self.object_id,
            actions=_parse(self.action),
            since=self.since,
            until=self.until,
            search=self.search,
            tenant_id=self.tenant_id,
        )


class ActivityPageQuery(PageQuery, EntriesQuery):
    """Which entries to list, and which page of them."""


class NamesQuery(PageQuery, TenantQuery):
    """Which people or objects to list, and which page of them."""

    def to_filter(self) -> ActivityFilter:
        """What the service is asked."""
        return ActivityFilter(search=self.search, tenant_id=self.tenant_id)


_PROBLEMS = (ProblemCode.VALIDATION_FAILED, ProblemCode.NOT_FOUND)


def build_blueprint(activity: ActivityService) -> APIBlueprint:
    """`/activity`, newest first; for Tenant Administrators, and for Cloud Administrators over all tenants."""
    tag = Tag(name="activity", description="The audit trail: who did what, from where, and when")
    blueprint = APIBlueprint("activity", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)

    @blueprint.before_request
    def _admit() -> None:
        activity_reader()

    _add_entries(blueprint, activity)
    _add_names(blueprint, activity)
    return blueprint


def _add_entries(blueprint: APIBlueprint, activity: ActivityService) -> None:
    @blueprint.get(
        "/activity", summary="List the audit trail", responses=documented_for_admins({200: ActivityPage}, *_PROBLEMS)
    )
    def list_activity(query: ActivityPageQuery) -> Response:
        """The entries, newest first."""
        page = activity.list_page(
            activity_reader(), limit=query.limit, cursor=query.cursor, offset=query.offset, only=query.to_filter()
        )
        return json_answer(page)

    file = {"description": "The entries, newest first", "content": {CSV_MEDIA_TYPE: {"schema": {"type": "string"}}}}

    @blueprint.get(
        "/activity/export",
        summary="Export the audit trail",
        responses={**documented_for_admins({}, *_PROBLEMS), 200: file},
    )
    def export_activity(query: EntriesQuery) -> Response:
        """The entries as CSV for a spreadsheet, at most 50,000: where there are more, it is refused and not cut.

        UTF-8 with a byte order mark; what begins like a formula has an apostrophe in front. The export is itself an
        entry of the audit trail.
        """
        headers = {"Content-Disposition": 'attachment; filename="activity.csv"'}
        return Response(activity.export(activity_reader(), query.to_filter()), 200, headers, mimetype=CSV_MEDIA_TYPE)


def _add_names(blueprint: APIBlueprint, activity: ActivityService) -> None:
    @blueprint.get(
        "/activity/people",
        summary="Who is in the audit trail",
        responses=documented_for_admins({200: ActivityPeoplePage}, *_PROBLEMS),
    )
    def list_people(query: NamesQuery) -> Response:
        """The people who did something, by name."""
        page = activity.people(
            activity_reader(), query.to_filter(), limit=query.limit, cursor=query.cursor, offset=query.offset
        )
        return json_answer(page)

    @blueprint.get(
        "/activity/objects",
        summary="What is in the audit trail",
        responses=documented_for_admins({200: ActivityObjectPage}, *_PROBLEMS),
    )
    def list_objects(query: NamesQuery) -> Response:
        """What something was done to, last touched first; it may be gone."""
        page = activity.objects(
            activity_reader(), query.to_filter(), limit=query.limit, cursor=query.cursor, offset=query.offset
        )
        return json_answer(page)

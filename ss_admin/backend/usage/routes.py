"""A key's use over HTTP: `/api-keys/{id}/usage` and `/addresses`, for Tenant Administrators."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import NEEDS_SESSION, documented_for_admins
from ss_admin.backend.usage.service import UsageService
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.usage import ApiKeyAddresses, ApiKeyUsage, UsageSpan

__all__ = ["build_blueprint"]


class UsedKeyPath(BaseModel):
    """Which key."""

    api_key_id: str = Field(max_length=64, description="the key's `id`")


class UsageQuery(BaseModel):
    """How far back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    span: UsageSpan = Field(
        default=UsageSpan.DAY, description="`24h` in buckets of 30 min, `7d` of 3 h, `30d` of 12 h, aligned in UTC"
    )


def build_blueprint(usage: UsageService) -> APIBlueprint:
    """What a key's page shows of its use."""
    tag = Tag(name="usage", description="How a key was used")
    blueprint = APIBlueprint("usage", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)

    @blueprint.get(
        "/api-keys/<string:api_key_id>/usage",
        summary="Get a key's calls over time",
        responses=documented_for_admins({200: ApiKeyUsage}, ProblemCode.NOT_FOUND, ProblemCode.VALIDATION_FAILED),
    )
    def get_usage(path: UsedKeyPath, query: UsageQuery) -> Response:
        """The calls in equal buckets without a gap, oldest first; the last one holds the present."""
        return json_answer(usage.usage(tenant_admin(), path.api_key_id, query.span))

    @blueprint.get(
        "/api-keys/<string:api_key_id>/addresses",
        summary="Get a key's last addresses",
        responses=documented_for_admins({200: ApiKeyAddresses}, ProblemCode.NOT_FOUND),
    )
    def get_addresses(path: UsedKeyPath) -> Response:
        """The last five addresses that calls with the key came from, and how many are known."""
        return json_answer(usage.addresses(tenant_admin(), path.api_key_id))

    return blueprint

"""Why a call was refused, over HTTP: `/refusals/explain`, for Tenant Administrators."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import BODY_PROBLEMS, NEEDS_SESSION, documented_for_admins
from ss_admin.backend.refusals.service import RefusalsService
from ss_admin.contract.refusals import RefusalAnswer, RefusalQuestion

__all__ = ["build_blueprint"]


def build_blueprint(refusals: RefusalsService) -> APIBlueprint:
    """The question is sent as a body: a pasted key must not stand in an address."""
    tag = Tag(name="refusals", description="Why calls were refused; kept for 7 days")
    blueprint = APIBlueprint("refusals", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)

    @blueprint.post(
        "/refusals/explain",
        summary="Ask why a call was refused",
        responses=documented_for_admins({200: RefusalAnswer}, *BODY_PROBLEMS),
    )
    def explain(body: RefusalQuestion) -> Response:
        """The cause in words, and what to tell the partner.

        Of each key, or each address without one, up to 300 refusals a minute and 3,000 an hour are kept one by one;
        of a flood all calls are counted.
        """
        return json_answer(refusals.explain(tenant_admin(), body))

    return blueprint

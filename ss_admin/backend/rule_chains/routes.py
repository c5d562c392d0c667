"""Rule chains over HTTP: `/rulechains`, to be read by Tenant Administrators."""

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from ss_admin.backend.accounts.guard import tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import NEEDS_SESSION, documented
from ss_admin.backend.paging import PageQuery
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.rule_chains.service import RuleChainNotFound, RuleChainsService
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage

__all__ = ["build_blueprint"]

_PROBLEMS = (ProblemCode.SESSION_REQUIRED, ProblemCode.TENANT_ADMIN_REQUIRED, ProblemCode.VALIDATION_FAILED)


class RuleChainPath(BaseModel):
    """Which rule chain."""

    rulechain_id: str = Field(max_length=64, description="the rule chain's id")


def build_blueprint(service: RuleChainsService, public_url: str | None = None) -> APIBlueprint:
    """`/rulechains` and `/rulechains/{id}`. `public_url`: the base of endpoint URLs; without it the request's own."""
    tag = Tag(name="rule_chains", description="Rule chains: what partners can call")
    blueprint = APIBlueprint("rule_chains", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)

    def endpoint_base() -> str:
        return (public_url or request.host_url).rstrip("/")

    @blueprint.before_request
    def _admit() -> None:
        tenant_admin()

    @blueprint.get(
        "/rulechains",
        summary="List rule chains",
        responses=documented({200: RuleChainPage}, *_PROBLEMS),
    )
    def list_rule_chains(query: PageQuery) -> Response:
        """The tenant's rule chains by name, page by page."""
        page = service.list_page(
            tenant_admin(), endpoint_base=endpoint_base(), limit=query.limit, cursor=query.cursor, offset=query.offset
        )
        return json_answer(page)

    @blueprint.get(
        "/rulechains/<rulechain_id>",
        summary="Get a rule chain",
        responses=documented({200: RuleChain}, ProblemCode.NOT_FOUND, *_PROBLEMS),
    )
    def get_rule_chain(path: RuleChainPath) -> Response:
        """One rule chain, with the URL that partners call."""
        try:
            return json_answer(service.get(tenant_admin(), path.rulechain_id, endpoint_base=endpoint_base()))
        except RuleChainNotFound:
            raise ProblemError(ProblemCode.NOT_FOUND, "There is no such rule chain.") from None

    return blueprint

"""The execution log over HTTP: `/rulechains/{id}/executions`, for Tenant Administrators."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import NEEDS_SESSION, documented_for_admins
from ss_admin.backend.rule_chains.executions.reading import ExecutionFilter, ExecutionsService
from ss_admin.backend.rule_chains.parameters import ExecutionPath, ExecutionQuery, RuleChainPath
from ss_admin.contract.executions import ExecutionDetail, ExecutionPage
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_blueprint"]


def build_blueprint(executions: ExecutionsService) -> APIBlueprint:
    """`/rulechains/{id}/executions` and what lies below it."""
    tag = Tag(name="executions", description="What became of each call that reached a rule chain")
    blueprint = APIBlueprint("executions", __name__, url_prefix="/api/v1", abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)

    @blueprint.get(
        "/rulechains/<rulechain_id>/executions",
        summary="List a rule chain's executions",
        responses=documented_for_admins({200: ExecutionPage}, ProblemCode.NOT_FOUND, ProblemCode.VALIDATION_FAILED),
    )
    def list_executions(path: RuleChainPath, query: ExecutionQuery) -> Response:
        """The chain's executions, newest first, page by page."""
        page = executions.list_page(
            tenant_admin(),
            path.rulechain_id,
            limit=query.limit,
            cursor=query.cursor,
            offset=query.offset,
            only=ExecutionFilter(query.outcome, query.api_key_id, query.since, query.until),
        )
        return json_answer(page)

    @blueprint.get(
        "/rulechains/<rulechain_id>/executions/<execution_id>",
        summary="Get an execution",
        responses=documented_for_admins({200: ExecutionDetail}, ProblemCode.NOT_FOUND),
    )
    def get_execution(path: ExecutionPath) -> Response:
        """One execution: its input, its error and trace, the definition that ran, what it saved and sent."""
        return json_answer(executions.get(tenant_admin(), path.rulechain_id, path.execution_id))

    return blueprint

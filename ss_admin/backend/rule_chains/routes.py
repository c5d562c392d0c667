"""Rule chains over HTTP: `/rulechains`, for Tenant Administrators."""

from collections.abc import Callable

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.conditions import Condition, entity_tag
from ss_admin.backend.openapi import BODY_PROBLEMS, CONDITION_PROBLEMS, NEEDS_SESSION, documented_for_admins
from ss_admin.backend.paging import PageQuery
from ss_admin.backend.rule_chains.parameters import RuleChainPath, RuleChainQuery
from ss_admin.backend.rule_chains.service import RuleChainsService
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.rule_chains import (
    ChainTest,
    ChainTestResult,
    NewRuleChain,
    RuleChainChange,
    RuleChainDetail,
    RuleChainPage,
    ScopedKeyPage,
    SigningSecret,
)

__all__ = ["build_blueprint"]

_PREFIX = "/api/v1"
_WITHOUT_BODY = frozenset({"rule_chains.show_signing_secret", "rule_chains.replace_signing_secret"})

EndpointBase = Callable[[], str]


def build_blueprint(service: RuleChainsService, public_url: str | None = None) -> APIBlueprint:
    """`/rulechains` and what lies below it. `public_url`: the base of endpoint URLs; without it the request's own."""
    tag = Tag(name="rule_chains", description="Rule chains: what partners can call")
    blueprint = APIBlueprint("rule_chains", __name__, url_prefix=_PREFIX, abp_tags=[tag], abp_security=NEEDS_SESSION)

    def endpoint_base() -> str:
        return (public_url or request.host_url).rstrip("/")

    @blueprint.before_request
    def _admit() -> None:
        admit_tenant_admin(without_body=_WITHOUT_BODY)

    _add_collection(blueprint, service, endpoint_base)
    _add_single(blueprint, service, endpoint_base)
    _add_trial(blueprint, service)
    _add_keys(blueprint, service)
    _add_signing_secret(blueprint, service)
    return blueprint


def _add_collection(blueprint: APIBlueprint, service: RuleChainsService, endpoint_base: EndpointBase) -> None:
    @blueprint.get(
        "/rulechains",
        summary="List rule chains",
        responses=documented_for_admins({200: RuleChainPage}, ProblemCode.VALIDATION_FAILED),
    )
    def list_rule_chains(query: RuleChainQuery) -> Response:
        """The tenant's rule chains by name, page by page."""
        page = service.list_page(
            tenant_admin(),
            endpoint_base=endpoint_base(),
            search=query.search,
            limit=query.limit,
            cursor=query.cursor,
            offset=query.offset,
        )
        return json_answer(page)

    @blueprint.post(
        "/rulechains",
        summary="Create a rule chain",
        responses=documented_for_admins({201: RuleChainDetail}, *BODY_PROBLEMS),
    )
    def create_rule_chain(body: NewRuleChain) -> Response:
        """A new rule chain. All that stands against storing it is told at once, each fault at its JSON pointer."""
        chain = service.create(tenant_admin(), body, endpoint_base=endpoint_base())
        location = f"{_PREFIX}/rulechains/{chain.id}"
        return json_answer(chain, 201, {"Location": location, "ETag": entity_tag(chain.version)})


def _add_single(blueprint: APIBlueprint, service: RuleChainsService, endpoint_base: EndpointBase) -> None:
    @blueprint.get(
        "/rulechains/<rulechain_id>",
        summary="Get a rule chain",
        responses=documented_for_admins({200: RuleChainDetail}, ProblemCode.NOT_FOUND),
    )
    def get_rule_chain(path: RuleChainPath) -> Response:
        """One rule chain, with the URL that partners call, its schema and definition, and its `ETag`."""
        return _answer(service.get(tenant_admin(), path.rulechain_id, endpoint_base=endpoint_base()))

    @blueprint.patch(
        "/rulechains/<rulechain_id>",
        summary="Change a rule chain",
        responses=documented_for_admins({200: RuleChainDetail}, *BODY_PROBLEMS, *CONDITION_PROBLEMS),
    )
    def change_rule_chain(path: RuleChainPath, header: Condition, body: RuleChainChange) -> Response:
        """Change the fields that are given; the others stay. Calls that are running finish on the version they have."""
        chain = service.change(
            tenant_admin(), path.rulechain_id, body, header.versions(), endpoint_base=endpoint_base()
        )
        return _answer(chain)

    @blueprint.delete(
        "/rulechains/<rulechain_id>",
        summary="Delete a rule chain",
        responses=documented_for_admins({204: None}, *CONDITION_PROBLEMS),
    )
    def delete_rule_chain(path: RuleChainPath, header: Condition) -> Response:
        """Delete the rule chain for good; keys that are narrowed to it stay narrowed."""
        service.delete(tenant_admin(), path.rulechain_id, header.versions())
        return Response(status=204)


def _add_trial(blueprint: APIBlueprint, service: RuleChainsService) -> None:
    @blueprint.post(
        "/rulechains/<rulechain_id>/test",
        summary="Try a rule chain",
        responses=documented_for_admins({200: ChainTestResult}, ProblemCode.NOT_FOUND, *BODY_PROBLEMS),
    )
    def try_rule_chain(path: RuleChainPath, body: ChainTest) -> Response:
        """Run the chain, or a draft of it, without its effects; the trace tells what each node got and gave."""
        return json_answer(service.test(tenant_admin(), path.rulechain_id, body))


def _add_keys(blueprint: APIBlueprint, service: RuleChainsService) -> None:
    @blueprint.get(
        "/rulechains/<rulechain_id>/api-keys",
        summary="List the keys narrowed to a rule chain",
        responses=documented_for_admins({200: ScopedKeyPage}, ProblemCode.NOT_FOUND, ProblemCode.VALIDATION_FAILED),
    )
    def list_scoped_keys(path: RuleChainPath, query: PageQuery) -> Response:
        """The API keys that may call only some rule chains, this one among them, by name."""
        page = service.list_scoped_keys(
            tenant_admin(), path.rulechain_id, limit=query.limit, cursor=query.cursor, offset=query.offset
        )
        return json_answer(page)


def _add_signing_secret(blueprint: APIBlueprint, service: RuleChainsService) -> None:
    answers = documented_for_admins({200: SigningSecret}, ProblemCode.NOT_FOUND)

    @blueprint.post(
        "/rulechains/<rulechain_id>/signing-secret", summary="Show the webhook signing secret", responses=answers
    )
    def show_signing_secret(path: RuleChainPath) -> Response:
        """What signs the chain's webhooks. That it was looked at stands in the audit trail; no body is needed."""
        return json_answer(service.show_signing_secret(tenant_admin(), path.rulechain_id))

    @blueprint.post(
        "/rulechains/<rulechain_id>/signing-secret/replace",
        summary="Replace the webhook signing secret",
        responses=answers,
    )
    def replace_signing_secret(path: RuleChainPath) -> Response:
        """Another secret, which signs from now on; the one before signs nothing more. No body is needed."""
        return json_answer(service.replace_signing_secret(tenant_admin(), path.rulechain_id))


def _answer(chain: RuleChainDetail) -> Response:
    return json_answer(chain, headers={"ETag": entity_tag(chain.version)})

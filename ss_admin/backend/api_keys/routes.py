"""API keys over HTTP: `/api-keys`, for Tenant Administrators."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from ss_admin.backend.accounts.guard import admit_tenant_admin, tenant_admin
from ss_admin.backend.answers import json_answer
from ss_admin.backend.api_keys.parameters import ApiKeyParameters
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.conditions import Condition, entity_tag
from ss_admin.backend.openapi import BODY_PROBLEMS, CONDITION_PROBLEMS, NEEDS_SESSION, documented_for_admins
from ss_admin.backend.propagation.service import PropagationService
from ss_admin.contract.api_keys import (
    ApiKey,
    ApiKeyChange,
    ApiKeyCreated,
    ApiKeyPage,
    BulkDelete,
    BulkDeleted,
    BulkStatusChange,
    BulkStatusChanged,
    NewApiKey,
)
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.propagation import Propagation

__all__ = ["build_blueprint"]

_PREFIX = "/api/v1"


class ApiKeyPath(BaseModel):
    """Which key."""

    api_key_id: str = Field(max_length=64, description="the key's `id`")


def build_blueprint(api_keys: ApiKeysService, propagation: PropagationService) -> APIBlueprint:
    """`/api-keys` and what lies below it."""
    tag = Tag(name="api_keys", description="The keys by which partners call external rule chains")
    blueprint = APIBlueprint("api_keys", __name__, url_prefix=_PREFIX, abp_tags=[tag], abp_security=NEEDS_SESSION)
    blueprint.before_request(admit_tenant_admin)
    _add_collection(blueprint, api_keys)
    _add_single(blueprint, api_keys)
    _add_bulk(blueprint, api_keys)
    _add_propagation(blueprint, propagation)
    return blueprint


def _add_collection(blueprint: APIBlueprint, api_keys: ApiKeysService) -> None:
    @blueprint.get(
        "/api-keys",
        summary="List API keys",
        responses=documented_for_admins({200: ApiKeyPage}, ProblemCode.VALIDATION_FAILED),
    )
    def list_api_keys(query: ApiKeyParameters) -> Response:
        """The tenant's keys, masked, page by page."""
        return json_answer(api_keys.list_page(tenant_admin(), query.to_query()))

    @blueprint.post(
        "/api-keys", summary="Create an API key", responses=documented_for_admins({201: ApiKeyCreated}, *BODY_PROBLEMS)
    )
    def create_api_key(body: NewApiKey) -> Response:
        """A new key. Its secret stands in this answer and in no other."""
        created = api_keys.create(tenant_admin(), body)
        location = f"{_PREFIX}/api-keys/{created.api_key.id}"
        return json_answer(created, 201, {"Location": location, "ETag": entity_tag(created.api_key.version)})


def _add_single(blueprint: APIBlueprint, api_keys: ApiKeysService) -> None:
    @blueprint.get(
        "/api-keys/<string:api_key_id>",
        summary="Get an API key",
        responses=documented_for_admins({200: ApiKey}, ProblemCode.NOT_FOUND),
    )
    def get_api_key(path: ApiKeyPath) -> Response:
        """One key, masked, with its `ETag`."""
        return _answer(api_keys.get(tenant_admin(), path.api_key_id))

    @blueprint.patch(
        "/api-keys/<string:api_key_id>",
        summary="Change an API key",
        responses=documented_for_admins({200: ApiKey}, *BODY_PROBLEMS, *CONDITION_PROBLEMS),
    )
    def change_api_key(path: ApiKeyPath, header: Condition, body: ApiKeyChange) -> Response:
        """Change the fields that are given; the others stay."""
        return _answer(api_keys.change(tenant_admin(), path.api_key_id, body, header.versions()))

    @blueprint.delete(
        "/api-keys/<string:api_key_id>",
        summary="Delete an API key",
        responses=documented_for_admins({204: None}, *CONDITION_PROBLEMS),
    )
    def delete_api_key(path: ApiKeyPath, header: Condition) -> Response:
        """Delete the key for good; calls with it are refused from now on."""
        api_keys.delete(tenant_admin(), path.api_key_id, header.versions())
        return Response(status=204)


def _add_bulk(blueprint: APIBlueprint, api_keys: ApiKeysService) -> None:
    @blueprint.post(
        "/api-keys/bulk-delete",
        summary="Delete many API keys",
        responses=documented_for_admins({200: BulkDeleted}, *BODY_PROBLEMS),
    )
    def delete_api_keys(body: BulkDelete) -> Response:
        """Delete up to 10,000 keys, all in one transaction."""
        return json_answer(api_keys.delete_many(tenant_admin(), body.ids))

    @blueprint.post(
        "/api-keys/bulk-status",
        summary="Enable or disable many API keys",
        responses=documented_for_admins({200: BulkStatusChanged}, *BODY_PROBLEMS),
    )
    def set_status_of_api_keys(body: BulkStatusChange) -> Response:
        """Give up to 10,000 keys a status, all in one transaction."""
        return json_answer(api_keys.set_status_of_many(tenant_admin(), body.ids, body.status))


def _add_propagation(blueprint: APIBlueprint, propagation: PropagationService) -> None:
    @blueprint.get(
        "/api-keys/<string:api_key_id>/propagation",
        summary="Ask how far a change has come",
        responses=documented_for_admins({200: Propagation}, ProblemCode.NOT_FOUND),
    )
    def get_propagation(path: ApiKeyPath) -> Response:
        """Which processes act on the key's last change, its deletion included, and how long each one took to."""
        return json_answer(propagation.get(tenant_admin(), path.api_key_id))


def _answer(api_key: ApiKey) -> Response:
    return json_answer(api_key, headers={"ETag": entity_tag(api_key.version)})

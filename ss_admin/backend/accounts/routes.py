"""Accounts over HTTP: `/session` and `/users`."""

from flask import Response, request
from flask_openapi3 import APIBlueprint, Tag
from pydantic import Field

from ss_admin.backend.accounts.guard import bearer_token, current_origin, current_session, tenant_admin
from ss_admin.backend.accounts.service import AccountsService
from ss_admin.backend.answers import json_answer
from ss_admin.backend.openapi import BODY_PROBLEMS, NEEDS_SESSION, documented, documented_for_admins
from ss_admin.backend.paging import PageQuery
from ss_admin.backend.request_context import read_json_body
from ss_admin.contract.accounts import Session, SessionGrant, SignIn, UserPage
from ss_admin.contract.documents import SearchText
from ss_admin.contract.problems import ProblemCode

__all__ = ["build_session_blueprint", "build_users_blueprint"]

_TAG = Tag(name="accounts", description="Signing in and out, and the people of the tenant")


class UserQuery(PageQuery):
    """Which users to list, and which page of them."""

    search: SearchText = Field(default="", description="part of a name or a user name")


def build_session_blueprint(accounts: AccountsService) -> APIBlueprint:
    """`/session`: sign in, who am I, sign out."""
    blueprint = APIBlueprint("session", __name__, url_prefix="/api/v1", abp_tags=[_TAG])

    @blueprint.before_request
    def _read_body() -> None:
        if request.method == "POST":
            read_json_body(request)

    @blueprint.post(
        "/session",
        summary="Sign in",
        responses=documented(
            {201: SessionGrant}, ProblemCode.WRONG_CREDENTIALS, ProblemCode.SIGN_IN_LOCKED, *BODY_PROBLEMS
        ),
    )
    def sign_in(body: SignIn) -> Response:
        """A session token for user name and password; it holds for 12 hours."""
        grant = accounts.sign_in(body.username, body.password.get_secret_value(), current_origin())
        return json_answer(grant, 201)

    @blueprint.get(
        "/session",
        summary="Who am I",
        security=NEEDS_SESSION,
        responses=documented({200: Session}, ProblemCode.SESSION_REQUIRED),
    )
    def who_am_i() -> Response:
        """The session that the token belongs to."""
        return json_answer(current_session().session)

    @blueprint.delete(
        "/session",
        summary="Sign out",
        security=NEEDS_SESSION,
        responses=documented({204: None}, ProblemCode.SESSION_REQUIRED),
    )
    def sign_out() -> Response:
        """End the session; its token is worth nothing from now on."""
        accounts.sign_out(current_session().actor, bearer_token())
        return Response(status=204)

    return blueprint


def build_users_blueprint(accounts: AccountsService) -> APIBlueprint:
    """`/users`: the people of the tenant, for the user picker."""
    blueprint = APIBlueprint("users", __name__, url_prefix="/api/v1", abp_tags=[_TAG], abp_security=NEEDS_SESSION)

    @blueprint.before_request
    def _admit() -> None:
        tenant_admin()

    @blueprint.get(
        "/users",
        summary="Find users",
        responses=documented_for_admins({200: UserPage}, ProblemCode.VALIDATION_FAILED),
    )
    def find_users(query: UserQuery) -> Response:
        """The tenant's users by name, page by page."""
        page = accounts.find_users(
            tenant_admin(), query.search, limit=query.limit, cursor=query.cursor, offset=query.offset
        )
        return json_answer(page)

    return blueprint

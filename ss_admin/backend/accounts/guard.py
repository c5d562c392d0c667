"""Who may pass: the signed-in person behind a request, and the check that it is a Tenant Administrator."""

from flask import g, request

from ss_admin.backend.accounts.service import AccountsService, Origin, SessionNotFound, SignedIn
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.problems import BEARER_CHALLENGE, ProblemError
from ss_admin.backend.request_context import read_json_body, request_id
from ss_admin.contract.accounts import Role
from ss_admin.contract.problems import ProblemCode

__all__ = [
    "Guard",
    "activity_reader",
    "admit_tenant_admin",
    "bearer_token",
    "current_actor",
    "current_origin",
    "current_session",
    "tenant_admin",
]


class Guard:
    """One request's guard; the app puts a new one into `flask.g` when a request begins."""

    def __init__(self, accounts: AccountsService, origin: Origin) -> None:
        self._accounts = accounts
        self.origin = origin
        self._signed_in: SignedIn | None = None

    def signed_in(self) -> SignedIn:
        """The session that the request shows. Raises `ProblemError` 401, and `StoreUnavailable`."""
        if self._signed_in is None:
            try:
                self._signed_in = self._accounts.authenticate(bearer_token(), self.origin)
            except SessionNotFound:
                detail = "The session has ended or never was. Sign in again."
                raise session_required(detail) from None
        return self._signed_in

    def actor_if_known(self) -> Actor | None:
        """Who makes the request, where a route has asked for that already; for the log."""
        return self._signed_in.actor if self._signed_in else None


def session_required(detail: str) -> ProblemError:
    """The answer to a request without a session that holds."""
    return ProblemError(ProblemCode.SESSION_REQUIRED, detail, headers=BEARER_CHALLENGE)


def bearer_token() -> str:
    """The session token of the request. Raises `ProblemError` 401 where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise session_required("Sign in first, and send the session token as: Authorization: Bearer TOKEN.")
    return token.strip()


def current_origin() -> Origin:
    """Where the request comes from."""
    return _guard().origin


def current_session() -> SignedIn:
    """The session that the request shows. Raises `ProblemError` 401."""
    return _guard().signed_in()


def current_actor() -> Actor:
    """Who makes the request. Raises `ProblemError` 401."""
    return current_session().actor


def tenant_admin() -> Actor:
    """Who makes the request, a Tenant Administrator for certain. Raises `ProblemError` 401 and 403."""
    actor = current_actor()
    if actor.role is not Role.TENANT_ADMIN:
        raise ProblemError(ProblemCode.TENANT_ADMIN_REQUIRED, "Only a Tenant Administrator may do this.")
    return actor


def activity_reader() -> Actor:
    """Who makes the request, somebody for certain to whom an audit trail is open. Raises `ProblemError` 401 and 403."""
    actor = current_actor()
    return actor if actor.role is Role.CLOUD_ADMIN else tenant_admin()


def admit_tenant_admin(*, without_body: frozenset[str] = frozenset()) -> None:
    """What comes before every route of a blueprint for administrators: who it is, and only then what was sent.

    `without_body`: the endpoints that are orders by their address alone. Raises `ProblemError` 401, 403, 415 and 400.
    """
    tenant_admin()
    if request.method in {"POST", "PATCH"} and request.endpoint not in without_body:
        read_json_body(request)


def new_guard(accounts: AccountsService, address: str) -> Guard:
    """The guard of a request that begins now."""
    return Guard(accounts, Origin(address=address, request_id=request_id(request.environ)))


def _guard() -> Guard:
    guard: Guard = g.guard
    return guard

"""What can come of asking the backend something: every error of the client is a `ClientError`, told apart by type.

Errors of the environment (`ServerUnreachable` and its kin), answers that are problem documents (`ProblemAnswer` and
its kin), and the two between them: a write whose outcome nobody knows, and an answer that is not our backend's.
"""

from ss_admin.contract.problems import Problem

__all__ = [
    "CertificateRefused",
    "ClientError",
    "InvalidServerUrl",
    "NotFound",
    "OutcomeUnknown",
    "PlainHttpRefused",
    "ProblemAnswer",
    "ServerUnavailable",
    "ServerUnreachable",
    "SessionEnded",
    "SignInLocked",
    "TenantAdminRequired",
    "UnexpectedAnswer",
    "ValidationFailed",
    "VersionConflict",
    "WrongCredentials",
]


class ClientError(Exception):
    """The base of everything the client raises on purpose. The text never holds a token, password or key."""


class InvalidServerUrl(ClientError):
    """The address is not one of a server: no http(s) address, or with a password, a query or a fragment in it."""


class PlainHttpRefused(ClientError):
    """The address is plain http to another machine: a password would travel readable for anyone on the way."""


class ServerUnreachable(ClientError):
    """The request did not reach the backend, or (for a read) no answer came back. `reason` says it in a few words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class CertificateRefused(ServerUnreachable):
    """The server's certificate could not be verified, or the private CA's file could not be used."""


class OutcomeUnknown(ClientError):
    """A write was sent and no answer came: it may or may not have happened. It is never repeated by itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnexpectedAnswer(ClientError):
    """Something answered that is not this backend, or speaks another language: HTML, a redirect, foreign JSON."""

    def __init__(self, reason: str, *, status: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


class ProblemAnswer(ClientError):
    """The backend answered with a problem document. `retry_after`: seconds to wait, where it named them."""

    def __init__(self, problem: Problem, retry_after: int | None = None) -> None:
        super().__init__(f"{problem.status} {problem.code.value}: {problem.detail}")
        self.problem = problem
        self.retry_after = retry_after


class SessionEnded(ProblemAnswer):
    """There is no session, or it is over: sign in again."""


class TenantAdminRequired(ProblemAnswer):
    """The person is no Tenant Administrator."""


class WrongCredentials(ProblemAnswer):
    """User name or password is wrong; which one is not told."""


class SignInLocked(ProblemAnswer):
    """Too many wrong passwords: `retry_after` says how long sign-in stays locked."""


class NotFound(ProblemAnswer):
    """The object is not there (any more), or belongs to another tenant."""


class VersionConflict(ProblemAnswer):
    """Somebody else changed the object since it was read."""


class ValidationFailed(ProblemAnswer):
    """The input is at fault; `problem.errors` names every fault with its place."""


class ServerUnavailable(ProblemAnswer):
    """The backend is there but cannot work now (its database is away); `retry_after` says when to try again."""

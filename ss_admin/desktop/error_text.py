"""Turns every error of the client into words for people: what happened, and what to do."""

import math

from ss_admin.client.errors import (
    CertificateRefused,
    ClientError,
    InvalidServerUrl,
    NotFound,
    OutcomeUnknown,
    PlainHttpRefused,
    ProblemAnswer,
    ServerUnavailable,
    ServerUnreachable,
    SessionEnded,
    SignInLocked,
    TenantAdminRequired,
    UnexpectedAnswer,
    ValidationFailed,
    VersionConflict,
    WrongCredentials,
)

__all__ = ["concerns_the_window", "describe", "duration_in_words"]


def describe(error: ClientError) -> str:
    """One or two plain sentences about `error`: what happened, what to do."""
    for kind, sentence in _SENTENCES:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, ProblemAnswer):
        return _describe_problem(error)
    if isinstance(error, ServerUnreachable):
        return f"The server cannot be reached: {error.reason}. Check the network and the server’s address."
    return f"This did not work: {str(error).rstrip('.')}. Please try again."


def concerns_the_window(error: ClientError) -> bool:
    """Whether the shell has to know of an error although it has been told by who asked: server away, session over."""
    return isinstance(error, ServerUnreachable | ServerUnavailable | SessionEnded | TenantAdminRequired)


def duration_in_words(seconds: int) -> str:
    """A wait in words, rounded up: `40` is “40 seconds”, `61` is “2 minutes”."""
    if seconds < 60:
        return "1 second" if seconds <= 1 else f"{seconds} seconds"
    minutes = math.ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def _describe_problem(error: ProblemAnswer) -> str:
    problem = error.problem
    if isinstance(error, SignInLocked):
        wait = duration_in_words(error.retry_after) if error.retry_after else "15 minutes"
        return f"Too many wrong passwords. Sign-in is locked; try again in {wait}."
    if isinstance(error, ValidationFailed):
        faults = "; ".join(fault.detail for fault in problem.errors or ())
        return f"The server refused this input: {faults or problem.detail}"
    if isinstance(error, ServerUnavailable):
        wait = f" in {duration_in_words(error.retry_after)}" if error.retry_after else ""
        return f"The server is there but cannot work at the moment. Try again{wait}."
    return (
        f"The server answered: {problem.detail} If this stays, tell your administrator the number of the request, "
        f"{problem.request_id}."
    )


_SENTENCES: tuple[tuple[type[ClientError], str], ...] = (
    (
        CertificateRefused,
        (
            "The server’s certificate could not be verified, so nothing was sent. If your organisation has its own "
            "certificate authority, choose its certificate file at sign-in."
        ),
    ),
    (
        PlainHttpRefused,
        (
            "This address begins with http, so your password could be read on its way. Use https, or confirm that you "
            "accept this."
        ),
    ),
    (InvalidServerUrl, "This is not an address of a server. It looks like https://keys.example.com."),
    (
        OutcomeUnknown,
        (
            "The connection broke before the answer came, so it is not known whether this was done. Look at the list "
            "before you try again."
        ),
    ),
    (
        UnexpectedAnswer,
        ("Something answered at this address, but it is not a SignalSync server. Check the server’s address."),
    ),
    (SessionEnded, "Your session has ended. Sign in again to go on."),
    (TenantAdminRequired, "Only Tenant Administrators can manage API keys."),
    (WrongCredentials, "User name or password is wrong."),
    (NotFound, "This is no longer there. Somebody may have deleted it; refresh the list."),
    (VersionConflict, "Somebody else changed this meanwhile. Nothing was overwritten."),
)

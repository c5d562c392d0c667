"""Why no answer came: the exceptions of requests and urllib3, sorted by what they mean for the caller."""

import socket

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError, ProxyError

from ss_admin.client.errors import CertificateRefused, ClientError, OutcomeUnknown, ServerUnreachable

__all__ = ["failure_of", "is_worth_another_try"]


def failure_of(error: Exception, *, is_write: bool) -> ClientError:
    """The client's error for an exception that was raised instead of an answer.

    A write that cannot have been sent is `ServerUnreachable`, one that may have been sent is `OutcomeUnknown`.
    """
    refusal = _certificate_reason(error) if isinstance(error, requests.exceptions.SSLError) else None
    if refusal is not None:
        return CertificateRefused(refusal)
    reason = _reason(error)
    if is_write and not _was_never_sent(error):
        return OutcomeUnknown(reason)
    return ServerUnreachable(reason)


def is_worth_another_try(error: ClientError) -> bool:
    """Whether a read that failed like this may be repeated at once.

    A certificate does not mend itself, and after a time-out the person has waited long enough.
    """
    return (
        isinstance(error, ServerUnreachable)
        and not isinstance(error, CertificateRefused)
        and error.reason not in {_TIMED_OUT, _UNKNOWN_NAME}
    )


_TIMED_OUT = "no answer in time"
_UNKNOWN_NAME = "the server's name is not known"


def _was_never_sent(error: Exception) -> bool:
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    return any(
        isinstance(cause, (NewConnectionError, ProxyError, requests.exceptions.InvalidURL)) for cause in _causes(error)
    )


def _reason(error: Exception) -> str:
    causes = _causes(error)
    if isinstance(error, requests.exceptions.ProxyError) or any(isinstance(cause, ProxyError) for cause in causes):
        return "the proxy refuses"
    if any(isinstance(cause, (NameResolutionError, socket.gaierror)) for cause in causes):
        return _UNKNOWN_NAME
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "nothing listens at this address"
    if isinstance(error, (requests.exceptions.Timeout, TimeoutError)):
        return _TIMED_OUT
    if any(isinstance(cause, NewConnectionError) for cause in causes):
        return "the network does not reach this address"
    return "the connection broke off"


def _certificate_reason(error: Exception) -> str | None:
    """What was wrong with the handshake; None where the connection broke off later, with a request under way."""
    text = " ".join(str(cause) for cause in _causes(error))
    for mark, reason in (
        ("certificate has expired", "the server's certificate has expired"),
        ("Hostname mismatch", "the server's certificate is for another name"),
        ("doesn't match", "the server's certificate is for another name"),
        ("IP address mismatch", "the server's certificate is for another address"),
        ("self-signed", "the server's certificate is signed by nobody this machine trusts"),
        ("self signed", "the server's certificate is signed by nobody this machine trusts"),
        ("unable to get local issuer", "the server's certificate is signed by nobody this machine trusts"),
        ("WRONG_VERSION_NUMBER", "the server does not speak https at this port"),
        ("CERTIFICATE_VERIFY_FAILED", "the server's certificate cannot be verified"),
        ("record layer failure", "the server does not speak https at this port"),
    ):
        if mark in text:
            return reason
    return None


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and everything it was raised for, urllib3's `reason` and nested arguments included."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        candidate = waiting.pop()
        if not isinstance(candidate, BaseException) or candidate in found:
            continue
        found.append(candidate)
        waiting += [candidate.__cause__, candidate.__context__, *candidate.args]
        if isinstance(candidate, HTTPError):
            waiting.append(getattr(candidate, "reason", None))
    return found

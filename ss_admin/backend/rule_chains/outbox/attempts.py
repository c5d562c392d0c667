"""How an attempt to deliver a webhook can end, told in sentences for the administrator."""

import ssl
from dataclasses import dataclass
from http import HTTPStatus

__all__ = ["Attempt", "Delivered", "Failed", "Interrupted", "Refused", "Webhook", "judge_answer", "told_failure"]

_LONGEST_QUOTED = 200
_CLOSED = "The receiver closed the connection before it answered."


@dataclass(frozen=True)
class Webhook:
    """What is to be sent where. `secret` signs it, see `signature.signing_secret`."""

    delivery_id: str
    url: str
    body: bytes
    secret: str

    def __repr__(self) -> str:
        return f"<Webhook {self.delivery_id}>"


@dataclass(frozen=True)
class Delivered:
    """The receiver took it."""

    status: int


@dataclass(frozen=True)
class Failed:
    """It did not work this time. `retry_after`: seconds that the receiver asks to be left alone for."""

    reason: str
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True)
class Refused:
    """It will never work: there is no use in trying again."""

    reason: str
    status: int | None = None


@dataclass(frozen=True)
class Interrupted:
    """The server stopped in the middle of it."""

    reason: str = "The server was stopped during the attempt; it is sent again, with the same delivery id."


Attempt = Delivered | Failed | Refused | Interrupted


def judge_answer(status: int, *, location: str = "", text: str = "", retry_after: float | None = None) -> Attempt:
    """What a receiver's answer means. `text`: what it said in words, if it did."""
    if 200 <= status < 300:
        return Delivered(status)
    told = f"The receiver answered {_named(status)}"
    if 300 <= status < 400:
        goal = f" to {_quoted(location)}" if location else ""
        return Refused(
            f"{told}, a redirect{goal}. Redirects are not followed: enter the final address in the rule chain.", status
        )
    if status == HTTPStatus.GONE:
        return Refused(f"{told}: it wants no more webhooks at this address.", status)
    return Failed(f"{told}: {_quoted(text)}" if text.strip() else f"{told}.", status, retry_after)


def told_failure(fault: BaseException, host: str, seconds: float) -> str:
    """What went wrong on the way to `host`; `seconds`: the time limit that a time-out tells of."""
    if isinstance(fault, ssl.SSLError):
        return _told_tls_failure(fault, host)
    if isinstance(fault, TimeoutError):
        return f"The receiver did not answer within {seconds:g} s."
    if isinstance(fault, ConnectionRefusedError):
        return "The receiver refused the connection."
    if isinstance(fault, ConnectionError):
        return _CLOSED
    if isinstance(fault, OSError):
        return f"The receiver cannot be reached: {fault.strerror or type(fault).__name__}."
    return "The receiver's answer is not proper HTTP."


def _told_tls_failure(fault: ssl.SSLError, host: str) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"The certificate of “{host}” cannot be trusted: {fault.verify_message.rstrip('.')}."
    if isinstance(fault, ssl.SSLEOFError):
        return _CLOSED
    return f"No encrypted connection came about: {(fault.reason or 'TLS failed').replace('_', ' ').lower()}."


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _quoted(text: str) -> str:
    shown = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return f"“{shown}”" if len(shown) <= _LONGEST_QUOTED else f"“{shown[:_LONGEST_QUOTED]}…”"

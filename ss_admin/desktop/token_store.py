"""Keeps the session token in the system's keyring, and nowhere else. The only module that knows keyring.

Every call can block: the keyring may ask the person to unlock it. Call from `background.py` only.
"""

from dataclasses import dataclass
from typing import Protocol

import keyring
import keyring.errors
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

__all__ = ["KeyringTokenStore", "TokenStore", "TokenStoreRefused", "TokenStoreState"]

SERVICE = "SignalSync Admin"

_SECURE_MODULES = frozenset(
    {
        "keyring.backends.SecretService",
        "keyring.backends.kwallet",
        "keyring.backends.libsecret",
        "keyring.backends.Windows",
        "keyring.backends.macOS",
    }
)
_NOWHERE_MODULES = frozenset({"keyring.backends.fail", "keyring.backends.null"})
_NONE_THERE = "This system offers no keyring to keep a sign-in safely."


class TokenStoreRefused(Exception):
    """The keyring did not keep or give the token; the text says why, for people, and never holds the token."""


@dataclass(frozen=True)
class TokenStoreState:
    """Whether a token can be kept, and if not, why, in words for people."""

    usable: bool
    reason: str = ""


class TokenStore(Protocol):
    """Where a session token outlives the app. Raises `TokenStoreRefused`."""

    def state(self) -> TokenStoreState:
        """Whether a token can be kept here."""

    def load(self, server_url: str, username: str) -> str | None:
        """The token kept for this person on this server, or None."""

    def save(self, server_url: str, username: str, token: str) -> None:
        """Keeps a token, in the place of an older one."""

    def delete(self, server_url: str, username: str) -> None:
        """Forgets the token, if there is one."""


class KeyringTokenStore:
    """The system's keyring: Secret Service, KWallet, Windows Credential Manager, macOS Keychain.

    Backends that keep secrets readable in files, or nowhere, are refused whatever the configuration says.
    """

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    def state(self) -> TokenStoreState:
        """Whether a token can be kept here."""
        try:
            self._backend()
        except TokenStoreRefused as refused:
            return TokenStoreState(usable=False, reason=str(refused))
        return TokenStoreState(usable=True)

    def load(self, server_url: str, username: str) -> str | None:
        """The token kept for this person on this server, or None. Raises `TokenStoreRefused`."""
        backend = self._backend()
        try:
            return backend.get_password(SERVICE, _account(server_url, username))
        except Exception as error:  # noqa: BLE001 -- backends raise the errors of D-Bus, jeepney and the like as they are
            raise _refusal(error) from None

    def save(self, server_url: str, username: str, token: str) -> None:
        """Keeps a token, in the place of an older one. Raises `TokenStoreRefused`."""
        backend = self._backend()
        try:
            backend.set_password(SERVICE, _account(server_url, username), token)
        except Exception as error:  # noqa: BLE001 -- as above; and the error's text might quote the token
            raise _refusal(error) from None

    def delete(self, server_url: str, username: str) -> None:
        """Forgets the token, if there is one. Raises `TokenStoreRefused`."""
        backend = self._backend()
        try:
            backend.delete_password(SERVICE, _account(server_url, username))
        except keyring.errors.PasswordDeleteError:
            return  # there was none
        except Exception as error:  # noqa: BLE001 -- as above
            raise _refusal(error) from None

    def _backend(self) -> KeyringBackend:
        """The first backend that is known to keep secrets safely."""
        try:
            chosen = self._given or keyring.get_keyring()
            candidates = list(chosen.backends) if isinstance(chosen, ChainerBackend) else [chosen]
        except Exception as error:
            raise TokenStoreRefused(_NONE_THERE) from error
        for candidate in candidates:
            if _module(candidate) in _SECURE_MODULES:
                return candidate
        if all(_module(candidate) in _NOWHERE_MODULES for candidate in candidates):
            raise TokenStoreRefused(_NONE_THERE)
        raise TokenStoreRefused("The keyring set up on this system does not keep secrets safely, so it is not used.")


def _module(backend: KeyringBackend) -> str:
    return type(backend).__module__


def _account(server_url: str, username: str) -> str:
    return f"{username} at {server_url}"


def _refusal(error: Exception) -> TokenStoreRefused:
    if isinstance(error, keyring.errors.KeyringLocked):
        return TokenStoreRefused("The system’s keyring is locked. Unlock it, then sign in again to stay signed in.")
    return TokenStoreRefused("The system’s keyring did not answer as it should.")

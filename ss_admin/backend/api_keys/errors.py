"""What can be wrong with an order about API keys."""

from ss_admin.contract.problems import FieldFault

__all__ = ["ApiKeyNotFound", "ApiKeyOrderUnfit", "ExpiryInThePast", "SecretInName", "UnknownUser", "VersionConflict"]


class ApiKeyNotFound(Exception):
    """The tenant has no such key; whether another tenant has it is not told."""


class VersionConflict(Exception):
    """The key is no longer in the version that the order was made for. `version` is the one it has now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the key is at version {version}")
        self.version = version


class ApiKeyOrderUnfit(Exception):
    """The order reads well but cannot be carried out as it is; `fault` tells which field is why."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = FieldFault(pointer=pointer, detail=detail)


class UnknownUser(ApiKeyOrderUnfit):
    """The tenant has no such user."""

    def __init__(self) -> None:
        super().__init__("/user_id", "There is no such user.")


class ExpiryInThePast(ApiKeyOrderUnfit):
    """A key must not be born, or made, expired; disabling it is the way to stop it at once."""

    def __init__(self) -> None:
        super().__init__("/expires_at", "The expiry must lie in the future.")


class SecretInName(ApiKeyOrderUnfit):
    """Somebody pasted a key where its name belongs; stored, it would stand in lists and in the audit trail."""

    def __init__(self) -> None:
        super().__init__("/name", "The name contains a whole API key. A key is a secret: give it another name.")

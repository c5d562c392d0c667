"""What can be wrong with an order about API keys."""

from collections.abc import Iterable

from ss_admin.contract.problems import FieldFault

__all__ = [
    "ApiKeyNotFound",
    "ApiKeyOrderUnfit",
    "ExpiryInThePast",
    "SecretInName",
    "UnknownRuleChains",
    "UnknownUser",
    "VersionConflict",
]


class ApiKeyNotFound(Exception):
    """The tenant has no such key; whether another tenant has it is not told."""


class VersionConflict(Exception):
    """The key is no longer in the version that the order was made for. `version` is the one it has now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the key is at version {version}")
        self.version = version


class ApiKeyOrderUnfit(Exception):
    """The order reads well but cannot be carried out as it is; `faults` tell which fields are why."""

    def __init__(self, detail: str, *pointers: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = [FieldFault(pointer=pointer, detail=detail) for pointer in pointers]


class UnknownUser(ApiKeyOrderUnfit):
    """The tenant has no such user."""

    def __init__(self) -> None:
        super().__init__("There is no such user.", "/user_id")


class ExpiryInThePast(ApiKeyOrderUnfit):
    """A key must not be born, or made, expired; disabling it is the way to stop it at once."""

    def __init__(self) -> None:
        super().__init__("The expiry must lie in the future.", "/expires_at")


class SecretInName(ApiKeyOrderUnfit):
    """Somebody pasted a key where its name belongs; stored, it would stand in lists and in the audit trail."""

    def __init__(self) -> None:
        super().__init__("The name contains a whole API key. A key is a secret: give it another name.", "/name")


class UnknownRuleChains(ApiKeyOrderUnfit):
    """The tenant has no such rule chains. `indices`: where they stand in the list that was given."""

    def __init__(self, indices: Iterable[int]) -> None:
        super().__init__("There is no such rule chain.", *(f"/permissions/rulechains/{index}" for index in indices))

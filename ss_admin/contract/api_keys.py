"""API keys on the wire: the key as listed, orders to create and change it, the list's filters and its sorting."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from ss_admin.contract.addresses import AllowedAddresses
from ss_admin.contract.documents import (
    PAGE_MAX_ITEMS,
    ChangeRequest,
    Document,
    Label,
    ObjectRef,
    Page,
    Request,
    UtcInstant,
)
from ss_admin.contract.signals import SignalBadge

__all__ = [
    "ApiKey",
    "ApiKeyChange",
    "ApiKeyCreated",
    "ApiKeyPage",
    "ApiKeySort",
    "ApiKeyStatus",
    "BulkDelete",
    "BulkDeleted",
    "BulkStatusChange",
    "BulkStatusChanged",
    "Entity",
    "ExpiryState",
    "NewApiKey",
    "Permissions",
    "RateLimit",
]

SOON_DAYS = 7
BULK_MAX_IDS = 10_000
MAX_SCOPED_CHAINS = 100
DEFAULT_PAGE_ITEMS = 100
MAX_PAGE_ITEMS = PAGE_MAX_ITEMS


class ApiKeyStatus(StrEnum):
    """Whether an administrator lets the key work. Expiry is told separately, see `ExpiryState`."""

    ACTIVE = "active"
    DISABLED = "disabled"


class ExpiryState(StrEnum):
    """Where a key stands with its expiry: no date, further off than 7 days, 7 days or fewer, past."""

    NEVER = "never"
    ACTIVE = "active"
    SOON = "soon"
    EXPIRED = "expired"


class ApiKeySort(StrEnum):
    """The columns that the list sorts by; `-` in front on the wire means descending."""

    NAME = "name"
    USER = "user"
    MASKED_KEY = "masked_key"
    PERMISSIONS = "permissions"
    EXPIRES_AT = "expires_at"
    LAST_USED_AT = "last_used_at"
    STATUS = "status"
    CREATED_AT = "created_at"


class Entity(StrEnum):
    """What a key may do to entities; calling a rule chain needs `write`."""

    READ = "read"
    WRITE = "write"


def _each_entity_once(entities: list[Entity]) -> list[Entity]:
    return [entity for entity in Entity if entity in entities]


def _each_id_once(ids: list[str]) -> list[str]:
    return list(dict.fromkeys(ids))


RuleChainIds = Annotated[
    list[Annotated[str, Field(strict=True, min_length=1, max_length=64)]],
    Field(min_length=1, max_length=MAX_SCOPED_CHAINS),
    AfterValidator(_each_id_once),
]


class Permissions(Request):
    """The permission scope, as the article shows it: `{"entities": ["read", "write"]}`.

    `rulechains`: the ids of the only rule chains that the key may call; absent: all of its tenant.
    """

    entities: Annotated[list[Entity], Field(min_length=1, max_length=2), AfterValidator(_each_entity_once)] = Field(
        default_factory=lambda: [*Entity]
    )
    rulechains: RuleChainIds | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_absent(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        document: dict[str, Any] = serialize(self)
        if self.rulechains is None:
            document.pop("rulechains", None)
        return document


class RateLimit(Request):
    """At most `max_requests` admissions in any trailing window of `window_seconds` seconds."""

    max_requests: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 100
    window_seconds: Annotated[int, Field(strict=True, ge=1, le=86_400)] = 60


class ApiKey(Document):
    """A key as everybody but its creator ever sees it: masked.

    `expires_at` null: never; `rate_limit` null: none; `allowed_addresses` null: from everywhere. `signals`: the open
    ones, the gravest first; in answers to `GET` alone.
    """

    id: str
    name: str
    user: ObjectRef
    masked_key: str
    permissions: Permissions
    allowed_addresses: list[str] | None = None
    expires_at: UtcInstant | None
    rate_limit: RateLimit | None
    status: ApiKeyStatus
    last_used_at: UtcInstant | None
    last_used_address: str | None
    created_at: UtcInstant
    created_by: ObjectRef
    updated_at: UtcInstant
    version: int
    signals: list[SignalBadge] = Field(default_factory=list)


ApiKeyPage = Page[ApiKey]

ExpiresInDays = Annotated[int, Field(strict=True, ge=1, le=36_500)]


class NewApiKey(Request):
    """The order to create a key. Neither expiry field, or `expires_at` null: the key never expires."""

    name: Label
    user_id: Annotated[str, Field(strict=True, min_length=1, max_length=64)]
    expires_at: UtcInstant | None = None
    expires_in_days: ExpiresInDays | None = None
    rate_limit: RateLimit | None = RateLimit()
    permissions: Permissions = Permissions()
    allowed_addresses: AllowedAddresses | None = None

    @model_validator(mode="after")
    def _one_expiry(self) -> Self:
        if self.expires_at is not None and self.expires_in_days is not None:
            raise ValueError("give expires_at or expires_in_days, not both")
        return self


class ApiKeyCreated(Document):
    """The answer that creates a key: the only one that ever carries the secret."""

    api_key: ApiKey
    secret: Annotated[str, Field(repr=False)]


class ApiKeyChange(ChangeRequest):
    """A change to a key: fields not given stay. `expires_at` null: never expires; `rate_limit` null: no limit.

    `allowed_addresses` null: from everywhere. `permissions` are replaced as a whole.
    """

    name: Label = ""
    user_id: Annotated[str, Field(strict=True, min_length=1, max_length=64)] = ""
    expires_at: UtcInstant | None = None
    expires_in_days: ExpiresInDays | None = None
    rate_limit: RateLimit | None = None
    permissions: Permissions = Permissions()
    allowed_addresses: AllowedAddresses | None = None
    status: ApiKeyStatus = ApiKeyStatus.ACTIVE

    @model_validator(mode="after")
    def _one_expiry(self) -> Self:
        if {"expires_at", "expires_in_days"} <= self.model_fields_set:
            raise ValueError("give expires_at or expires_in_days, not both")
        if "expires_in_days" in self.model_fields_set and self.expires_in_days is None:
            raise ValueError("for a key that never expires send expires_at: null; expires_in_days must be a number")
        return self


ApiKeyIds = Annotated[
    list[Annotated[str, Field(strict=True, min_length=1, max_length=64)]], Field(min_length=1, max_length=BULK_MAX_IDS)
]


class BulkDelete(Request):
    """The order to delete many keys, in one transaction."""

    ids: ApiKeyIds


class BulkDeleted(Document):
    """How many keys were deleted, and which ids were not there."""

    deleted: int
    missing: list[str]


class BulkStatusChange(Request):
    """The order to enable or disable many keys, in one transaction."""

    ids: ApiKeyIds
    status: ApiKeyStatus


class BulkStatusChanged(Document):
    """How many keys now have the status and had another before, and which ids were not there."""

    changed: int
    missing: list[str]

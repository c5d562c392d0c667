"""Why a call was refused: the question, by a request's id or by a pasted key, and the answer."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, SecretStr, model_validator

from ss_admin.contract.documents import Document, ObjectRef, Request, UtcInstant

__all__ = [
    "REFUSALS_A_MINUTE",
    "REFUSAL_DAYS",
    "KeyFinding",
    "KeyState",
    "Refusal",
    "RefusalAnswer",
    "RefusalQuestion",
    "RefusedKey",
]

REFUSAL_DAYS = 7
REFUSALS_A_MINUTE = 300
"""Of each key, and of each address without a known key; more are counted, but not kept one by one."""


class RefusalQuestion(Request):
    """Exactly one of the two. The key is looked up and forgotten; it is kept and logged nowhere."""

    request_id: Annotated[str, Field(strict=True, min_length=1, max_length=100)] | None = None
    api_key: Annotated[SecretStr, Field(strict=True, min_length=1, max_length=1000)] | None = None

    @model_validator(mode="after")
    def _one_of_the_two(self) -> Self:
        if (self.request_id is None) == (self.api_key is None):
            raise ValueError("give request_id or api_key, one of the two")
        return self


class KeyState(StrEnum):
    """What a key is now."""

    ACTIVE = "active"
    DISABLED = "disabled"
    EXPIRED = "expired"
    DELETED = "deleted"


class RefusedKey(Document):
    """A key of the tenant, deleted ones too."""

    id: str
    name: str
    masked_key: str
    state: KeyState


class Refusal(Document):
    """One refused call. `detail`: what the partner was told; `cause`: the exact cause, for the administrator.

    `advice`: what to tell the partner. `api_key` null: none came, or it is none of this tenant's. A call that was
    admitted comes as one, too: `code` is `succeeded` (status 200), or its rule chain failed (status 500).
    """

    request_id: str
    at: UtcInstant
    status: int
    code: str
    detail: str
    address: str
    api_key: RefusedKey | None
    rulechain: ObjectRef | None
    cause: str
    advice: str


class KeyFinding(Document):
    """What a pasted key is. `api_key` null: no key of this tenant; `cause` and `advice` as for a refusal."""

    api_key: RefusedKey | None
    cause: str
    advice: str


class RefusalAnswer(Document):
    """The answer: `refusals` holds the call that was asked for, or the pasted key's last refusals, newest first.

    `finding`: of a pasted key only. Neither: nothing is known of a call with this id, and `note` says why that may be.
    """

    finding: KeyFinding | None
    refusals: list[Refusal]
    note: str = ""

"""The query parameters of the list: comma-separated states and a sort order, checked and turned into a query."""

from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field

from ss_admin.backend.api_keys.listing import ApiKeyQuery
from ss_admin.backend.paging import PageQuery
from ss_admin.contract.api_keys import ApiKeySort, ApiKeyStatus, ExpiryState
from ss_admin.contract.documents import SearchText
from ss_admin.contract.signals import SignalKind

__all__ = ["ApiKeyParameters"]

State = TypeVar("State", bound=StrEnum)

_ORDERS = [sign + sort.value for sort in ApiKeySort for sign in ("", "-")]


def _pattern(states: type[StrEnum]) -> str:
    one = "|".join(state.value for state in states)
    return f"^(({one})(,({one}))*)?$"


def _parse(text: str, states: type[State]) -> frozenset[State]:
    try:
        return frozenset(states(part) for part in text.split(",")) if text else frozenset()
    except ValueError:
        raise ValueError("must be a comma-separated list of: " + ", ".join(states)) from None


def _statuses(text: str) -> str:
    _parse(text, ApiKeyStatus)
    return text


def _expiries(text: str) -> str:
    _parse(text, ExpiryState)
    return text


def _known_order(text: str) -> str:
    if text not in _ORDERS:
        raise ValueError("must be one of: " + ", ".join(_ORDERS))
    return text


class ApiKeyParameters(PageQuery):
    """Which keys to list, in which order, and which page of them."""

    search: SearchText = Field(
        default="",
        repr=False,
        description="looks in name, user and masked key: from 3 characters on anywhere, below at beginnings of words",
    )
    status: Annotated[str, AfterValidator(_statuses)] = Field(
        default="", description="`active`, `disabled`", json_schema_extra={"pattern": _pattern(ApiKeyStatus)}
    )
    expiry: Annotated[str, AfterValidator(_expiries)] = Field(
        default="",
        description="`never`, `active` (more than 7 days), `soon` (7 days or fewer), `expired`",
        json_schema_extra={"pattern": _pattern(ExpiryState)},
    )
    user_id: str | None = Field(default=None, min_length=1, max_length=64, description="only keys of this user")
    attention: bool = Field(default=False, description="`true`: only keys with an open signal")
    signal: SignalKind | None = Field(default=None, description="only keys with an open signal of this kind")
    sort: Annotated[str, AfterValidator(_known_order)] = Field(
        default="-created_at",
        description="the column to sort by; with `-` in front descending",
        json_schema_extra={"enum": [*_ORDERS]},
    )

    def to_query(self) -> ApiKeyQuery:
        """What the list is asked."""
        return ApiKeyQuery(
            search=self.search,
            statuses=_parse(self.status, ApiKeyStatus),
            expiries=_parse(self.expiry, ExpiryState),
            user_id=self.user_id,
            attention=self.attention,
            signal=self.signal,
            sort=ApiKeySort(self.sort.removeprefix("-")),
            descending=self.sort.startswith("-"),
            limit=self.limit,
            cursor=self.cursor,
            offset=self.offset,
        )

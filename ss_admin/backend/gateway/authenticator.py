"""Finds out whose key it is: one look-up by the key's digest, made anew for every call, so every change counts at once.

A key that is both disabled and expired is told as disabled: somebody decided that, while time passed by itself; and
the date alone would invite the partner to ask for a later one.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from sqlalchemy import Row, and_, bindparam, select

from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.api_keys.rows import to_rate_limit
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, TombstoneRow
from ss_admin.contract.api_key_format import ApiKeyFault, find_api_key_fault
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, RateLimit
from ss_admin.contract.problems import ProblemCode

__all__ = ["Authenticator", "Caller", "ChainState", "DeletedKeyTried"]

_log = logging.getLogger(__name__)

_API_KEY_FACTS = (
    select(
        ApiKeyRow.id,
        ApiKeyRow.tenant_id,
        ApiKeyRow.name,
        ApiKeyRow.masked_key,
        ApiKeyRow.status,
        ApiKeyRow.expires_at,
        ApiKeyRow.permissions,
        ApiKeyRow.allowed_addresses,
        ApiKeyRow.rate_max_requests,
        ApiKeyRow.rate_window_seconds,
        RuleChainRow.id.label("rulechain_id"),
        RuleChainRow.definition_version,
        RuleChainRow.is_external,
        RuleChainRow.enabled,
    )
    .outerjoin(
        RuleChainRow,
        and_(RuleChainRow.id == bindparam("rulechain_id"), RuleChainRow.tenant_id == ApiKeyRow.tenant_id),
    )
    .where(ApiKeyRow.digest == bindparam("digest"))
)
_TOMBSTONE_FACTS = select(TombstoneRow.api_key_id).where(TombstoneRow.digest == bindparam("digest"))


Networks = tuple[IPv4Network | IPv6Network, ...]

MAX_PARSED_LISTS = 1000


@dataclass(frozen=True, slots=True)
class ChainState:
    """What a call must know of the chain before it is loaded."""

    id: str
    definition_version: int
    is_external: bool
    enabled: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated key, and the chain it called if its tenant has that chain.

    `api_key_name`: the name with the masked key. `rulechain_ids`: the only chains that the key may call, None: all;
    `networks`: the only ones it may be used from, None: everywhere.
    """

    api_key_id: str
    api_key_name: str
    tenant_id: str
    may_write: bool
    rulechain_ids: frozenset[str] | None
    networks: Networks | None
    rate_limit: RateLimit | None
    chain: ChainState | None


class DeletedKeyTried(ProblemError):
    """A deleted key was used: to the partner an unknown one, but the attempt is recorded on its tombstone."""

    def __init__(self, digest: bytes, api_key_id: str) -> None:
        super().__init__(ProblemCode.INVALID_API_KEY, _UNKNOWN_KEY)
        self.digest = digest
        self.api_key_id = api_key_id


_UNKNOWN_KEY = (
    "This API key is not known. It may have been deleted; ask your SignalSync Tenant Administrator for a new one."
)
_DISABLED_KEY = "This API key is disabled. A SignalSync Tenant Administrator can enable it again."
_EMPTY_OR_FOREIGN = (
    "The x-api-key header is empty, or it contains a character outside ASCII such as a typographic quotation mark "
    "or a no-break space. Send exactly the 42 characters that were shown."
)
_SEVERAL = "Several x-api-key headers were sent, or keys were joined by a comma. Send one header with one key."


class Authenticator:
    """Turns the text of an `x-api-key` header into a `Caller`, or raises the `ProblemError` that tells why not."""

    def __init__(self, store: Store, pepper: bytes) -> None:
        self._store = store
        self._pepper = pepper
        # The list itself is read anew with every call; only what it comes to is remembered.
        self._parse_networks = lru_cache(MAX_PARSED_LISTS)(_parse_networks)

    def __repr__(self) -> str:
        return "<Authenticator>"

    def authenticate(self, api_key: str, rulechain_id: str, now: datetime) -> Caller:
        """Who calls. `now`: the wall clock, UTC. Raises `ProblemError` (401) and `StoreUnavailable`."""
        _check_form(api_key)
        digest = api_key_digest(self._pepper, api_key)
        with self._store.reading() as session:
            # Past the mapper: plain columns are all that is asked for, and this is the way of every call.
            connection = session.connection()
            row = connection.execute(_API_KEY_FACTS, {"digest": digest, "rulechain_id": rulechain_id}).one_or_none()
            if row is None:
                deleted_id = connection.execute(_TOMBSTONE_FACTS, {"digest": digest}).scalar_one_or_none()
        if row is None:
            if deleted_id is None:
                raise ProblemError(ProblemCode.INVALID_API_KEY, _UNKNOWN_KEY)
            raise DeletedKeyTried(digest, deleted_id)
        _check_state(row, now)
        return self._caller(row)

    def _caller(self, row: Row[Any]) -> Caller:
        chain = None
        if row.rulechain_id is not None:
            chain = ChainState(row.rulechain_id, row.definition_version, row.is_external, row.enabled)
        rulechain_ids, addresses = row.permissions.get("rulechains"), row.allowed_addresses
        return Caller(
            api_key_id=row.id,
            api_key_name=f"{row.name} ({row.masked_key})",
            tenant_id=row.tenant_id,
            may_write=Entity.WRITE.value in row.permissions.get("entities", ()),
            rulechain_ids=None if rulechain_ids is None else frozenset(rulechain_ids),
            networks=None if addresses is None else self._parse_networks(tuple(addresses)),
            rate_limit=to_rate_limit(row.rate_max_requests, row.rate_window_seconds),
            chain=chain,
        )


def _check_form(api_key: str) -> None:
    fault = find_api_key_fault(api_key)
    if fault is None:
        return
    detail: str = fault.value
    if fault is ApiKeyFault.EMPTY:
        detail = _EMPTY_OR_FOREIGN  # the server hands on a header with other bytes as an empty one
    elif "," in api_key:
        detail = _SEVERAL  # the server joins repeated headers
    raise ProblemError(ProblemCode.MALFORMED_API_KEY, detail)


def _check_state(row: Row[Any], now: datetime) -> None:
    if row.status != ApiKeyStatus.ACTIVE:
        _log.info("a disabled API key was used", extra={"api_key_id": row.id})
        raise ProblemError(ProblemCode.DISABLED_API_KEY, _DISABLED_KEY)
    if row.expires_at is not None and row.expires_at <= now:
        _log.info("an expired API key was used", extra={"api_key_id": row.id})
        moment = row.expires_at.isoformat(timespec="seconds").replace("+00:00", "Z")
        raise ProblemError(
            ProblemCode.EXPIRED_API_KEY,
            f"This API key expired at {moment}. Ask your SignalSync Tenant Administrator for a new one.",
        )


def _parse_networks(texts: tuple[str, ...]) -> Networks:
    return tuple(ip_network(text) for text in texts)

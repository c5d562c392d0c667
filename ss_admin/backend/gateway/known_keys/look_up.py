"""Asks the store for a key by its digest and for a chain by its id: for what this process does not know yet."""

from functools import lru_cache
from ipaddress import ip_network
from sys import intern
from typing import Any

from sqlalchemy import BigInteger, Row, bindparam, select, type_coerce

from ss_admin.backend.api_keys.rows import to_rate_limit
from ss_admin.backend.gateway.known_keys.entries import NEVER_USABLE_US, KnownChain, KnownKey, Networks, no_chain
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, TombstoneRow
from ss_admin.backend.store.types import NEVER_EXPIRES
from ss_admin.contract.api_keys import ApiKeyStatus, Entity

__all__ = ["LookUp"]

_SHARED = 1000  # lists and limits that many keys have alike are kept once

_API_KEY = select(
    ApiKeyRow.id,
    ApiKeyRow.tenant_id,
    ApiKeyRow.name,
    ApiKeyRow.masked_key,
    ApiKeyRow.status,
    type_coerce(ApiKeyRow.expires_at, BigInteger).label("expires_at_us"),
    ApiKeyRow.permissions,
    ApiKeyRow.allowed_addresses,
    ApiKeyRow.rate_max_requests,
    ApiKeyRow.rate_window_seconds,
).where(ApiKeyRow.digest == bindparam("digest"))
_TOMBSTONE = select(TombstoneRow.api_key_id, TombstoneRow.tenant_id, TombstoneRow.name, TombstoneRow.masked_key).where(
    TombstoneRow.digest == bindparam("digest")
)
_CHAIN = select(
    RuleChainRow.tenant_id, RuleChainRow.definition_version, RuleChainRow.is_external, RuleChainRow.enabled
).where(RuleChainRow.id == bindparam("id"))


class LookUp:
    """Two questions to the store; each raises `StoreUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._to_rate_limit = lru_cache(_SHARED)(to_rate_limit)
        self._to_networks = lru_cache(_SHARED)(_to_networks)
        self._to_rulechain_ids = lru_cache(_SHARED)(frozenset[str])

    def find_key(self, digest: bytes) -> KnownKey | None:
        """The key, or what is left of it; None where there never was one."""
        with self._store.reading() as session:
            # Past the mapper: plain columns are all that is asked for.
            connection = session.connection()
            row = connection.execute(_API_KEY, {"digest": digest}).one_or_none()
            if row is not None:
                return self._to_key(row)
            remains = connection.execute(_TOMBSTONE, {"digest": digest}).one_or_none()
        return None if remains is None else _to_deleted_key(remains)

    def find_chain(self, rulechain_id: str) -> KnownChain:
        """The chain; one without a tenant where there is none."""
        with self._store.reading() as session:
            row = session.connection().execute(_CHAIN, {"id": rulechain_id}).one_or_none()
        if row is None:
            return no_chain(rulechain_id)
        return KnownChain(
            rulechain_id,
            intern(row.tenant_id),
            row.definition_version,
            is_external=row.is_external,
            enabled=row.enabled,
        )

    def _to_key(self, row: Row[Any]) -> KnownKey:
        rulechain_ids, addresses = row.permissions.get("rulechains"), row.allowed_addresses
        return KnownKey(
            api_key_id=row.id,
            api_key_name=_name(row.name, row.masked_key),
            tenant_id=intern(row.tenant_id),
            usable_until_us=_usable_until(row),
            was_deleted=False,
            may_write=Entity.WRITE.value in row.permissions.get("entities", ()),
            rulechain_ids=None if rulechain_ids is None else self._to_rulechain_ids(tuple(rulechain_ids)),
            networks=None if addresses is None else self._to_networks(tuple(addresses)),
            rate_limit=self._to_rate_limit(row.rate_max_requests, row.rate_window_seconds),
        )


def _to_deleted_key(row: Row[str, str, str, str]) -> KnownKey:
    return KnownKey(
        api_key_id=row.api_key_id,
        api_key_name=_name(row.name, row.masked_key),
        tenant_id=intern(row.tenant_id),
        usable_until_us=NEVER_USABLE_US,
        was_deleted=True,
        may_write=False,
        rulechain_ids=None,
        networks=None,
        rate_limit=None,
    )


def _usable_until(row: Row[Any]) -> int:
    if row.status != ApiKeyStatus.ACTIVE:
        return NEVER_USABLE_US
    expires_at_us: int = row.expires_at_us
    return NEVER_EXPIRES if expires_at_us == NEVER_EXPIRES else expires_at_us  # the one number for most keys


def _name(name: str, masked_key: str) -> str:
    return f"{name} ({masked_key})"


def _to_networks(texts: tuple[str, ...]) -> Networks:
    return tuple(ip_network(text) for text in texts)

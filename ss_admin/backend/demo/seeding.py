"""Writes the sample data, in one transaction.

All of it but the secrets, and the ids that the chains made in their runs, is the same at every first start.
"""

import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from ss_admin.backend.activity.recording import gather
from ss_admin.backend.api_keys.changes import column_values
from ss_admin.backend.api_keys.digest import DIGEST_LENGTH
from ss_admin.backend.api_keys.scopes import note_rule_chains
from ss_admin.backend.demo.history import SampleEntry, tell_history
from ss_admin.backend.demo.names import TENANTS
from ss_admin.backend.demo.narrowed_keys import narrow_some
from ss_admin.backend.demo.sample_calls import plan_calls, settle_deliveries
from ss_admin.backend.demo.sample_chains import SampleChain, plan_chains
from ss_admin.backend.demo.sample_keys import YEAR, SampleKey, new_id, plan_keys
from ss_admin.backend.demo.sample_watching import CallsAlike, plan_watched_calls
from ss_admin.backend.demo.watched_keys import cast_keys
from ss_admin.backend.housekeeping.refused_calls import KeptRefusals, RefusedCalls
from ss_admin.backend.housekeeping.usage import RefusalBound, SeenAddresses, Usage
from ss_admin.backend.journal.entries import CallEntry
from ss_admin.backend.rule_chains.changes import folded_name
from ss_admin.backend.rule_chains.executions.writing import insert_executions
from ss_admin.backend.store.tables import (
    ApiKeyRow,
    DeliveryRow,
    RuleChainRow,
    RuleChainVersionRow,
    TenantRow,
    TombstoneRow,
    UserRow,
)
from ss_admin.backend.store.types import to_microseconds
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.refusals import REFUSAL_DAYS

__all__ = ["KEYS_PER_TENANT", "is_seeded", "seed"]

KEYS_PER_TENANT: Final = (180, 69)
"""With the key made for sample calls at each start: 250."""

_DELETED_PER_TENANT: Final = (14, 6)
_SEED: Final = 20260214


@dataclass(frozen=True)
class _Tenant:
    id: str
    name: str
    people: tuple[tuple[ObjectRef, Role], ...]

    @property
    def admins(self) -> list[ObjectRef]:
        return [person for person, role in self.people if role is Role.TENANT_ADMIN]

    @property
    def users(self) -> list[ObjectRef]:
        return [person for person, _ in self.people]


def is_seeded(session: Session) -> bool:
    """Whether sample data is there already, from an earlier start with the same folder."""
    return session.scalar(select(TenantRow.id).limit(1)) is not None


def seed(session: Session, now: datetime, *, unusable_password_hash: str) -> None:
    """Fills the empty tables with two tenants, forty people, their keys, their rule chains and a year of history."""
    random = Random(_SEED)  # noqa: S311 - plausible data, no secrets
    began_at = now - YEAR
    # Past the ORM, which leaves out a None that a column's type would turn into a number.
    connection = session.connection()
    for place, (name, people) in enumerate(TENANTS):
        tenant = _Tenant(
            new_id(random), name, tuple((ObjectRef(id=new_id(random), name=person), role) for person, role in people)
        )
        connection.execute(insert(TenantRow), [{"id": tenant.id, "name": name, "created_at": began_at}])
        connection.execute(insert(UserRow), _user_rows(tenant, began_at, unusable_password_hash))
        chains = plan_chains(random, now, tenant.admins)
        _insert_chains(session, tenant, chains)
        planned = plan_keys(
            random,
            now,
            place=place,
            users=tenant.users,
            admins=tenant.admins,
            count=KEYS_PER_TENANT[place],
            gone=_DELETED_PER_TENANT[place],
        )
        keys, parts = cast_keys(narrow_some(planned, chains, now), now)
        _insert_keys(session, tenant, keys)
        calls = plan_calls(random, now, tenant_id=tenant.id, keys=keys, chains=chains)
        _insert_calls(session, random, calls)
        watched = plan_watched_calls(random, now, parts, chains[0].id)
        _insert_use(session, [*map(CallsAlike, calls), *watched], now)
        history = tell_history(random, now, keys, chains, tenant.admins)
        gather(session, _activity_rows(random, tenant, history), announced=False)


def user_name_of(name: str) -> str:
    """`Chloé Dubois` signs in as `chloe.dubois`."""
    plain = unicodedata.normalize("NFKD", name.replace("ı", "i").replace("ł", "l")).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")


def _user_rows(tenant: _Tenant, began_at: datetime, password_hash: str) -> list[dict[str, Any]]:
    return [
        {
            "id": person.id,
            "tenant_id": tenant.id,
            "username": user_name_of(person.name),
            "name": person.name,
            "name_folded": person.name.casefold(),
            "role": role.value,
            "password_hash": password_hash,
            "created_at": began_at,
        }
        for person, role in tenant.people
    ]


def _insert_chains(session: Session, tenant: _Tenant, chains: Sequence[SampleChain]) -> None:
    connection = session.connection()
    connection.execute(insert(RuleChainRow), [_chain_row(tenant, chain) for chain in chains])
    versions = [
        {
            "rulechain_id": chain.id,
            "version": version.number,
            "input_schema": version.settings.input_schema,
            "definition": version.settings.definition,
            "saved_at": version.since,
        }
        for chain in chains
        for version in chain.versions
        if version.number == version.definition_version
    ]
    connection.execute(insert(RuleChainVersionRow), versions)


def _chain_row(tenant: _Tenant, chain: SampleChain) -> dict[str, Any]:
    today = chain.latest
    return {
        **vars(today.settings),
        "id": chain.id,
        "tenant_id": tenant.id,
        "name_folded": folded_name(today.settings.name),
        "created_at": chain.created.since,
        "updated_at": today.since,
        "version": today.number,
        "definition_version": today.definition_version,
    }


def _insert_keys(session: Session, tenant: _Tenant, keys: Sequence[SampleKey]) -> None:
    session.connection().execute(insert(ApiKeyRow), _key_rows(tenant, keys))
    session.connection().execute(insert(TombstoneRow), _tombstone_rows(tenant, keys))
    narrowed = {key.id: key.latest.settings.permissions.rulechains for key in keys if key.deleted_at is None}
    chosen = [key_id for key_id, chains in narrowed.items() if chains]
    for number, key_id in session.execute(select(ApiKeyRow.number, ApiKeyRow.id).where(ApiKeyRow.id.in_(chosen))):
        note_rule_chains(session, number, narrowed[key_id])


def _insert_calls(session: Session, random: Random, calls: Sequence[CallEntry]) -> None:
    """The calls with what they saved and ordered; nothing of it is left to be sent."""
    insert_executions(session, calls)
    settled = settle_deliveries(random, calls)
    if settled:
        one = update(DeliveryRow).where(DeliveryRow.id == bindparam("delivery_id"))
        session.connection().execute(one, settled)


def _insert_use(session: Session, calls: Sequence[CallsAlike], now: datetime) -> None:
    """Counted, and the refused ones kept, by the parts of the housekeeping that do so with partners' calls."""
    usage, refused = Usage(), RefusedCalls()
    first_kept = to_microseconds(now - timedelta(days=REFUSAL_DAYS))
    for call, number in calls:
        usage.add(call, number)
        if call.execution is None and call.at_us >= first_kept:
            refused.add(call)
    usage.write(session.connection(), RefusalBound(), SeenAddresses())
    refused.write(session.connection(), KeptRefusals())


def _key_rows(tenant: _Tenant, keys: Sequence[SampleKey]) -> list[dict[str, Any]]:
    alive = sorted((key for key in keys if key.deleted_at is None), key=lambda key: key.created.since)
    return [
        {
            **column_values(key.latest.settings, key.masked_key),
            "id": key.id,
            "tenant_id": tenant.id,
            # No key has this digest: nobody ever saw the sample keys, so nobody can call with them.
            "digest": secrets.token_bytes(DIGEST_LENGTH),
            "masked_key": key.masked_key,
            "last_used_at": key.last_used_at,
            "last_used_address": key.last_used_address,
            "created_at": key.created.since,
            "created_by_id": key.created.by.id,
            "created_by_name": key.created.by.name,
            "updated_at": key.latest.since,
            "version": len(key.versions),
        }
        for key in alive
    ]


def _tombstone_rows(tenant: _Tenant, keys: Sequence[SampleKey]) -> list[dict[str, Any]]:
    return [
        {
            "digest": secrets.token_bytes(DIGEST_LENGTH),
            "api_key_id": key.id,
            "tenant_id": tenant.id,
            "name": key.latest.settings.name,
            "masked_key": key.masked_key,
            "deleted_by_id": key.created.by.id,
            "deleted_by_name": key.created.by.name,
            "deleted_at": key.deleted_at,
        }
        for key in keys
        if key.deleted_at is not None
    ]


def _activity_rows(random: Random, tenant: _Tenant, history: Sequence[SampleEntry]) -> list[dict[str, Any]]:
    return [
        {
            "id": new_id(random),
            "tenant_id": tenant.id,
            "at": entry.at,
            "action": entry.action.value,
            "actor_id": None if entry.by is None else entry.by.id,
            "actor_name": None if entry.by is None else entry.by.name,
            "address": entry.address,
            "object_id": entry.object_ref.id,
            "object_name": entry.object_ref.name,
            "changes": [change.model_dump(mode="json") for change in entry.changes],
            "request_id": new_id(random),
        }
        for entry in history
    ]

"""Writes the sample data, in one transaction; all of it but the secrets is the same at every first start."""

import json
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from ss_admin.backend.api_keys.changes import column_values
from ss_admin.backend.api_keys.digest import DIGEST_LENGTH
from ss_admin.backend.api_keys.search import sorting_text
from ss_admin.backend.demo.history import SampleEntry, tell_history
from ss_admin.backend.demo.names import TENANTS
from ss_admin.backend.demo.sample_keys import YEAR, SampleKey, new_id, plan_keys
from ss_admin.backend.store.tables import (
    ActivityRow,
    ApiKeyRow,
    RuleChainRow,
    TenantRow,
    TombstoneRow,
    UserRow,
)
from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import ObjectRef
from ss_admin.resource_files import resource_path

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
        connection.execute(insert(RuleChainRow), _rule_chain_rows(random, tenant, now))
        keys = plan_keys(
            random,
            now,
            place=place,
            users=tenant.users,
            admins=tenant.admins,
            count=KEYS_PER_TENANT[place],
            gone=_DELETED_PER_TENANT[place],
        )
        connection.execute(insert(ApiKeyRow), _key_rows(tenant, keys))
        connection.execute(insert(TombstoneRow), _tombstone_rows(tenant, keys))
        history = tell_history(random, now, keys, tenant.admins)
        connection.execute(insert(ActivityRow), _activity_rows(random, tenant, history))


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


def _rule_chain_rows(random: Random, tenant: _Tenant, now: datetime) -> list[dict[str, Any]]:
    rows = []
    for file in sorted(resource_path("sample-chains").glob("*.json")):
        chain = json.loads(file.read_text(encoding="utf-8"))
        changed_at = now - timedelta(days=random.uniform(20, 200))
        rows.append(
            {
                "id": new_id(random),
                "tenant_id": tenant.id,
                "name": chain["name"],
                "name_folded": sorting_text(chain["name"]),
                "description": chain["description"],
                "is_external": chain["is_external"],
                "enabled": chain["enabled"],
                "input_schema": chain["input_schema"],
                "definition": chain["definition"],
                "sample_payload": chain["sample_payload"],
                "created_at": now - YEAR,
                "updated_at": changed_at,
                "version": 1,
            }
        )
    return rows


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

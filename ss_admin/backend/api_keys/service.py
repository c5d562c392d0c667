"""The rules of API keys: every operation is one transaction, and leaves its entry in the audit trail with it."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor, record, record_many
from ss_admin.backend.api_keys.bulk import delete_keys, lock_keys, set_status
from ss_admin.backend.api_keys.changes import (
    KeySettings,
    changed_settings,
    column_values,
    find_changes,
    new_settings,
    settings_of,
)
from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.api_keys.errors import ApiKeyNotFound, UnknownUser, VersionConflict
from ss_admin.backend.api_keys.listing import ApiKeyQuery, list_api_keys
from ss_admin.backend.api_keys.rows import is_well_formed_id, select_api_keys, to_api_key, with_badges
from ss_admin.backend.api_keys.scopes import check_rule_chains, note_rule_chains
from ss_admin.backend.signals.badges import read_badges
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow, UserRow
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.api_keys import (
    ApiKey,
    ApiKeyChange,
    ApiKeyCreated,
    ApiKeyPage,
    ApiKeyStatus,
    BulkDeleted,
    BulkStatusChanged,
    NewApiKey,
)
from ss_admin.contract.documents import ObjectRef

__all__ = ["ApiKeysService"]

Versions = frozenset[int]
"""The versions that an order was made for; None stands for "whichever it is now"."""


class ApiKeysService:
    """Creates, lists, changes and deletes the keys of the actor's tenant. Whether the actor may is asked before."""

    def __init__(self, store: Store, pepper: bytes) -> None:
        self._store = store
        self._pepper = pepper

    def __repr__(self) -> str:
        return "<ApiKeysService>"

    def list_page(self, actor: Actor, query: ApiKeyQuery) -> ApiKeyPage:
        """A page of the tenant's keys. Raises `CursorInvalid`."""
        with self._store.reading() as session:
            if self._store.dialect == "postgresql":
                # A plan made without looking at the values would pass the trigram index by.
                session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))
            return list_api_keys(session, actor.tenant_id, query, _now())

    def get(self, actor: Actor, key_id: str) -> ApiKey:
        """One key. Raises `ApiKeyNotFound`."""
        if not is_well_formed_id(key_id):
            raise ApiKeyNotFound
        query = select_api_keys().where(ApiKeyRow.id == key_id, ApiKeyRow.tenant_id == actor.tenant_id)
        with self._store.reading() as session:
            row = session.execute(query).one_or_none()
            if row is None:
                raise ApiKeyNotFound
            return with_badges(to_api_key(row), read_badges(session, [key_id]))

    def create(self, actor: Actor, order: NewApiKey) -> ApiKeyCreated:
        """A new key, and its secret for this once.

        Raises `UnknownUser`, `UnknownRuleChains`, `ExpiryInThePast` and `SecretInName`.
        """
        now = _now()
        secret = new_api_key()
        masked_key = mask_api_key(secret)
        key_id = str(uuid.uuid4())
        with self._store.writing() as session:
            settings = new_settings(order, _find_user(session, actor.tenant_id, order.user_id), now)
            check_rule_chains(session, actor.tenant_id, settings.permissions.rulechains)
            columns = {
                **column_values(settings, masked_key),
                "id": key_id,
                "tenant_id": actor.tenant_id,
                "digest": api_key_digest(self._pepper, secret),
                "masked_key": masked_key,
                "last_used_at": None,
                "created_at": now,
                "created_by_id": actor.user_id,
                "created_by_name": actor.name,
                "updated_at": now,
                "version": 1,
            }
            session.execute(insert(ApiKeyRow).values(columns))
            row = session.execute(select_api_keys().where(ApiKeyRow.id == key_id)).one()
            note_rule_chains(session, row.number, settings.permissions.rulechains)
            api_key = to_api_key(row)
            _record(session, actor, ActivityAction.API_KEY_CREATED, api_key, find_changes(None, settings))
        return ApiKeyCreated(api_key=api_key, secret=secret)

    def change(self, actor: Actor, key_id: str, change: ApiKeyChange, versions: Versions | None = None) -> ApiKey:
        """The key with the fields changed that were given; one that is so already stays at its version.

        Raises `ApiKeyNotFound`, `VersionConflict`, `UnknownUser`, `UnknownRuleChains`, `ExpiryInThePast` and
        `SecretInName`.
        """
        now = _now()
        with self._store.writing() as session:
            number, api_key = _lock(session, actor, key_id, versions)
            user = api_key.user
            if "user_id" in change.model_fields_set:
                user = _find_user(session, actor.tenant_id, change.user_id)
            before = settings_of(api_key)
            after = changed_settings(before, change, user, now)
            changes = find_changes(before, after)
            if not changes:
                return api_key
            chains_before, chains_after = before.permissions.rulechains, after.permissions.rulechains
            check_rule_chains(session, actor.tenant_id, chains_after, chains_before)
            _store_settings(session, number, api_key, after, now)
            if chains_after != chains_before:
                note_rule_chains(session, number, chains_after)
            _record(session, actor, ActivityAction.API_KEY_CHANGED, api_key, changes)
            return to_api_key(session.execute(select_api_keys().where(ApiKeyRow.number == number)).one())

    def delete(self, actor: Actor, key_id: str, versions: Versions | None = None) -> None:
        """The key is no more; a tombstone tells of it. Raises `ApiKeyNotFound` and `VersionConflict`."""
        with self._store.writing() as session:
            number, api_key = _lock(session, actor, key_id, versions)
            _delete(session, actor, {number: api_key})

    def delete_many(self, actor: Actor, ids: Sequence[str]) -> BulkDeleted:
        """All of the keys or, where it fails, none of them. Ids may repeat."""
        with self._store.writing() as session:
            keys = lock_keys(session, actor.tenant_id, ids)
            _delete(session, actor, keys)
        return BulkDeleted(deleted=len(keys), missing=_missing(ids, keys))

    def set_status_of_many(self, actor: Actor, ids: Sequence[str], status: ApiKeyStatus) -> BulkStatusChanged:
        """Enable or disable all of the keys or, where it fails, none. Those that are so already are not touched."""
        with self._store.writing() as session:
            keys = lock_keys(session, actor.tenant_id, ids)
            changed = {number: key for number, key in keys.items() if key.status is not status}
            set_status(session, changed, status, _now())
            entries = [(_subject(key), _status_change(key, status)) for key in changed.values()]
            record_many(session, actor=actor, action=ActivityAction.API_KEY_CHANGED, entries=entries)
        return BulkStatusChanged(changed=len(changed), missing=_missing(ids, keys))


def _now() -> datetime:
    return datetime.now(UTC)


def _find_user(session: Session, tenant_id: str, user_id: str) -> ObjectRef:
    if is_well_formed_id(user_id):
        query = select(UserRow.name).where(UserRow.id == user_id, UserRow.tenant_id == tenant_id)
        name = session.scalar(query)
        if name is not None:
            return ObjectRef(id=user_id, name=name)
    raise UnknownUser


def _lock(session: Session, actor: Actor, key_id: str, versions: Versions | None) -> tuple[int, ApiKey]:
    for number, api_key in lock_keys(session, actor.tenant_id, [key_id]).items():
        if versions is not None and api_key.version not in versions:
            raise VersionConflict(api_key.version)
        return number, api_key
    raise ApiKeyNotFound


def _store_settings(session: Session, number: int, read: ApiKey, settings: KeySettings, now: datetime) -> None:
    """Write what was made of the version that was read, and only over that version."""
    write = (
        update(ApiKeyRow)
        .where(ApiKeyRow.number == number, ApiKeyRow.version == read.version)
        .values(**column_values(settings, read.masked_key), updated_at=now, version=read.version + 1)
        .returning(ApiKeyRow.number)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(write) is None:
        raise VersionConflict(read.version + 1)


def _delete(session: Session, actor: Actor, keys: dict[int, ApiKey]) -> None:
    delete_keys(session, actor, keys, _now())
    entries = [(_subject(key), find_changes(settings_of(key), None)) for key in keys.values()]
    record_many(session, actor=actor, action=ActivityAction.API_KEY_DELETED, entries=entries)


def _status_change(key: ApiKey, status: ApiKeyStatus) -> Sequence[FieldChange]:
    before = settings_of(key)
    return find_changes(before, replace(before, status=status))


def _missing(ids: Sequence[str], keys: dict[int, ApiKey]) -> list[str]:
    found = {key.id for key in keys.values()}
    return [key_id for key_id in dict.fromkeys(ids) if key_id not in found]


def _record(
    session: Session, actor: Actor, action: ActivityAction, key: ApiKey, changes: Sequence[FieldChange]
) -> None:
    record(session, actor=actor, tenant_id=actor.tenant_id, action=action, object_ref=_subject(key), changes=changes)


def _subject(key: ApiKey) -> ObjectRef:
    """The key as the audit trail names it: with its masked form, since names need not be unique."""
    return ObjectRef(id=key.id, name=f"{key.name} ({key.masked_key})")

"""A tenant with any number of keys, written straight into a database file."""

import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.api_keys.changes import KeySettings, column_values
from ss_admin.backend.settings import Settings, resolve_pepper
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.backend.store.tables import ApiKeyRow, UserRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_key_format import ALPHABET
from ss_admin.contract.api_keys import ApiKeyStatus, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import PASSWORD, cheap_passwords

__all__ = ["USERNAME", "api_key_row", "write_large_tenant"]

USERNAME = "ada.admin"
_PURPOSES = ("Alarm", "Elevator", "Parking", "Lighting", "Metering", "Visitors", "Doors", "Cooling")
_AT_ONCE = 5000


def write_large_tenant(database: Path, keys: int) -> None:
    """Creates the file with one tenant, its administrator (`USERNAME`, `PASSWORD`) and `keys` keys."""
    url = f"sqlite:///{database}"
    resolve_pepper(Settings(_env_file=None, database_url=url))
    store = Store.open(url)
    upgrade(store)
    directory = Directory(store, cheap_passwords())
    tenant = directory.create_tenant("Large Estate")
    directory.create_user(
        tenant=tenant.name, username=USERNAME, name="Ada Admin", role=Role.TENANT_ADMIN, password=PASSWORD
    )
    with store.reading() as session:
        user_id = session.scalars(select(UserRow.id)).one()
    admin, random, now = ObjectRef(id=user_id, name="Ada Admin"), Random(7), datetime.now(UTC)
    with store.writing() as session:
        for begin in range(0, keys, _AT_ONCE):
            rows = [
                api_key_row(random, tenant, admin, now, number) for number in range(begin, min(begin + _AT_ONCE, keys))
            ]
            session.connection().execute(insert(ApiKeyRow), rows)
    store.close()


def api_key_row(random: Random, tenant: ObjectRef, admin: ObjectRef, now: datetime, number: int) -> dict[str, Any]:
    """The columns of a key like those of any other number, with a digest of its own."""
    letters = "".join(random.choices(ALPHABET, k=8))
    masked_key = f"ss_{letters[:4]}…{letters[4:]}"
    created_at = now - timedelta(seconds=random.randrange(86_400, 30_000_000))
    settings = KeySettings(
        name=f"{random.choice(_PURPOSES)} integration {number}",
        user=admin,
        expires_at=None if number % 9 == 0 else now + timedelta(days=random.uniform(-30, 90)),
        rate_limit=RateLimit(),
        permissions=Permissions(),
        status=ApiKeyStatus.DISABLED if number % 11 == 0 else ApiKeyStatus.ACTIVE,
    )
    return {
        **column_values(settings, masked_key),
        "id": str(UUID(int=random.getrandbits(128), version=4)),
        "tenant_id": tenant.id,
        "digest": secrets.token_bytes(32),
        "masked_key": masked_key,
        "last_used_at": None if number % 5 == 0 else now - timedelta(minutes=random.randrange(500_000)),
        "last_used_address": None if number % 5 == 0 else "192.0.2.7",
        "created_at": created_at,
        "created_by_id": admin.id,
        "created_by_name": admin.name,
        "updated_at": created_at,
        "version": 1,
    }

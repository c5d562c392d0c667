"""API keys for tests, put into the store by the thousand and past the service."""

import random
import secrets
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from ss_admin.backend.api_keys.changes import KeySettings, column_values
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef

WORDS = ("building", "alarm", "maintenance", "elevator", "heating", "partner", "sensor", "gateway", "door", "north")
BATCH = 2000


@dataclass(frozen=True)
class Seed:
    """A key as a test wants it."""

    name: str = "Building Alarm"
    user: ObjectRef | None = None
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    status: ApiKeyStatus = ApiKeyStatus.ACTIVE
    entities: Sequence[Entity] = (Entity.READ, Entity.WRITE)
    rulechains: Sequence[str] | None = None
    allowed_addresses: Sequence[str] | None = None
    created_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    masked_key: str | None = None


def plant(store: Store, tenant: ObjectRef, user: ObjectRef, seeds: Iterable[Seed]) -> list[str]:
    """Store the keys as they are told, in one transaction; their ids in the same order."""
    rows = [_row(tenant, user, seed) for seed in seeds]
    with store.writing() as session:
        for start in range(0, len(rows), BATCH):
            session.connection().execute(insert(ApiKeyRow), rows[start : start + BATCH])
    return [row["id"] for row in rows]


def varied_seeds(count: int, *, users: Sequence[ObjectRef] = (), seed: int = 1) -> list[Seed]:
    """Keys in every state, the same for the same `seed`; many sort keys occur more than once."""
    chance = random.Random(seed)
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return [
        Seed(
            name=" ".join(chance.sample(WORDS, 2)).title() + f" {number}",
            user=chance.choice(users) if users else None,
            expires_at=chance.choice([None, now + timedelta(hours=chance.randrange(-2000, 4000))]),
            last_used_at=chance.choice([None, now - timedelta(minutes=chance.randrange(500_000))]),
            status=chance.choice([ApiKeyStatus.ACTIVE] * 9 + [ApiKeyStatus.DISABLED]),
            entities=chance.choice([[Entity.READ], [Entity.WRITE], [Entity.READ, Entity.WRITE]]),
            created_at=now - timedelta(hours=chance.randrange(9000)),
        )
        for number in range(count)
    ]


def _row(tenant: ObjectRef, user: ObjectRef, seed: Seed) -> dict[str, object]:
    masked_key = seed.masked_key or mask_api_key(new_api_key())
    settings = KeySettings(
        name=seed.name,
        user=seed.user or user,
        expires_at=seed.expires_at,
        rate_limit=RateLimit(),
        permissions=Permissions(
            entities=list(seed.entities), rulechains=None if seed.rulechains is None else list(seed.rulechains)
        ),
        status=seed.status,
        allowed_addresses=None if seed.allowed_addresses is None else list(seed.allowed_addresses),
    )
    return {
        **column_values(settings, masked_key),
        "id": str(uuid.uuid4()),
        "tenant_id": tenant.id,
        "digest": secrets.token_bytes(32),
        "masked_key": masked_key,
        "last_used_at": seed.last_used_at,
        "last_used_address": None if seed.last_used_at is None else "203.0.113.7",
        "created_at": seed.created_at,
        "created_by_id": user.id,
        "created_by_name": user.name,
        "updated_at": seed.created_at,
        "version": 1,
    }

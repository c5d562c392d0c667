"""Gives seven of the sample keys a part in what there is to watch: a busy one, one under attack, and so on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ss_admin.backend.api_keys.changes import KeySettings
from ss_admin.backend.demo.names import FROM_THE_ARTICLE
from ss_admin.backend.demo.sample_keys import KeyVersion, SampleKey
from ss_admin.contract.api_keys import ApiKeyStatus, Permissions, RateLimit

__all__ = ["Part", "cast_keys"]

_DAY: Final = timedelta(days=1)


class Part(StrEnum):
    """What a key shows."""

    BUSY = "busy"
    QUIET = "quiet"
    ATTACKED = "attacked"
    CROWDED = "crowded"
    DISABLED = "disabled"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True)
class _Life:
    """Days before now, and days from now on. `used`: how long ago it was used last."""

    created: float
    expires: float
    used: timedelta
    limit: int = 100
    disabled: float | None = None
    deleted: float | None = None


_LIVES: Final = {
    Part.BUSY: _Life(70, 45, timedelta(seconds=40)),
    Part.QUIET: _Life(55, 30, timedelta(hours=5)),
    Part.ATTACKED: _Life(62, 28, timedelta(minutes=3)),
    Part.CROWDED: _Life(40, 80, timedelta(minutes=9), limit=20),
    Part.DISABLED: _Life(80, 60, 3 * _DAY + timedelta(minutes=20), disabled=3),
    Part.EXPIRED: _Life(32, -2, 2 * _DAY + timedelta(minutes=10)),
    Part.DELETED: _Life(75, 15, 4 * _DAY + timedelta(minutes=30), deleted=4),
}


def cast_keys(keys: Sequence[SampleKey], now: datetime) -> tuple[list[SampleKey], dict[Part, SampleKey]]:
    """All keys, those with a part as it wants them; and these by their parts."""
    parts = dict(zip(Part, _fitting(keys), strict=False))
    gone = next(key for key in keys if key.deleted_at is not None)
    cast = {part: _in_its_part(key, _LIVES[part], now) for part, key in (parts | {Part.DELETED: gone}).items()}
    by_id = {key.id: key for key in cast.values()}
    return [by_id.get(key.id, key) for key in keys], cast


def _fitting(keys: Sequence[SampleKey]) -> list[SampleKey]:
    """Six keys that are there and may call any chain from everywhere."""
    free = [
        key
        for key in keys
        if key.deleted_at is None
        and key.latest.settings.permissions == Permissions()
        and key.latest.settings.allowed_addresses is None
        and key.latest.settings.name not in FROM_THE_ARTICLE
    ]
    return free[:6]


def _in_its_part(key: SampleKey, life: _Life, now: datetime) -> SampleKey:
    expires_at = now + life.expires * _DAY
    settings: KeySettings = replace(
        key.latest.settings,
        expires_at=expires_at,
        rate_limit=RateLimit(max_requests=life.limit),
        permissions=Permissions(),
        status=ApiKeyStatus.ACTIVE,
    )
    by = key.created.by
    versions = [KeyVersion(now - life.created * _DAY, by, settings)]
    if life.disabled is not None:
        off = replace(settings, status=ApiKeyStatus.DISABLED)
        versions.append(KeyVersion(now - life.disabled * _DAY, by, off))
    return replace(
        key,
        versions=tuple(versions),
        last_used_at=now - life.used,
        last_used_address=key.last_used_address or "198.51.100.24",
        deleted_at=None if life.deleted is None else now - life.deleted * _DAY,
    )

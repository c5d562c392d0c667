"""Plans the sample keys: every state an administrator meets, in plausible shares. The same at every start."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from ss_admin.backend.api_keys.changes import KeySettings
from ss_admin.backend.demo.names import FROM_THE_ARTICLE, PLACES, PURPOSES
from ss_admin.contract.api_key_format import ALPHABET
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef

__all__ = ["YEAR", "KeyVersion", "SampleKey", "new_id", "plan_keys"]

YEAR: Final = timedelta(days=365)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class KeyVersion:
    """What a key was set to from a moment on, and by whom: the first version is its creation."""

    since: datetime
    by: ObjectRef
    settings: KeySettings


@dataclass(frozen=True)
class SampleKey:
    """A key with its past. `deleted_at`: it is gone, and only its tombstone and its history are left."""

    id: str
    masked_key: str
    versions: tuple[KeyVersion, ...]
    last_used_at: datetime | None
    last_used_address: str | None
    deleted_at: datetime | None

    @property
    def created(self) -> KeyVersion:
        """The first version."""
        return self.versions[0]

    @property
    def latest(self) -> KeyVersion:
        """The version of today, or the last before it was deleted."""
        return self.versions[-1]


def new_id(random: Random) -> str:
    """A UUID that is the same at every start."""
    return str(UUID(int=random.getrandbits(128), version=4))


def plan_keys(
    random: Random, now: datetime, *, place: int, users: list[ObjectRef], admins: list[ObjectRef], count: int, gone: int
) -> list[SampleKey]:
    """`count` keys that are there and `gone` ones that were deleted, for the tenant at `place`."""
    names = [f"{purpose} · {where}" for purpose in PURPOSES for where in PLACES[place]]
    random.shuffle(names)
    # The article's own come first, so that every tenant has them.
    names = [*FROM_THE_ARTICLE, *names][: count + gone]
    planner = _Planner(random, now, users, admins)
    return [planner.plan(name, is_gone=index >= count) for index, name in enumerate(names)]


class _Planner:
    """Draws one key after the other."""

    def __init__(self, random: Random, now: datetime, users: list[ObjectRef], admins: list[ObjectRef]) -> None:
        self._random = random
        self._now = now
        self._users = users
        self._admins = admins

    def plan(self, name: str, *, is_gone: bool) -> SampleKey:
        random, now = self._random, self._now
        created_at, expires_at = self._life()
        deleted_at = created_at + (now - created_at) * random.uniform(0.3, 0.95) if is_gone else None
        until = min(moment for moment in (now, expires_at, deleted_at) if moment is not None)
        is_disabled = not is_gone and random.random() < 0.12
        today = KeySettings(
            name=name,
            user=random.choice(self._users),
            expires_at=expires_at,
            rate_limit=self._rate_limit(),
            permissions=self._permissions(),
            status=ApiKeyStatus.DISABLED if is_disabled else ApiKeyStatus.ACTIVE,
        )
        versions = self._versions(today, created_at, until)
        if is_disabled:
            until = versions[-1].since
        last_used_at = self._last_use(created_at, until)
        return SampleKey(
            id=new_id(random),
            masked_key=self._masked_key(),
            versions=versions,
            last_used_at=last_used_at,
            last_used_address=None if last_used_at is None else self._address(),
            deleted_at=deleted_at,
        )

    def _life(self) -> tuple[datetime, datetime | None]:
        """When it was created and when it expires: never, expired, soon, or later, in that order of thresholds."""
        random, now = self._random, self._now
        draw = random.random()
        if draw < 0.12:
            return now - YEAR * random.uniform(0.05, 0.98), None
        if draw < 0.26:
            policy = random.choice((1, 7, 7, 30, 90)) * _DAY
            expires_at = now - (YEAR - policy) * random.random() ** 2 - timedelta(hours=1)
        elif draw < 0.36:
            policy = random.choice((30, 30, 90)) * _DAY
            expires_at = now + 7 * _DAY * random.uniform(0.02, 0.99)
        else:
            policy = random.choice((30, 30, 30, 90, 90, 90, 180, 365)) * _DAY
            expires_at = now + 8 * _DAY + (policy - 9 * _DAY) * random.random()
        return expires_at - policy, expires_at

    def _rate_limit(self) -> RateLimit | None:
        others = ((1000, 60), (10, 1), (5000, 3600), (20, 60), (50_000, 86_400))
        draw = self._random.random()
        if draw < 0.08:
            return None
        if draw < 0.78:
            return RateLimit()
        requests, seconds = self._random.choice(others)
        return RateLimit(max_requests=requests, window_seconds=seconds)

    def _permissions(self) -> Permissions:
        draw = self._random.random()
        if draw < 0.92:
            return Permissions()
        return Permissions(entities=[Entity.WRITE if draw < 0.96 else Entity.READ])

    def _masked_key(self) -> str:
        letters = "".join(self._random.choices(ALPHABET, k=8))
        return f"ss_{letters[:4]}…{letters[4:]}"

    def _last_use(self, created_at: datetime, until: datetime) -> datetime | None:
        """Never for one key in six; most others were used shortly before now, or before they stopped working."""
        if self._random.random() < 0.16:
            return None
        ago = timedelta(hours=min(self._random.lognormvariate(1.5, 2.6), 24 * 300))
        return max(until - ago, created_at + (until - created_at) * 0.4)

    def _address(self) -> str:
        block = self._random.choice(("192.0.2", "198.51.100", "203.0.113"))  # set aside for examples, RFC 5737
        return f"{block}.{self._random.randint(1, 254)}"

    def _versions(self, today: KeySettings, created_at: datetime, until: datetime) -> tuple[KeyVersion, ...]:
        """The way to today's settings: now and then a key was renamed, its limit raised, or it was off for a while."""
        random = self._random
        states = [today]
        if today.status is ApiKeyStatus.DISABLED:
            states.insert(0, replace(states[0], status=ApiKeyStatus.ACTIVE))
        elif random.random() < 0.1:
            states.insert(0, replace(states[0], status=ApiKeyStatus.DISABLED))
            states.insert(0, today)
        if today.rate_limit not in {None, RateLimit()} and random.random() < 0.7:
            states.insert(0, replace(states[0], rate_limit=RateLimit()))
        if random.random() < 0.2:
            states.insert(0, replace(states[0], name=f"{today.name.partition(' · ')[0]} (new)"))
        moments = sorted(created_at + (until - created_at) * random.uniform(0.05, 0.9) for _ in states[1:])
        return tuple(
            KeyVersion(since, random.choice(self._admins), settings)
            for since, settings in zip([created_at, *moments], states, strict=True)
        )

"""API keys for tests of the list: sample keys, and a client that serves as many of them as a test wants."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.client.errors import ClientError, NotFound, VersionConflict
from ss_admin.contract.accounts import Role, User, UserPage
from ss_admin.contract.api_keys import (
    ApiKey,
    ApiKeyChange,
    ApiKeyPage,
    ApiKeyStatus,
    BulkDeleted,
    BulkStatusChanged,
    ExpiryState,
    Permissions,
    RateLimit,
)
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.problems import Problem, ProblemCode, problem_type
from ss_admin.contract.propagation import Propagation, WorkerSighting
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage
from ss_admin.desktop.moments import expiry_state

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def sample_key(number: int, **changes: object) -> ApiKey:
    """Key `number`; the same number always gives the same key."""
    values: dict[str, object] = {
        "id": f"key-{number}",
        "name": f"Integration {number}",
        "user": ObjectRef(id=f"user-{number % 5}", name=f"Person {number % 5}"),
        "masked_key": f"ss_{number % 10000:04}…abcd",
        "permissions": Permissions(),
        "expires_at": NOW + timedelta(days=42),
        "rate_limit": RateLimit(),
        "status": ApiKeyStatus.ACTIVE,
        "last_used_at": NOW - timedelta(minutes=2),
        "last_used_address": "203.0.113.7",
        "created_at": NOW,
        "created_by": ObjectRef(id="user-0", name="Person 0"),
        "updated_at": NOW,
        "version": 1,
    }
    return ApiKey.model_validate(values | changes)


def problem(code: ProblemCode, status: int) -> Problem:
    """A problem document as the backend sends it."""
    return Problem(
        type=problem_type(code), title="Problem", status=status, detail="No.", code=code, request_id="request-1"
    )


def not_found() -> NotFound:
    """What comes of asking for something that is not there."""
    return NotFound(problem(ProblemCode.NOT_FOUND, 404))


def version_conflict() -> VersionConflict:
    """What comes of changing something that somebody else changed first."""
    return VersionConflict(problem(ProblemCode.VERSION_CONFLICT, 412))


@dataclass(frozen=True)
class Call:
    """One page that was asked for."""

    query: ApiKeyQuery
    limit: int
    cursor: str | None
    offset: int | None


class ManyKeys:
    """As many sample keys as a test wants, each made when it is asked for."""

    def __init__(self, count: int) -> None:
        self._numbers = range(count)
        self._template = sample_key(0)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: slice) -> list[ApiKey]:
        return [
            self._template.model_copy(update={"id": f"key-{number}", "name": f"Integration {number}"})
            for number in self._numbers[place]
        ]


def propagated(api_key_id: str, *after_ms: float | None) -> Propagation:
    """How far a change has come that the servers backend-1, backend-2, … act on after so many milliseconds, or not."""
    workers = [WorkerSighting(worker=f"backend-{number}:4711", after_ms=ms) for number, ms in enumerate(after_ms, 1)]
    times = [ms for ms in after_ms if ms is not None]
    complete = len(times) == len(workers)
    return Propagation(
        api_key_id=api_key_id,
        revision=7,
        changed_at=NOW,
        complete=complete,
        after_ms=max(times, default=None) if complete else None,
        workers=workers,
    )


@dataclass
class SampleApiKeys:
    """Stands in for `ApiKeysClient`: pages over a list of keys in memory, exact and countable.

    `propagations` are given out one by one, and after them that all servers act on the change.
    `hold()` keeps every answer back until `release()`; `fail_with` is raised instead of the next answers.
    """

    keys: list[ApiKey] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    writes: list[tuple[object, ...]] = field(default_factory=list)
    fail_with: ClientError | None = None
    propagations: list[Propagation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    @classmethod
    def of(cls, count: int) -> "SampleApiKeys":
        """A client of `count` sample keys; many are made as they are asked for, and cannot be searched or changed."""
        return cls([sample_key(number) for number in range(count)] if count <= 1_000 else ManyKeys(count))  # type: ignore[arg-type]

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def list_page(
        self, query: ApiKeyQuery, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> ApiKeyPage:
        self.calls.append(Call(query, limit, cursor, offset))
        self._answer()
        narrowed = query.search or query.statuses or query.expiries or query.user_id
        keys = [key for key in self.keys if _matches(key, query)] if narrowed else self.keys
        start = int(cursor) if cursor is not None else offset or 0
        end = min(start + limit, len(keys))
        return ApiKeyPage(items=keys[start:end], next_cursor=str(end) if end < len(keys) else None, total=len(keys))

    def get(self, api_key_id: str) -> ApiKey:
        self._answer()
        return self.keys[self._place(api_key_id)]

    def change(self, api_key_id: str, change: ApiKeyChange, *, version: int | None) -> ApiKey:
        self._answer()
        place = self._place(api_key_id)
        if version is not None and version != self.keys[place].version:
            raise version_conflict()
        given = {name: getattr(change, name) for name in change.model_fields_set}
        self.keys[place] = self.keys[place].model_copy(update={**given, "version": self.keys[place].version + 1})
        self.writes.append(("change", api_key_id))
        return self.keys[place]

    def delete(self, api_key_id: str, *, version: int | None = None) -> None:
        self._answer()
        place = self._place(api_key_id)
        if version is not None and version != self.keys[place].version:
            raise version_conflict()
        self.writes.append(("delete", api_key_id))
        del self.keys[place]

    def bulk_delete(self, ids: Sequence[str]) -> BulkDeleted:
        self._answer()
        self.writes.append(("bulk_delete", tuple(ids)))
        there = {key.id for key in self.keys} & set(ids)
        self.keys = [key for key in self.keys if key.id not in there]
        return BulkDeleted(deleted=len(there), missing=[key_id for key_id in ids if key_id not in there])

    def bulk_status(self, ids: Sequence[str], status: ApiKeyStatus) -> BulkStatusChanged:
        self._answer()
        self.writes.append(("bulk_status", tuple(ids), status))
        there = {key.id for key in self.keys} & set(ids)
        self.keys = [key.model_copy(update={"status": status}) if key.id in there else key for key in self.keys]
        return BulkStatusChanged(changed=len(there), missing=[key_id for key_id in ids if key_id not in there])

    def propagation(self, api_key_id: str) -> Propagation:
        self._answer()
        return self.propagations.pop(0) if self.propagations else propagated(api_key_id, 84)

    def _answer(self) -> None:
        assert self._open.wait(10)
        if self.fail_with is not None:
            raise self.fail_with

    def _place(self, api_key_id: str) -> int:
        for place, key in enumerate(self.keys):
            if key.id == api_key_id:
                return place
        raise not_found()


def _matches(key: ApiKey, query: ApiKeyQuery) -> bool:
    return (
        query.search.casefold() in f"{key.name} {key.user.name} {key.masked_key}".casefold()
        and (not query.statuses or key.status in query.statuses)
        and (not query.expiries or ExpiryState(expiry_state(key.expires_at, NOW)) in query.expiries)
        and query.user_id in {None, key.user.id}
    )


class SampleAccounts:
    """Stands in for `AccountsClient` where people are searched for."""

    def __init__(self, count: int = 200) -> None:
        self.people = [
            User(id=f"user-{number}", username=f"person.{number}", name=f"Person {number}", role=Role.CUSTOMER_USER)
            for number in range(count)
        ]
        self.searches: list[str] = []

    def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
        self.searches.append(search)
        found = [user for user in self.people if search.casefold() in user.name.casefold()]
        start = int(cursor or 0)
        end = start + limit
        return UserPage(items=found[start:end], next_cursor=str(end) if end < len(found) else None, total=len(found))


class SampleRuleChains:
    """Stands in for `RuleChainsClient`."""

    def __init__(self, *chains: RuleChain) -> None:
        self.chains = chains

    def list_page(self, *, limit: int = 100, cursor: str | None = None) -> RuleChainPage:
        return RuleChainPage(items=list(self.chains), next_cursor=None, total=len(self.chains))


def sample_chain(name: str = "Building Alarm", *, is_external: bool = True, enabled: bool = True) -> RuleChain:
    """A rule chain with the article's payload."""
    return RuleChain(
        id="chain-1",
        name=name,
        description="",
        is_external=is_external,
        enabled=enabled,
        endpoint_url="https://api.example.com/rulechains/chain-1/execute",
        sample_payload={"_priority": "Minor", "_description": "It's the ground floor’s alarm."},
        created_at=NOW,
        updated_at=NOW,
        version=1,
        last_run_at=None,
        runs=0,
        success_rate=None,
    )

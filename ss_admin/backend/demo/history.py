"""The sample audit trail: what happened to keys and rule chains, and who signed in, over a year, in order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from ss_admin.backend.api_keys.changes import KeySettings, find_changes
from ss_admin.backend.demo.sample_chains import ChainVersion, SampleChain
from ss_admin.backend.demo.sample_keys import YEAR, SampleKey
from ss_admin.backend.rule_chains.changes import definition_fact
from ss_admin.backend.rule_chains.changes import find_changes as find_chain_changes
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef

__all__ = ["SampleEntry", "tell_history"]


@dataclass(frozen=True)
class SampleEntry:
    """One entry of the audit trail. `by` None: nobody was signed in."""

    at: datetime
    action: ActivityAction
    by: ObjectRef | None
    address: str
    object_ref: ObjectRef
    changes: Sequence[FieldChange] = ()


def tell_history(
    random: Random,
    now: datetime,
    keys: Iterable[SampleKey],
    chains: Iterable[SampleChain],
    admins: list[ObjectRef],
) -> list[SampleEntry]:
    """Everything that happened in one tenant up to `now`, oldest first."""
    addresses = {admin.id: f"192.0.2.{10 + index}" for index, admin in enumerate(admins)}
    entries = [entry for key in keys for entry in _of_key(key, addresses)]
    entries += [entry for chain in chains for entry in _of_chain(chain, addresses)]
    entries += _of_sign_ins(random, now, admins, addresses)
    return sorted(entries, key=lambda entry: entry.at)


def _of_key(key: SampleKey, addresses: dict[str, str]) -> Iterator[SampleEntry]:
    before: KeySettings | None = None
    for version in key.versions:
        action = ActivityAction.API_KEY_CHANGED if before else ActivityAction.API_KEY_CREATED
        told = find_changes(before, version.settings)
        before = version.settings
        yield SampleEntry(
            version.since, action, version.by, addresses[version.by.id], _named(key, version.settings), told
        )
    if key.deleted_at is not None and before is not None:
        by = key.created.by
        told = find_changes(before, None)
        yield SampleEntry(
            key.deleted_at, ActivityAction.API_KEY_DELETED, by, addresses[by.id], _named(key, before), told
        )


def _named(key: SampleKey, settings: KeySettings) -> ObjectRef:
    return ObjectRef(id=key.id, name=f"{settings.name} ({key.masked_key})")


def _of_chain(chain: SampleChain, addresses: dict[str, str]) -> Iterator[SampleEntry]:
    """A graph is tried out before it takes the place of another one."""
    before: ChainVersion | None = None
    for version in chain.versions:
        old = before.settings if before else None
        numbers = (before.definition_version if before else 0, version.definition_version)
        told = find_chain_changes(old, version.settings, numbers)
        named = ObjectRef(id=chain.id, name=version.settings.name)
        address = addresses[version.by.id]
        if before is not None and numbers[0] != numbers[1]:
            tried = definition_fact(version.settings.definition, None)
            outcome = [
                FieldChange(field="outcome", before=None, after="succeeded"),
                FieldChange(field="definition", before=None, after=tried),
            ]
            tried_at = version.since - timedelta(minutes=4)
            yield SampleEntry(tried_at, ActivityAction.RULE_CHAIN_TESTED, version.by, address, named, outcome)
        action = ActivityAction.RULE_CHAIN_CHANGED if before else ActivityAction.RULE_CHAIN_CREATED
        before = version
        yield SampleEntry(version.since, action, version.by, address, named, told)


def _of_sign_ins(
    random: Random, now: datetime, admins: list[ObjectRef], addresses: dict[str, str]
) -> Iterator[SampleEntry]:
    """Administrators sign in on some working days; now and then somebody mistypes the password first."""
    day = now - YEAR
    while day < now - timedelta(days=1):
        day += timedelta(days=random.choice((1, 2, 3)))
        if day.weekday() > 4:
            continue
        admin = random.choice(admins)
        at = day.replace(hour=7, minute=0) + timedelta(minutes=random.uniform(0, 300))
        if at >= now:
            return
        address = addresses[admin.id]
        if random.random() < 0.06:
            failed_at = at - timedelta(seconds=20)
            yield SampleEntry(failed_at, ActivityAction.SIGN_IN_FAILED, None, address, admin)
        yield SampleEntry(at, ActivityAction.SIGNED_IN, admin, address, admin)
        if random.random() < 0.5:
            left_at = min(at + timedelta(minutes=random.uniform(5, 200)), now)
            yield SampleEntry(left_at, ActivityAction.SIGNED_OUT, admin, address, admin)

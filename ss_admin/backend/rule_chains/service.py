"""The rules of rule chains: everything is checked before it is stored, and each change leaves its audit entry.

What takes time, checking a definition and running a trial, happens while no transaction is open. A change is written
only over the version that it was checked against; where somebody was faster, it is made again from what is there now.
"""

import uuid
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.rule_chains.changes import (
    ChainSettings,
    changed_settings,
    find_changes,
    find_settings_faults,
    folded_name,
    new_settings,
    settings_of,
)
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.errors import RuleChainUnfit, RuleChainVersionConflict
from ss_admin.backend.rule_chains.listing import list_rule_chains, list_scoped_keys
from ss_admin.backend.rule_chains.outbox.signature import signing_secret
from ss_admin.backend.rule_chains.rows import find_chain, find_chain_name, to_rule_chain_detail
from ss_admin.backend.rule_chains.statistics import ChainRuns, runs_of_chains
from ss_admin.backend.rule_chains.trials import try_chain
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import RuleChainDayRow, RuleChainRow, RuleChainVersionRow
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.rule_chains import (
    ChainTest,
    ChainTestResult,
    NewRuleChain,
    RuleChainChange,
    RuleChainDetail,
    RuleChainPage,
    ScopedKeyPage,
    SigningSecret,
)

__all__ = ["RuleChainsService", "load_chain"]

EXECUTION_DAYS = 30
CHANGE_ATTEMPTS = 10

Versions = frozenset[int]
"""The versions that an order was made for; None stands for "whichever it is now"."""


class RuleChainsService:
    """Creates, lists, changes, tries and deletes the chains of the actor's tenant.

    Whether the actor may is asked before.
    `execution_days`: how long executions are kept, which is what “last run” and “success rate” are about.
    `endpoint_base`: the base of the URL that partners call.
    """

    def __init__(
        self, store: Store, pepper: bytes, runners: ApartRunners, *, execution_days: int = EXECUTION_DAYS
    ) -> None:
        self._store = store
        self._pepper = pepper
        self._runners = runners
        self._days = execution_days

    def __repr__(self) -> str:
        return "<RuleChainsService>"

    def list_page(
        self,
        actor: Actor,
        *,
        endpoint_base: str,
        search: str = "",
        limit: int,
        cursor: str | None = None,
        offset: int = 0,
    ) -> RuleChainPage:
        """A page of the tenant's chains by name; `search`: part of a name. Raises `CursorInvalid`."""
        with self._store.reading() as session:
            return list_rule_chains(
                session,
                actor.tenant_id,
                search=search,
                limit=limit,
                cursor=cursor,
                offset=offset,
                endpoint_base=endpoint_base,
                days=self._days,
            )

    def get(self, actor: Actor, rulechain_id: str, *, endpoint_base: str) -> RuleChainDetail:
        """One chain, whole. Raises `RuleChainNotFound`."""
        with self._store.reading() as session:
            return self._detail(session, find_chain(session, actor.tenant_id, rulechain_id), endpoint_base)

    def create(self, actor: Actor, order: NewRuleChain, *, endpoint_base: str) -> RuleChainDetail:
        """A new chain. Raises `RuleChainUnfit` with all that is wrong with it, and `RunnersBusy`."""
        now = datetime.now(UTC)
        settings = new_settings(order)
        self._refuse_faults(None, settings)
        rulechain_id = str(uuid.uuid4())
        with self._store.writing() as session:
            values = {"id": rulechain_id, "tenant_id": actor.tenant_id, "created_at": now, "definition_version": 1}
            session.execute(insert(RuleChainRow).values(**values, **_columns(settings, now), version=1))
            _keep_version(session, rulechain_id, 1, settings, now)
            row = find_chain(session, actor.tenant_id, rulechain_id)
            _record(session, actor, ActivityAction.RULE_CHAIN_CREATED, row, find_changes(None, settings, (0, 1)))
            return to_rule_chain_detail(row, endpoint_base, ChainRuns())

    def change(
        self,
        actor: Actor,
        rulechain_id: str,
        change: RuleChainChange,
        versions: Versions | None = None,
        *,
        endpoint_base: str,
    ) -> RuleChainDetail:
        """The chain with the fields changed that were given; one that is so already stays at its version.

        Raises `RuleChainNotFound`, `RuleChainVersionConflict`, `RuleChainUnfit` and `RunnersBusy`.
        """
        for _ in range(CHANGE_ATTEMPTS):
            with self._store.reading() as session:
                seen = find_chain(session, actor.tenant_id, rulechain_id)
                _check_version(seen, versions)
                before, after = settings_of(seen), changed_settings(settings_of(seen), change)
                if not find_changes(before, after, (0, 0)):
                    return self._detail(session, seen, endpoint_base)
            self._refuse_faults(before, after)
            with self._store.writing() as session:
                row = find_chain(session, actor.tenant_id, rulechain_id, lock=True)
                if row.version == seen.version:
                    row = _store_change(session, actor, row, after)
                    return self._detail(session, row, endpoint_base)
        raise RuleChainVersionConflict(row.version)

    def delete(self, actor: Actor, rulechain_id: str, versions: Versions | None = None) -> None:
        """The chain is no more, with its versions and counters; keys narrowed to it stay narrowed.

        Its executions stay until they are too old. Raises `RuleChainNotFound` and `RuleChainVersionConflict`.
        """
        with self._store.writing() as session:
            row = find_chain(session, actor.tenant_id, rulechain_id, lock=True)
            _check_version(row, versions)
            changes = find_changes(settings_of(row), None, (row.definition_version, 0))
            _record(session, actor, ActivityAction.RULE_CHAIN_DELETED, row, changes)
            # The chain goes last: from then on the transaction holds the turn to change anything at all, and whoever
            # counts calls for a day may be waiting for a key that the next one in turn has locked.
            session.execute(delete(RuleChainDayRow).where(RuleChainDayRow.rulechain_id == rulechain_id))
            session.execute(delete(RuleChainRow).where(RuleChainRow.id == rulechain_id).execution_options(**_UNSYNCED))

    def test(self, actor: Actor, rulechain_id: str, order: ChainTest) -> ChainTestResult:
        """A trial run, without effects. Raises `RuleChainNotFound`, `RuleChainUnfit` for a draft, `RunnersBusy`."""
        return try_chain(self._store, self._runners, actor, rulechain_id, order)

    def list_scoped_keys(
        self, actor: Actor, rulechain_id: str, *, limit: int, cursor: str | None = None, offset: int = 0
    ) -> ScopedKeyPage:
        """The keys narrowed to rule chains, this one among them. Raises `RuleChainNotFound` and `CursorInvalid`."""
        with self._store.reading() as session:
            find_chain_name(session, actor.tenant_id, rulechain_id)
            return list_scoped_keys(session, actor.tenant_id, rulechain_id, limit=limit, cursor=cursor, offset=offset)

    def show_signing_secret(self, actor: Actor, rulechain_id: str) -> SigningSecret:
        """What signs the chain's webhooks; that it was looked at is recorded. Raises `RuleChainNotFound`."""
        with self._store.writing() as session:
            row = find_chain(session, actor.tenant_id, rulechain_id)
            _record(session, actor, ActivityAction.SIGNING_SECRET_SHOWN, row)
            return SigningSecret(secret=signing_secret(self._pepper, row.id, row.signing_generation))

    def replace_signing_secret(self, actor: Actor, rulechain_id: str) -> SigningSecret:
        """Another secret, which signs from now on, also what waits to be sent. Raises `RuleChainNotFound`."""
        with self._store.writing() as session:
            row = find_chain(session, actor.tenant_id, rulechain_id, lock=True)
            row.signing_generation += 1
            _record(session, actor, ActivityAction.SIGNING_SECRET_REPLACED, row)
            return SigningSecret(secret=signing_secret(self._pepper, row.id, row.signing_generation))

    def _detail(self, session: Session, row: RuleChainRow, endpoint_base: str) -> RuleChainDetail:
        runs = runs_of_chains(session, [row.id], self._days)
        return to_rule_chain_detail(row, endpoint_base, runs.get(row.id, ChainRuns()))

    def _refuse_faults(self, before: ChainSettings | None, after: ChainSettings) -> None:
        faults = find_settings_faults(before, after)
        if before is None or not before.runs_like(after):
            faults += self._runners.check(after.input_schema, after.definition)
        if faults:
            raise RuleChainUnfit(faults)


def load_chain(session: Session, rulechain_id: str) -> RuleChainRow | None:
    """The whole chain, whatever its tenant: whoever asks has checked that already."""
    return session.get(RuleChainRow, rulechain_id)


_UNSYNCED = {"synchronize_session": False}


def _columns(settings: ChainSettings, now: datetime) -> dict[str, object]:
    return {**asdict(settings), "name_folded": folded_name(settings.name), "updated_at": now}


def _check_version(row: RuleChainRow, versions: Versions | None) -> None:
    if versions is not None and row.version not in versions:
        raise RuleChainVersionConflict(row.version)


def _store_change(session: Session, actor: Actor, row: RuleChainRow, after: ChainSettings) -> RuleChainRow:
    """Write `after` over the locked row and record what differs; the row as it is then."""
    now, before, version = datetime.now(UTC), settings_of(row), row.version + 1
    definition_version = row.definition_version if before.runs_like(after) else version
    # Given to the row itself, {"x": true} would not be written over {"x": 1}, since Python takes them for equal.
    write = update(RuleChainRow).where(RuleChainRow.id == row.id).values(**_columns(after, now), version=version)
    session.execute(write.values(definition_version=definition_version).execution_options(**_UNSYNCED))
    if definition_version == version:
        _keep_version(session, row.id, version, after, now)
    changes = find_changes(before, after, (row.definition_version, definition_version))
    _record(session, actor, ActivityAction.RULE_CHAIN_CHANGED, row, changes)
    session.flush()
    session.refresh(row)
    return row


def _keep_version(session: Session, rulechain_id: str, version: int, settings: ChainSettings, now: datetime) -> None:
    session.execute(
        insert(RuleChainVersionRow).values(
            rulechain_id=rulechain_id,
            version=version,
            input_schema=settings.input_schema,
            definition=settings.definition,
            saved_at=now,
        )
    )


def _record(
    session: Session, actor: Actor, action: ActivityAction, row: RuleChainRow, changes: Sequence[FieldChange] = ()
) -> None:
    subject = ObjectRef(id=row.id, name=row.name)
    record(session, actor=actor, tenant_id=actor.tenant_id, action=action, object_ref=subject, changes=changes)

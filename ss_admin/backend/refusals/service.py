"""Answers why a call was refused: by its request id, or for the last calls with a key that somebody pasted."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.refusals.causes import SUCCEEDED, explain_call
from ss_admin.backend.refusals.evidence import (
    ChainFacts,
    KeyFacts,
    find_chain,
    find_key,
    name_chains,
    read_hour,
)
from ss_admin.backend.refusals.findings import explain_key, explain_no_key
from ss_admin.backend.refusals.pasted import read_pasted_key
from ss_admin.backend.refusals.refused_call import RefusedCall
from ss_admin.backend.refusals.request_ids import given_out_at, nothing_found, read_request_id
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ExecutionRow, RefusalRow
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.problems import ProblemCode
from ss_admin.contract.refusals import REFUSALS_A_MINUTE, KeyFinding, Refusal, RefusalAnswer, RefusalQuestion

__all__ = ["RefusalsService"]

REFUSALS_OF_A_KEY = 20
_MILLISECOND = timedelta(milliseconds=1)
_MINUTE = timedelta(minutes=1)
_FAILED_STATUS = 500


class RefusalsService:
    """Tells of the calls of the actor's tenant. Whether the actor may ask is settled before.

    A call whose key is not known belongs to no tenant: whoever has its request id is told of it.
    """

    def __init__(self, store: Store, pepper: bytes) -> None:
        self._store = store
        self._pepper = pepper

    def __repr__(self) -> str:
        return "<RefusalsService>"

    def explain(self, actor: Actor, question: RefusalQuestion) -> RefusalAnswer:
        """The answer; a pasted key that is found leaves its entry in the audit trail."""
        if question.api_key is not None:
            return self._explain_key(actor, question.api_key.get_secret_value())
        request_id = read_request_id(question.request_id or "")
        now = datetime.now(UTC)
        with self._store.reading() as session:
            lookups = _Lookups(session, actor.tenant_id, now)
            call = None if request_id is None else _find_call(lookups, request_id)
            if call is not None:
                return RefusalAnswer(finding=None, refusals=[_refusal(call)])
            note = nothing_found(request_id, now, is_flooded=_is_flooded(lookups, request_id))
        return RefusalAnswer(finding=None, refusals=[], note=note)

    def _explain_key(self, actor: Actor, text: str) -> RefusalAnswer:
        pasted = read_pasted_key(text)
        if pasted.fault is not None:
            return RefusalAnswer(finding=_finding(None, *explain_no_key(pasted)), refusals=[])
        now = datetime.now(UTC)
        with self._store.reading() as session:
            lookups = _Lookups(session, actor.tenant_id, now)
            key = find_key(session, actor.tenant_id, now, digest=api_key_digest(self._pepper, pasted.text))
            calls = [] if key is None else _last_calls(lookups, key)
        if key is None:
            return RefusalAnswer(finding=_finding(None, *explain_no_key(pasted)), refusals=[])
        subject = ObjectRef(id=key.ref.id, name=f"{key.ref.name} ({key.ref.masked_key})")
        with self._store.writing() as session:
            record(
                session,
                actor=actor,
                tenant_id=actor.tenant_id,
                action=ActivityAction.API_KEY_LOOKED_UP,
                object_ref=subject,
            )
        cause, advice = explain_key(key, pasted, now, explain_call(calls[0]) if calls else None)
        return RefusalAnswer(finding=_finding(key, cause, advice), refusals=[_refusal(call) for call in calls])


@dataclass
class _Lookups:
    """What is asked of the store for one question; each chain and each key once."""

    session: Session
    tenant_id: str
    now: datetime

    def __post_init__(self) -> None:
        self._chains: dict[str, ChainFacts] = {}

    def chain(self, chain_id: str | None) -> ChainFacts | None:
        if chain_id is None:
            return None
        if chain_id not in self._chains:
            self._chains[chain_id] = find_chain(self.session, self.tenant_id, chain_id)
        return self._chains[chain_id]

    def names(self, key: KeyFacts | None, at: datetime) -> dict[str, str]:
        """Of the chains that the key was narrowed to at that time."""
        permissions = {} if key is None else key.past.value_at("permissions", at, key.permissions) or {}
        return name_chains(self.session, self.tenant_id, permissions.get("rulechains") or ())


def _find_call(lookups: _Lookups, request_id: str) -> RefusedCall | None:
    """The call, if it is one of the tenant's or of nobody's."""
    row = lookups.session.scalar(select(RefusalRow).where(RefusalRow.request_id == request_id))
    if row is None:
        return _find_run(lookups, request_id)
    if row.api_key_id is None:
        return _refused_call(lookups, row, None)
    key = find_key(lookups.session, lookups.tenant_id, lookups.now, key_id=row.api_key_id)
    return None if key is None else _refused_call(lookups, row, key)


def _find_run(lookups: _Lookups, request_id: str) -> RefusedCall | None:
    """A call that reached its chain stands among the executions, at the moment that its request id tells."""
    at = given_out_at(request_id)
    if at is None:
        return None
    query = select(
        ExecutionRow.id,
        ExecutionRow.at,
        ExecutionRow.address,
        ExecutionRow.api_key_id,
        ExecutionRow.rulechain_id,
        ExecutionRow.outcome,
        ExecutionRow.error,
        ExecutionRow.failed_node_id,
    ).where(
        ExecutionRow.at >= at,
        ExecutionRow.at < at + _MILLISECOND,
        ExecutionRow.request_id == request_id,
        ExecutionRow.tenant_id == lookups.tenant_id,
    )
    row = lookups.session.execute(query.limit(1)).one_or_none()
    if row is None:
        return None
    has_failed = row.error is not None
    return RefusedCall(
        request_id=request_id,
        at=row.at,
        status=_FAILED_STATUS if has_failed else 200,
        code=ProblemCode.RULECHAIN_FAILED.value if has_failed else SUCCEEDED,
        detail="",
        address=row.address,
        now=lookups.now,
        key=find_key(lookups.session, lookups.tenant_id, lookups.now, key_id=row.api_key_id),
        chain=lookups.chain(row.rulechain_id),
        execution_id=row.id,
        error=row.error,
        failed_node_id=row.failed_node_id,
    )


def _last_calls(lookups: _Lookups, key: KeyFacts) -> list[RefusedCall]:
    query = select(RefusalRow).where(RefusalRow.api_key_id == key.ref.id).order_by(RefusalRow.at.desc())
    rows = lookups.session.scalars(query.limit(REFUSALS_OF_A_KEY)).all()
    return [_refused_call(lookups, row, key) for row in rows]


def _refused_call(lookups: _Lookups, row: RefusalRow, key: KeyFacts | None) -> RefusedCall:
    is_limited = key is not None and row.code == ProblemCode.RATE_LIMITED
    is_denied = row.code == ProblemCode.PERMISSION_DENIED
    return RefusedCall(
        request_id=row.request_id,
        at=row.at,
        status=row.status,
        code=row.code,
        detail=row.detail,
        address=row.address,
        now=lookups.now,
        key=key,
        chain=lookups.chain(row.rulechain_id),
        hour=read_hour(lookups.session, key.ref.id, row.at) if key is not None and is_limited else None,
        chain_names=lookups.names(key, row.at) if is_denied else {},
    )


def _is_flooded(lookups: _Lookups, request_id: str | None) -> bool:
    """Whether in the call's minute as much is kept of a key of the tenant, or of an address, as ever is."""
    at = None if request_id is None else given_out_at(request_id)
    if at is None:
        return False
    begin = at.replace(second=0, microsecond=0)
    query = (
        select(RefusalRow.api_key_id)
        .where(RefusalRow.at >= begin, RefusalRow.at < begin + _MINUTE)
        .group_by(RefusalRow.api_key_id, RefusalRow.address)
        .having(func.count() >= REFUSALS_A_MINUTE)
    )
    keys = set(lookups.session.scalars(query.limit(100)))
    return any(
        key_id is None or find_key(lookups.session, lookups.tenant_id, lookups.now, key_id=key_id) for key_id in keys
    )


def _refusal(call: RefusedCall) -> Refusal:
    explanation = explain_call(call)
    has_chain = call.chain is not None and call.chain.name is not None
    return Refusal(
        request_id=call.request_id,
        at=call.at,
        status=call.status,
        code=call.code,
        detail=call.detail,
        address=call.address,
        api_key=None if call.key is None else call.key.ref,
        rulechain=ObjectRef(id=call.chain.id, name=call.chain.name or "") if call.chain and has_chain else None,
        cause=explanation.cause,
        advice=explanation.advice,
    )


def _finding(key: KeyFacts | None, cause: str, advice: str) -> KeyFinding:
    return KeyFinding(api_key=None if key is None else key.ref, cause=cause, advice=advice)

"""Reads rule chains: a tenant's list for its administrators, and a chain's stored form for the gateway."""

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session, defer

from ss_admin.backend.activity.service import Actor
from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import RuleChainRow
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage

__all__ = ["RuleChainNotFound", "RuleChainsService", "load_chain"]


class RuleChainNotFound(Exception):
    """There is no such rule chain in the tenant."""


class RuleChainsService:
    """What administrators see of rule chains. `endpoint_base`: the base of the URL that partners call."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self, actor: Actor, *, endpoint_base: str, limit: int, cursor: str | None = None, offset: int = 0
    ) -> RuleChainPage:
        """A page of the actor's tenant, by name. Raises `CursorInvalid`."""
        query = select(RuleChainRow).where(RuleChainRow.tenant_id == actor.tenant_id)
        if cursor is not None:
            after = decode_cursor(cursor, str, str)
            query = query.where(tuple_(RuleChainRow.name_folded, RuleChainRow.id) > after)
        query = query.order_by(RuleChainRow.name_folded, RuleChainRow.id).options(*_UNSEEN)
        count = select(func.count()).select_from(RuleChainRow).where(RuleChainRow.tenant_id == actor.tenant_id)
        with self._store.reading() as session:
            total = session.scalar(count) or 0
            rows = session.scalars(query.offset(offset).limit(limit + 1)).all()
        page = rows[:limit]
        more = len(rows) > limit
        return RuleChainPage(
            items=[_document(row, endpoint_base) for row in page],
            next_cursor=encode_cursor(page[-1].name_folded, page[-1].id) if more else None,
            total=total,
        )

    def get(self, actor: Actor, rulechain_id: str, *, endpoint_base: str) -> RuleChain:
        """One chain of the actor's tenant. Raises `RuleChainNotFound`."""
        query = select(RuleChainRow).where(RuleChainRow.id == rulechain_id, RuleChainRow.tenant_id == actor.tenant_id)
        with self._store.reading() as session:
            row = session.scalar(query.options(*_UNSEEN))
        if row is None:
            raise RuleChainNotFound
        return _document(row, endpoint_base)


_UNSEEN = (defer(RuleChainRow.input_schema), defer(RuleChainRow.definition))


def load_chain(session: Session, rulechain_id: str) -> RuleChainRow | None:
    """The whole chain, whatever its tenant: whoever asks has checked that already."""
    return session.get(RuleChainRow, rulechain_id)


def _document(row: RuleChainRow, endpoint_base: str) -> RuleChain:
    return RuleChain(
        id=row.id,
        name=row.name,
        description=row.description,
        is_external=row.is_external,
        enabled=row.enabled,
        endpoint_url=f"{endpoint_base}/rulechains/{row.id}/execute",
        sample_payload=row.sample_payload,
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
        last_run_at=None,
        runs=0,
        success_rate=None,
    )

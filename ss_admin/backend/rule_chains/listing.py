"""The list of a tenant's chains and of the keys narrowed to one of them: searching, and keyset cursors."""

import unicodedata

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session, defer

from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.rule_chains.changes import folded_name
from ss_admin.backend.rule_chains.rows import to_rule_chain
from ss_admin.backend.rule_chains.statistics import ChainRuns, runs_of_chains
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, ScopedKeyRow
from ss_admin.contract.rule_chains import RuleChainPage, ScopedKey, ScopedKeyPage

__all__ = ["list_rule_chains", "list_scoped_keys"]

_UNSEEN = (defer(RuleChainRow.input_schema), defer(RuleChainRow.definition))


def list_rule_chains(
    session: Session,
    tenant_id: str,
    *,
    search: str,
    limit: int,
    cursor: str | None,
    offset: int,
    endpoint_base: str,
    days: int,
) -> RuleChainPage:
    """A page of the tenant's chains by name. Raises `CursorInvalid`."""
    conditions = _conditions(tenant_id, search)
    query = select(RuleChainRow).where(*conditions)
    if cursor is not None:
        query = query.where(tuple_(RuleChainRow.name_folded, RuleChainRow.id) > decode_cursor(cursor, str, str))
    query = query.order_by(RuleChainRow.name_folded, RuleChainRow.id).options(*_UNSEEN)
    rows = session.scalars(query.offset(offset).limit(limit + 1)).all()
    page, more = rows[:limit], len(rows) > limit
    runs = runs_of_chains(session, [row.id for row in page], days)
    return RuleChainPage(
        items=[to_rule_chain(row, endpoint_base, runs.get(row.id, ChainRuns())) for row in page],
        next_cursor=encode_cursor(page[-1].name_folded, page[-1].id) if more else None,
        total=session.scalar(select(func.count()).select_from(RuleChainRow).where(*conditions)) or 0,
    )


def list_scoped_keys(
    session: Session, tenant_id: str, rulechain_id: str, *, limit: int, cursor: str | None, offset: int
) -> ScopedKeyPage:
    """A page of the keys that are narrowed to rule chains, this one among them, by name. Raises `CursorInvalid`."""
    conditions = (ScopedKeyRow.rulechain_id == rulechain_id, ApiKeyRow.tenant_id == tenant_id)
    narrowed = ApiKeyRow.number == ScopedKeyRow.api_key_number
    columns = (ApiKeyRow.id, ApiKeyRow.name, ApiKeyRow.masked_key, ApiKeyRow.name_folded, ApiKeyRow.number)
    query = select(*columns).join(ScopedKeyRow, narrowed).where(*conditions)
    if cursor is not None:
        query = query.where(tuple_(ApiKeyRow.name_folded, ApiKeyRow.number) > decode_cursor(cursor, str, int))
    query = query.order_by(ApiKeyRow.name_folded, ApiKeyRow.number)
    rows = session.execute(query.offset(offset).limit(limit + 1)).all()
    page, more = rows[:limit], len(rows) > limit
    count = select(func.count()).select_from(ApiKeyRow).join(ScopedKeyRow, narrowed).where(*conditions)
    return ScopedKeyPage(
        items=[ScopedKey(id=row.id, name=row.name, masked_key=row.masked_key) for row in page],
        next_cursor=encode_cursor(page[-1].name_folded, page[-1].number) if more else None,
        total=session.scalar(count) or 0,
    )


def _conditions(tenant_id: str, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [RuleChainRow.tenant_id == tenant_id]
    wanted = folded_name(unicodedata.normalize("NFC", search.strip()))
    if wanted:
        conditions.append(RuleChainRow.name_folded.contains(wanted, autoescape=True, escape="\\"))
    return conditions

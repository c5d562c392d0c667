"""From a row of the table to the rule chain as administrators see it, and how a tenant's chain is found."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from ss_admin.backend.rule_chains.errors import RuleChainNotFound
from ss_admin.backend.rule_chains.statistics import ChainRuns
from ss_admin.backend.store.tables import RuleChainRow
from ss_admin.contract.rule_chains import RuleChain, RuleChainDetail

__all__ = ["endpoint_url", "find_chain", "find_chain_name", "to_rule_chain", "to_rule_chain_detail"]


def find_chain(session: Session, tenant_id: str, rulechain_id: str, *, lock: bool = False) -> RuleChainRow:
    """The tenant's chain, whole; with `lock` nobody else changes it before the transaction ends.

    Raises `RuleChainNotFound`.
    """
    query = select(RuleChainRow).where(RuleChainRow.id == rulechain_id, RuleChainRow.tenant_id == tenant_id)
    row = session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise RuleChainNotFound
    return row


def find_chain_name(session: Session, tenant_id: str, rulechain_id: str) -> str:
    """The name of the tenant's chain, where it only must be there. Raises `RuleChainNotFound`."""
    of_tenant = (RuleChainRow.id == rulechain_id, RuleChainRow.tenant_id == tenant_id)
    name = session.scalar(select(RuleChainRow.name).where(*of_tenant))
    if name is None:
        raise RuleChainNotFound
    return name


def endpoint_url(endpoint_base: str, rulechain_id: str) -> str:
    """The URL that partners call."""
    return f"{endpoint_base}/rulechains/{rulechain_id}/execute"


def to_rule_chain(row: RuleChainRow, endpoint_base: str, runs: ChainRuns) -> RuleChain:
    """The chain as the list shows it; schema and definition of the row are not touched."""
    return RuleChain(
        id=row.id,
        name=row.name,
        description=row.description,
        is_external=row.is_external,
        enabled=row.enabled,
        endpoint_url=endpoint_url(endpoint_base, row.id),
        sample_payload=row.sample_payload,
        created_at=row.created_at,
        updated_at=row.updated_at,
        version=row.version,
        last_run_at=runs.last_run_at,
        runs=runs.runs,
        success_rate=runs.success_rate,
    )


def to_rule_chain_detail(row: RuleChainRow, endpoint_base: str, runs: ChainRuns) -> RuleChainDetail:
    """The chain with all that an editor needs."""
    listed = to_rule_chain(row, endpoint_base, runs)
    return RuleChainDetail(
        **dict(listed),
        input_schema=row.input_schema,
        definition=row.definition,
        definition_version=row.definition_version,
    )

"""The rule chains that keys are narrowed to: checked when an administrator names them, and noted from chain to key."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from ss_admin.backend.api_keys.errors import UnknownRuleChains
from ss_admin.backend.api_keys.rows import is_well_formed_id
from ss_admin.backend.store.tables import RuleChainRow, ScopedKeyRow

__all__ = ["check_rule_chains", "note_rule_chains"]


def check_rule_chains(
    session: Session, tenant_id: str, wanted: Sequence[str] | None, known: Collection[str] | None = None
) -> None:
    """Raises `UnknownRuleChains` for ids in `wanted` that are no chains of the tenant.

    Those that the key was narrowed to before (`known`) may stay although their chain is gone: without them the key
    could do more, or could not be changed at all.
    """
    new = {rulechain_id for rulechain_id in wanted or () if rulechain_id not in (known or ())}
    if not new:
        return
    query = select(RuleChainRow.id).where(
        RuleChainRow.tenant_id == tenant_id, RuleChainRow.id.in_(filter(is_well_formed_id, new))
    )
    missing = new.difference(session.scalars(query))
    if missing:
        raise UnknownRuleChains(index for index, rulechain_id in enumerate(wanted or ()) if rulechain_id in missing)


def note_rule_chains(session: Session, number: int, rulechain_ids: Sequence[str] | None) -> None:
    """Let the table from chains to keys say what the key's permissions say. `number`: the key's row."""
    session.execute(delete(ScopedKeyRow).where(ScopedKeyRow.api_key_number == number))
    if rulechain_ids:
        rows = [{"rulechain_id": rulechain_id, "api_key_number": number} for rulechain_id in rulechain_ids]
        session.execute(insert(ScopedKeyRow), rows)

"""Trial runs: a chain, or a draft of one, run apart and without its effects, and told node by node."""

from typing import Any

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.rule_chains.changes import definition_fact
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.runs import ChainSource, PayloadMismatch, RuleChainFailed
from ss_admin.backend.rule_chains.errors import RuleChainUnfit
from ss_admin.backend.rule_chains.rows import find_chain
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import RuleChainRow
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.rule_chains import ChainTest, ChainTestOutcome, ChainTestResult

__all__ = ["try_chain"]


def try_chain(
    store: Store, runners: ApartRunners, actor: Actor, rulechain_id: str, order: ChainTest
) -> ChainTestResult:
    """Run the chain, or what the order puts in its place, on the payload; that it was tried stands in the audit trail.

    No transaction is open while it runs. Raises `RuleChainNotFound`, `RuleChainUnfit` for a draft, `RunnersBusy`.
    """
    with store.reading() as session:
        row = find_chain(session, actor.tenant_id, rulechain_id)
    source = _source(row, order)
    is_draft = order.input_schema is not None or order.definition is not None
    if is_draft and (faults := runners.check(source.input_schema, source.definition)):
        raise RuleChainUnfit(faults)
    result = _run(runners, source, order.payload)
    fact = definition_fact(source.definition, None if is_draft else row.definition_version)
    with store.writing() as session:
        record(
            session,
            actor=actor,
            tenant_id=actor.tenant_id,
            action=ActivityAction.RULE_CHAIN_TESTED,
            object_ref=ObjectRef(id=row.id, name=row.name),
            changes=[
                FieldChange(field="outcome", before=None, after=result.outcome.value),
                FieldChange(field="definition", before=None, after=fact),
            ],
        )
    return result


def _source(row: RuleChainRow, order: ChainTest) -> ChainSource:
    return ChainSource(
        version=row.definition_version,
        input_schema=row.input_schema if order.input_schema is None else order.input_schema,
        definition=row.definition if order.definition is None else order.definition,
    )


def _run(runners: ApartRunners, source: ChainSource, payload: dict[str, Any]) -> ChainTestResult:
    try:
        run = runners.execute(source, payload, trace=True, effects=False)
    except PayloadMismatch as mismatch:
        return ChainTestResult(
            outcome=ChainTestOutcome.PAYLOAD_MISMATCH,
            result=None,
            error=None,
            failed_node_id=None,
            faults=mismatch.faults,
            trace=[],
            duration_ms=0.0,
        )
    except RuleChainFailed as failure:
        return ChainTestResult(
            outcome=ChainTestOutcome.FAILED,
            result=None,
            error=failure.message,
            failed_node_id=failure.node_id,
            faults=[],
            trace=list(failure.trace),
            duration_ms=failure.duration_ms,
        )
    return ChainTestResult(
        outcome=ChainTestOutcome.SUCCEEDED,
        result=run.result,
        error=None,
        failed_node_id=None,
        faults=[],
        trace=list(run.trace),
        duration_ms=run.duration_ms,
    )

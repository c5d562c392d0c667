"""Rule chains on the wire: the chain as listed, and the answer that a partner's call gets."""

from typing import Any, Literal

from ss_admin.contract.documents import Document, Page, UtcInstant

__all__ = ["ExecutionAnswer", "RuleChain", "RuleChainPage"]


class RuleChain(Document):
    """A rule chain as an administrator sees it. Partners can call it while it is external and enabled."""

    id: str
    name: str
    description: str
    is_external: bool
    enabled: bool
    endpoint_url: str
    sample_payload: dict[str, Any]
    updated_at: UtcInstant


RuleChainPage = Page[RuleChain]


class ExecutionAnswer(Document):
    """What a partner gets for a call that succeeded. `duration_ms`: the chain's own run, in milliseconds."""

    execution_id: str
    rulechain_id: str
    status: Literal["succeeded"]
    result: dict[str, Any]
    duration_ms: float

"""Executions on the wire: what became of each call that reached a rule chain, and of the effects it had."""

from enum import StrEnum
from typing import Any

from ss_admin.contract.documents import Document, ObjectRef, Page, UtcInstant
from ss_admin.contract.rule_chains import NodeTrace

__all__ = [
    "Delivery",
    "DeliveryStatus",
    "Execution",
    "ExecutionDetail",
    "ExecutionOutcome",
    "ExecutionPage",
    "SavedRecord",
]


class ExecutionOutcome(StrEnum):
    """How the chain ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Execution(Document):
    """One run of a chain for a partner. `api_key`: id and name with the masked key, as at the time of the call."""

    id: str
    rulechain_id: str
    at: UtcInstant
    outcome: ExecutionOutcome
    api_key: ObjectRef
    address: str
    request_id: str
    duration_ms: float
    error: str | None
    failed_node_id: str | None


ExecutionPage = Page[Execution]


class DeliveryStatus(StrEnum):
    """Where a webhook stands. `given_up`: refused, or not taken within 24 hours."""

    PENDING = "pending"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


class Delivery(Document):
    """A webhook of an execution. `id` is the delivery id that the receiver sees, the same on each attempt.

    `last_error`: why the last attempt failed or why it was given up; `next_attempt_at` null: there will be none.
    """

    id: str
    node_id: str
    node_name: str
    url: str
    status: DeliveryStatus
    attempts: int
    created_at: UtcInstant
    next_attempt_at: UtcInstant | None
    delivered_at: UtcInstant | None
    last_status: int | None
    last_error: str | None


class SavedRecord(Document):
    """A document that an execution saved into one of the tenant's collections."""

    id: str
    collection: str
    node_id: str
    document: Any
    created_at: UtcInstant


class ExecutionDetail(Execution):
    """An execution as it is opened. `trace` is kept for failed ones; `definition` is the graph that ran."""

    input: dict[str, Any]
    result: dict[str, Any] | None
    trace: list[NodeTrace]
    definition: dict[str, Any]
    records: list[SavedRecord]
    deliveries: list[Delivery]

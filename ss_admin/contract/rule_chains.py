"""Rule chains on the wire: the chain as listed and as edited, its trial runs, and what a partner's call gets."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from ss_admin.contract.documents import (
    ChangeRequest,
    Document,
    Label,
    Page,
    Request,
    UtcInstant,
    refuse_unprintable,
)
from ss_admin.contract.problems import FieldFault

__all__ = [
    "ChainTest",
    "ChainTestOutcome",
    "ChainTestResult",
    "ExecutionAnswer",
    "NewRuleChain",
    "NodeTrace",
    "RuleChain",
    "RuleChainChange",
    "RuleChainDetail",
    "RuleChainPage",
    "ScopedKey",
    "ScopedKeyPage",
    "SigningSecret",
]

DESCRIPTION_MAX_CHARACTERS = 2000
JsonObject = dict[str, Any]


def _trimmed_description(text: str) -> str:
    return refuse_unprintable(text.strip(), except_for="\n\t")


Description = Annotated[
    str, Field(strict=True, max_length=DESCRIPTION_MAX_CHARACTERS), AfterValidator(_trimmed_description)
]
"""What a chain is for; empty, or up to 2,000 characters over several lines."""


class RuleChain(Document):
    """A rule chain as the list shows it. Partners can call it while it is external and enabled.

    `last_run_at` null: never run within the time that executions are kept. `success_rate`: the share of those runs
    that succeeded, 0 to 1; null without runs. `version` counts every change (it is the ETag).
    """

    id: str
    name: str
    description: str
    is_external: bool
    enabled: bool
    endpoint_url: str
    sample_payload: JsonObject
    created_at: UtcInstant
    updated_at: UtcInstant
    version: int
    last_run_at: UtcInstant | None
    runs: int
    success_rate: float | None


RuleChainPage = Page[RuleChain]


class RuleChainDetail(RuleChain):
    """A rule chain with all that an editor needs.

    `input_schema`: JSON Schema 2020-12; `definition`: a decision graph in the JSON that GoRules' editor reads.
    `definition_version` is the `version` at which either of the two last changed.
    """

    input_schema: JsonObject
    definition: JsonObject
    definition_version: int


class NewRuleChain(Request):
    """The order to create a chain. It begins internal; everything is checked before it is stored."""

    name: Label
    description: Description = ""
    is_external: Annotated[bool, Field(strict=True)] = False
    enabled: Annotated[bool, Field(strict=True)] = True
    input_schema: JsonObject
    definition: JsonObject
    sample_payload: JsonObject = Field(default_factory=dict)


class RuleChainChange(ChangeRequest):
    """A change to a chain: fields not given stay."""

    name: Label = ""
    description: Description = ""
    is_external: Annotated[bool, Field(strict=True)] = False
    enabled: Annotated[bool, Field(strict=True)] = False
    input_schema: JsonObject = Field(default_factory=dict)
    definition: JsonObject = Field(default_factory=dict)
    sample_payload: JsonObject = Field(default_factory=dict)


class ScopedKey(Document):
    """An API key that is narrowed to rule chains, this one among them."""

    id: str
    name: str
    masked_key: str


ScopedKeyPage = Page[ScopedKey]


class SigningSecret(Document):
    """What signs the chain's webhooks: the key of HMAC-SHA256 over the raw body. Shown on demand, never logged."""

    secret: Annotated[str, Field(repr=False)]


class ChainTest(Request):
    """The order to run a chain on `payload` without its effects.

    `input_schema` and `definition` stand in for the stored ones where they are given, so that a change can be tried
    before it is saved.
    """

    payload: JsonObject
    input_schema: JsonObject | None = None
    definition: JsonObject | None = None


class ChainTestOutcome(StrEnum):
    """How a trial run ended. `payload_mismatch`: the chain did not run, see `faults`."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    PAYLOAD_MISMATCH = "payload_mismatch"


class NodeTrace(Document):
    """What one node got and gave. `order` counts from 0 as they ran; `output` is null for a node that failed.

    `error`: why it failed, for the administrator. `effect`: what a node with an effect did, or would have done
    outside a trial run, in words. `branches`: of a switch, the ids of those that it took; null for all other nodes.
    """

    node_id: str
    name: str
    kind: str
    order: int
    input: Any
    output: Any
    duration_ms: float | None
    error: str | None = None
    effect: str | None = None
    branches: list[str] | None = None


class ChainTestResult(Document):
    """What a trial run gave. `error` and `failed_node_id` tell of a chain that failed."""

    outcome: ChainTestOutcome
    result: JsonObject | None
    error: str | None
    failed_node_id: str | None
    faults: list[FieldFault]
    trace: list[NodeTrace]
    duration_ms: float


class ExecutionAnswer(Document):
    """What a partner gets for a call that succeeded. `duration_ms`: the chain's own run, in milliseconds."""

    execution_id: str
    rulechain_id: str
    status: Literal["succeeded"]
    result: JsonObject
    duration_ms: float

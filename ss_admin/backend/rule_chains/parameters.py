"""The parameters of the routes about rule chains and their executions: which one is meant, and which of a list."""

from pydantic import BaseModel, Field

from ss_admin.backend.paging import PageQuery
from ss_admin.contract.documents import SearchText, UtcInstant
from ss_admin.contract.executions import ExecutionOutcome

__all__ = ["ExecutionPath", "ExecutionQuery", "RuleChainPath", "RuleChainQuery"]


class RuleChainPath(BaseModel):
    """Which rule chain."""

    rulechain_id: str = Field(max_length=64, description="the rule chain's `id`")


class RuleChainQuery(PageQuery):
    """Which rule chains to list, and which page of them."""

    search: SearchText = Field(default="", repr=False, description="part of a name, in upper or lower case")


class ExecutionPath(RuleChainPath):
    """Which execution of which rule chain."""

    execution_id: str = Field(max_length=64, description="the execution's `id`")


class ExecutionQuery(PageQuery):
    """Which executions to list, and which page of them."""

    outcome: ExecutionOutcome | None = Field(default=None, description="only those that ended so")
    api_key_id: str | None = Field(default=None, min_length=1, max_length=64, description="only calls with this key")
    since: UtcInstant | None = Field(default=None, description="only those at this moment or later")
    until: UtcInstant | None = Field(default=None, description="only those before this moment")

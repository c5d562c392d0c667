"""Executions: what became of the calls that reached a rule chain."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.client.connection import Connection, path_segment
from ss_admin.contract.documents import utc_text
from ss_admin.contract.executions import ExecutionDetail, ExecutionOutcome, ExecutionPage

__all__ = ["ExecutionQuery", "ExecutionsClient"]


@dataclass(frozen=True)
class ExecutionQuery:
    """Which executions are asked for; None filters nothing. `since` is within, `until` is not, both with a zone."""

    outcome: ExecutionOutcome | None = None
    api_key_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def to_params(self) -> dict[str, str | int | None]:
        """The query parameters, moments in RFC 3339 and UTC."""
        return {
            "outcome": self.outcome.value if self.outcome else None,
            "api_key_id": self.api_key_id,
            "since": _instant(self.since),
            "until": _instant(self.until),
        }


class ExecutionsClient:
    """The executions of a chain of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(
        self,
        rule_chain_id: str,
        query: ExecutionQuery,
        *,
        limit: int = 100,
        cursor: str | None = None,
        offset: int | None = None,
    ) -> ExecutionPage:
        """One page, newest first: the first, the one at `cursor`, or the one `offset` rows down (one of the two)."""
        params = {**query.to_params(), "limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", _path(rule_chain_id), params=params).read_as(ExecutionPage)

    def get(self, rule_chain_id: str, execution_id: str) -> ExecutionDetail:
        """One execution with its input, what came of it and its effects. Raises `NotFound`."""
        path = f"{_path(rule_chain_id)}/{path_segment(execution_id)}"
        return self._connection.request("GET", path).read_as(ExecutionDetail)


def _path(rule_chain_id: str) -> str:
    return f"/api/v1/rulechains/{path_segment(rule_chain_id)}/executions"


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)

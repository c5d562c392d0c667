"""Rule chains: list and read."""

from ss_admin.client.connection import Connection, path_segment
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage

__all__ = ["RuleChainsClient"]

_CHAINS = "/api/v1/rulechains"


class RuleChainsClient:
    """The rule chains of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(self, *, limit: int = 100, cursor: str | None = None) -> RuleChainPage:
        """One page of the list, by name."""
        params = {"limit": limit, "cursor": cursor}
        return self._connection.request("GET", _CHAINS, params=params).read_as(RuleChainPage)

    def get(self, rule_chain_id: str) -> RuleChain:
        """One rule chain. Raises `NotFound`."""
        return self._connection.request("GET", f"{_CHAINS}/{path_segment(rule_chain_id)}").read_as(RuleChain)

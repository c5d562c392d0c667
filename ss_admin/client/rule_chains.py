"""Rule chains: list, read, create, change, delete, try out, the keys narrowed to one, and its signing secret."""

from ss_admin.client.connection import Connection, path_segment, version_header
from ss_admin.client.errors import OutcomeUnknown, ServerUnreachable
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.rule_chains import (
    ChainTest,
    ChainTestResult,
    NewRuleChain,
    RuleChainChange,
    RuleChainDetail,
    RuleChainPage,
    ScopedKeyPage,
    SigningSecret,
)

__all__ = ["RuleChainsClient"]

_CHAINS = "/api/v1/rulechains"


class RuleChainsClient:
    """The rule chains of the signed-in person's tenant. Every method raises `ClientError`s.

    Where a method takes `version`, the server refuses (`VersionConflict`) if the chain has another one by now;
    None overrides whatever is there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(
        self, *, search: str = "", limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> RuleChainPage:
        """One page of the list, by name: the first, the one at `cursor`, or the one `offset` rows down (not both).

        `search` looks in the name; a whole API key that was typed into it is masked before it is sent.
        """
        params = {
            "search": mask_api_keys_within(search.strip()) or None,
            "limit": limit,
            "cursor": cursor,
            "offset": offset,
        }
        return self._connection.request("GET", _CHAINS, params=params).read_as(RuleChainPage)

    def get(self, rule_chain_id: str) -> RuleChainDetail:
        """One rule chain with its input schema and definition. Raises `NotFound`."""
        return self._connection.request("GET", _path(rule_chain_id)).read_as(RuleChainDetail)

    def create(self, order: NewRuleChain) -> RuleChainDetail:
        """Creates a chain. Raises `ValidationFailed` with every fault of it, and `OutcomeUnknown`."""
        return self._connection.request("POST", _CHAINS, body=order).read_as(RuleChainDetail)

    def change(self, rule_chain_id: str, change: RuleChainChange, *, version: int | None) -> RuleChainDetail:
        """Changes the fields that `change` gives, and gives back the whole chain.

        Raises `NotFound`, `VersionConflict`, `ValidationFailed` and `OutcomeUnknown`.
        """
        return self._connection.request(
            "PATCH", _path(rule_chain_id), body=change, headers=version_header(version)
        ).read_as(RuleChainDetail)

    def delete(self, rule_chain_id: str, *, version: int | None = None) -> None:
        """Deletes a chain for good. Raises `NotFound`, `VersionConflict` and `OutcomeUnknown`."""
        self._connection.request("DELETE", _path(rule_chain_id), headers=version_header(version))

    def test(self, rule_chain_id: str, order: ChainTest) -> ChainTestResult:
        """Runs the chain, or the draft that the order holds, without its effects.

        Raises `ValidationFailed` for a draft that could not be saved, `NotFound` and `ServerUnavailable`; never
        `OutcomeUnknown`, since a trial leaves nothing behind.
        """
        try:
            return self._connection.request("POST", f"{_path(rule_chain_id)}/test", body=order).read_as(ChainTestResult)
        except OutcomeUnknown as unknown:
            raise ServerUnreachable(unknown.reason) from unknown

    def scoped_keys(
        self, rule_chain_id: str, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> ScopedKeyPage:
        """The API keys that are narrowed to rule chains, this one among them, a page at a time, by name."""
        params = {"limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", f"{_path(rule_chain_id)}/api-keys", params=params).read_as(ScopedKeyPage)

    def signing_secret(self, rule_chain_id: str) -> SigningSecret:
        """What signs the chain's webhooks. That it was looked at stands in the activity list."""
        try:
            return self._connection.request("POST", f"{_path(rule_chain_id)}/signing-secret").read_as(SigningSecret)
        except OutcomeUnknown as unknown:
            raise ServerUnreachable(unknown.reason) from unknown

    def replace_signing_secret(self, rule_chain_id: str) -> SigningSecret:
        """Makes a new signing secret; the one before signs nothing from then on. Raises `OutcomeUnknown`."""
        path = f"{_path(rule_chain_id)}/signing-secret/replace"
        return self._connection.request("POST", path).read_as(SigningSecret)


def _path(rule_chain_id: str) -> str:
    return f"{_CHAINS}/{path_segment(rule_chain_id)}"

"""A key's history of use: its calls over time and the addresses that they came from."""

from ss_admin.client.connection import Connection, path_segment
from ss_admin.contract.usage import ApiKeyAddresses, ApiKeyUsage, UsageSpan

__all__ = ["UsageClient"]


class UsageClient:
    """The use of the keys of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def usage(self, api_key_id: str, span: UsageSpan = UsageSpan.DAY) -> ApiKeyUsage:
        """The key's calls in the last day, week or month. Raises `NotFound`."""
        params = {"span": span.value}
        return self._connection.request("GET", f"{_path(api_key_id)}/usage", params=params).read_as(ApiKeyUsage)

    def addresses(self, api_key_id: str) -> ApiKeyAddresses:
        """The last addresses that the key's calls came from. Raises `NotFound`."""
        return self._connection.request("GET", f"{_path(api_key_id)}/addresses").read_as(ApiKeyAddresses)


def _path(api_key_id: str) -> str:
    return f"/api/v1/api-keys/{path_segment(api_key_id)}"

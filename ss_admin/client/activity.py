"""The audit trail: who did what to which key, and when."""

from ss_admin.client.connection import Connection
from ss_admin.contract.activity import ActivityPage

__all__ = ["ActivityClient"]


class ActivityClient:
    """The audit trail of the signed-in person's tenant, newest first. Raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(self, *, limit: int = 100, cursor: str | None = None, offset: int | None = None) -> ActivityPage:
        """One page: the first, the one at `cursor`, or the one `offset` entries down (one of the two)."""
        params = {"limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", "/api/v1/activity", params=params).read_as(ActivityPage)

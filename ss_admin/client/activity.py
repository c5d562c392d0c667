"""The audit trail: who did what to which key, and when; the people and the objects in it, and the whole as CSV."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.client.connection import Connection
from ss_admin.contract.activity import ActivityAction, ActivityObjectPage, ActivityPage, ActivityPeoplePage
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.documents import utc_text

__all__ = ["ActivityClient", "ActivityQuery"]

_ACTIVITY = "/api/v1/activity"


@dataclass(frozen=True)
class ActivityQuery:
    """Which entries to show; None and an empty set filter nothing.

    `search` looks in the object's name, where the masked form of a key stands too. `since` is the first moment and
    `until` the first that is not meant any more. `tenant_id` is for Cloud Administrators.
    """

    actor_id: str | None = None
    object_id: str | None = None
    actions: frozenset[ActivityAction] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    tenant_id: str | None = None

    def to_params(self) -> dict[str, str | int | None]:
        """The query parameters. A whole API key that was typed into the search is masked before it is sent."""
        return {
            "actor_id": self.actor_id,
            "object_id": self.object_id,
            "action": ",".join(sorted(self.actions)) or None,
            "since": _moment(self.since),
            "until": _moment(self.until),
            "search": mask_api_keys_within(self.search.strip()) or None,
            "tenant_id": self.tenant_id,
        }


class ActivityClient:
    """The audit trail of the signed-in person's tenant, newest first. Raises `ClientError`s.

    A Cloud Administrator reads those of all tenants.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(
        self,
        query: ActivityQuery | None = None,
        *,
        limit: int = 100,
        cursor: str | None = None,
        offset: int | None = None,
    ) -> ActivityPage:
        """One page: the first, the one at `cursor`, or the one `offset` entries down (one of the two)."""
        params = {**(query or ActivityQuery()).to_params(), "limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", _ACTIVITY, params=params).read_as(ActivityPage)

    def export(self, query: ActivityQuery | None = None) -> bytes:
        """All entries that `query` lets through as CSV (UTF-8 with BOM), newest first; itself an entry of the trail.

        Raises `ValidationFailed` where they are more than `EXPORT_MAX_ENTRIES`.
        """
        params = (query or ActivityQuery()).to_params()
        return self._connection.request("GET", f"{_ACTIVITY}/export", params=params).read_file("text/csv")

    def people(self, search: str = "", *, limit: int = 100, cursor: str | None = None) -> ActivityPeoplePage:
        """Who appears in the trail, by name; `search`: part of a name."""
        params = {"search": search.strip() or None, "limit": limit, "cursor": cursor}
        return self._connection.request("GET", f"{_ACTIVITY}/people", params=params).read_as(ActivityPeoplePage)

    def objects(self, search: str = "", *, limit: int = 100, cursor: str | None = None) -> ActivityObjectPage:
        """What something was done to, last touched first, be it gone or not; `search`: part of its name."""
        params = {"search": mask_api_keys_within(search.strip()) or None, "limit": limit, "cursor": cursor}
        return self._connection.request("GET", f"{_ACTIVITY}/objects", params=params).read_as(ActivityObjectPage)


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else utc_text(moment)

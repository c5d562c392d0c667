"""API keys: list, read, create, change, delete, and the bulk actions."""

from collections.abc import Sequence
from dataclasses import dataclass

from ss_admin.client.connection import Connection, path_segment, version_header
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.api_keys import (
    ApiKey,
    ApiKeyChange,
    ApiKeyCreated,
    ApiKeyPage,
    ApiKeySort,
    ApiKeyStatus,
    BulkDelete,
    BulkDeleted,
    BulkStatusChange,
    BulkStatusChanged,
    ExpiryState,
    NewApiKey,
)
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE
from ss_admin.contract.propagation import Propagation
from ss_admin.contract.signals import SignalKind

__all__ = ["ApiKeyQuery", "ApiKeysClient"]

_KEYS = "/api/v1/api-keys"


@dataclass(frozen=True)
class ApiKeyQuery:
    """What the list shows and in which order. An empty set of statuses or expiries filters nothing.

    `attention`: only keys with an open signal; `signal`: with one of this kind.
    """

    search: str = ""
    statuses: frozenset[ApiKeyStatus] = frozenset()
    expiries: frozenset[ExpiryState] = frozenset()
    user_id: str | None = None
    attention: bool = False
    signal: SignalKind | None = None
    sort: ApiKeySort = ApiKeySort.CREATED_AT
    descending: bool = True

    def to_params(self) -> dict[str, str | int | None]:
        """The query parameters. A whole API key that was typed into the search is masked before it is sent."""
        return {
            "search": mask_api_keys_within(self.search.strip()) or None,
            "status": ",".join(sorted(self.statuses)) or None,
            "expiry": ",".join(sorted(self.expiries)) or None,
            "user_id": self.user_id,
            "attention": "true" if self.attention else None,
            "signal": self.signal.value if self.signal else None,
            "sort": f"{'-' if self.descending else ''}{self.sort.value}",
        }


class ApiKeysClient:
    """The keys of the signed-in person's tenant. Every method raises `ClientError`s.

    Where a method takes `version`, the server refuses (`VersionConflict`) if the key has another one by now;
    None overrides whatever is there.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def list_page(
        self, query: ApiKeyQuery, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> ApiKeyPage:
        """One page of the list: the first, the one at `cursor`, or the one `offset` rows down (one of the two)."""
        params = {**query.to_params(), "limit": limit, "cursor": cursor, "offset": offset}
        return self._connection.request("GET", _KEYS, params=params).read_as(ApiKeyPage)

    def get(self, api_key_id: str) -> ApiKey:
        """One key. Raises `NotFound`."""
        return self._connection.request("GET", _path(api_key_id)).read_as(ApiKey)

    def create(self, order: NewApiKey) -> ApiKeyCreated:
        """Creates a key; the answer alone holds the secret.

        Raises `ValidationFailed`, and `OutcomeUnknown`: then the list tells whether the key was made, but its
        secret is lost and it should be deleted.
        """
        return self._connection.request("POST", _KEYS, body=order).read_as(ApiKeyCreated)

    def change(self, api_key_id: str, change: ApiKeyChange, *, version: int | None) -> ApiKey:
        """Changes the fields that `change` gives, and gives back the whole key.

        Raises `NotFound`, `VersionConflict`, `ValidationFailed` and `OutcomeUnknown`.
        """
        return self._connection.request(
            "PATCH", _path(api_key_id), body=change, headers=version_header(version)
        ).read_as(ApiKey)

    def delete(self, api_key_id: str, *, version: int | None = None) -> None:
        """Deletes a key for good. Raises `NotFound`, `VersionConflict` and `OutcomeUnknown`."""
        self._connection.request("DELETE", _path(api_key_id), headers=version_header(version))

    def propagation(self, api_key_id: str) -> Propagation:
        """How far the key's last change has come, be it its deletion. Raises `NotFound`."""
        return self._connection.request("GET", f"{_path(api_key_id)}/propagation").read_as(Propagation)

    def inventory(self) -> bytes:
        """Every key of the tenant with its settings, as a CSV file (UTF-8 with a BOM); no secrets. It is audited."""
        return self._file("inventory", "text/csv")

    def expiries(self) -> bytes:
        """The expiries that are to come, as an iCalendar file (UTF-8). It is audited."""
        return self._file("expiries", "text/calendar")

    def bulk_delete(self, ids: Sequence[str]) -> BulkDeleted:
        """Deletes up to 10,000 keys in one transaction; ids that are not there are counted, not refused."""
        order = BulkDelete(ids=list(ids))
        return self._connection.request("POST", f"{_KEYS}/bulk-delete", body=order).read_as(BulkDeleted)

    def bulk_status(self, ids: Sequence[str], status: ApiKeyStatus) -> BulkStatusChanged:
        """Enables or disables up to 10,000 keys in one transaction."""
        order = BulkStatusChange(ids=list(ids), status=status)
        return self._connection.request("POST", f"{_KEYS}/bulk-status", body=order).read_as(BulkStatusChanged)

    def _file(self, name: str, media_type: str) -> bytes:
        headers = {"Accept": f"{media_type}, {PROBLEM_MEDIA_TYPE}"}
        return self._connection.request("GET", f"{_KEYS}/{name}", headers=headers).read_file(media_type)


def _path(api_key_id: str) -> str:
    return f"{_KEYS}/{path_segment(api_key_id)}"

"""An audit trail in memory: pages by cursor and by place, people, objects and an export, as the backend gives them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from ss_admin.client.activity import ActivityQuery
from ss_admin.client.errors import ClientError
from ss_admin.contract.activity import (
    ActivityAction,
    ActivityEntry,
    ActivityObject,
    ActivityPerson,
    FieldChange,
)
from ss_admin.contract.documents import ObjectRef, Page

__all__ = ["NOW", "SampleActivity", "sample_entry"]

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def sample_entry(number: int, **changed: object) -> ActivityEntry:
    """The entry with this sequence number; the higher, the newer."""
    values: dict[str, object] = {
        "id": f"entry-{number}",
        "at": NOW - timedelta(days=365) + timedelta(minutes=number),
        "action": ActivityAction.API_KEY_CHANGED,
        "actor": ObjectRef(id="u-1", name="Maria Keller"),
        "address": "10.0.0.1",
        "object": ObjectRef(id=f"key-{number % 7}", name=f"Key {number} (ss_Ab12…Cd34)"),
        "changes": [FieldChange(field="status", before="active", after="disabled")],
        "request_id": f"request-{number}",
        "sequence": number,
        "hash": f"{number:064x}",
    }
    return ActivityEntry.model_validate({**values, **changed})


class SampleActivity:
    """`count` entries, newest first; `append` adds some. `asked` keeps what was asked for."""

    def __init__(self, count: int, make: Callable[[int], ActivityEntry] = sample_entry) -> None:
        self.count = count
        self.make = make
        self.error: ClientError | None = None
        self.asked: list[ActivityQuery] = []
        self.offsets: list[int] = []

    def list_page(
        self, query: ActivityQuery, *, limit: int, cursor: str | None = None, offset: int | None = None
    ) -> Page[ActivityEntry]:
        self._fail()
        self.asked.append(query)
        total = 0 if query.object_id == "nobody" else self.count
        newest = total - (offset or 0) if cursor is None else int(cursor)
        self.offsets.append(total - newest)
        numbers = range(newest, max(newest - limit, 0), -1)
        following = newest - limit
        return Page[ActivityEntry](
            items=[self.make(number) for number in numbers],
            next_cursor=str(following) if following > 0 else None,
            total=total,
        )

    def people(self, search: str = "", *, limit: int = 100, cursor: str | None = None) -> Page[ActivityPerson]:
        self._fail()
        found = [name for name in ("Ada Admin", "Maria Keller") if search.casefold() in name.casefold()]
        items = [ActivityPerson(id=f"u-{name[0]}", name=name) for name in found]
        return Page[ActivityPerson](items=items, next_cursor=None, total=len(items))

    def objects(self, search: str = "", *, limit: int = 100, cursor: str | None = None) -> Page[ActivityObject]:
        self._fail()
        item = ActivityObject(id="key-1", name="Gone Key (ss_Ab12…Cd34)", action=ActivityAction.API_KEY_DELETED)
        items = [item] if search.casefold() in item.name.casefold() else []
        return Page[ActivityObject](items=items, next_cursor=None, total=len(items))

    def export(self, query: ActivityQuery) -> bytes:
        self._fail()
        self.asked.append(query)
        return b"\xef\xbb\xbfat,action\r\n"

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error

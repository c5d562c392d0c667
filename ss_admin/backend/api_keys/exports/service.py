"""Makes the exports of a tenant's keys; each leaves its entry in the audit trail."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO

from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.api_keys.exports.inventory import INVENTORY_HEADER, inventory_rows
from ss_admin.backend.csv_document import csv_pieces
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.documents import ObjectRef

__all__ = ["ExportedFile", "ExportsService"]


@dataclass(frozen=True)
class ExportedFile:
    """A file that is made whole before anything of it is sent, so that no half of one ever passes for the whole.

    `content` stands at its beginning, and vanishes when it is closed. `size`: in bytes.
    """

    name: str
    size: int
    content: IO[bytes] = field(repr=False)


class ExportsService:
    """Exports the keys of the actor's tenant. Whether the actor may is asked before."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __repr__(self) -> str:
        return "<ExportsService>"

    def inventory(self, actor: Actor) -> ExportedFile:
        """All keys as CSV. It is on the disk while it is made: there may be very many of them."""
        now = datetime.now(UTC)
        content = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        try:
            with self._store.reading() as session:
                rows = inventory_rows(session, actor.tenant_id, now)
                for piece in csv_pieces(INVENTORY_HEADER, rows):
                    content.write(piece)
            self._record(actor, ActivityAction.INVENTORY_EXPORTED, "Inventory of API keys")
        except OSError as fault:
            content.close()
            raise StoreUnavailable("there is no room for an export") from fault
        except BaseException:
            content.close()
            raise
        return _file(f"api-keys-{now:%Y-%m-%d}.csv", content)

    def expiries(self, actor: Actor) -> ExportedFile:
        """The expiries that are to come as iCalendar."""
        from ss_admin.backend.api_keys.exports.expiries import expiry_calendar  # noqa: PLC0415 - slow to load, rarely used

        now = datetime.now(UTC)
        with self._store.reading() as session:
            calendar, _ = expiry_calendar(session, actor.tenant_id, now)
        self._record(actor, ActivityAction.EXPIRIES_EXPORTED, "Expiries of API keys")
        content = TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
        content.write(calendar)
        return _file(f"api-key-expiries-{now:%Y-%m-%d}.ics", content)

    def _record(self, actor: Actor, action: ActivityAction, name: str) -> None:
        subject = ObjectRef(id=actor.tenant_id, name=name)
        with self._store.writing() as session:
            record(session, actor=actor, tenant_id=actor.tenant_id, action=action, object_ref=subject)


def _file(name: str, content: IO[bytes]) -> ExportedFile:
    size = content.tell()
    content.seek(0)
    return ExportedFile(name, size, content)

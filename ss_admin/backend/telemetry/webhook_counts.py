"""What the housekeeping counted of webhooks, told to the workers of the same server: for `/metrics`."""

import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path

import orjson

from ss_admin.contract.executions import DeliveryStatus

__all__ = ["WebhookCountsFile"]


class WebhookCountsFile:
    """A small file beside the server's spool, replaced as a whole. Its counts begin anew with each housekeeping."""

    def __init__(self, spool_folder: Path) -> None:
        self.file = spool_folder.with_name(spool_folder.name + ".webhooks.json")
        self._written: dict[str, int] | None = None

    def write(self, ended_count: Callable[[DeliveryStatus], int]) -> None:
        """Write the counts down if they have changed. Raises `OSError`."""
        counts = {status.value: ended_count(status) for status in DeliveryStatus}
        if counts == self._written:
            return
        draft = self.file.with_name(f"{self.file.name}.{secrets.token_hex(8)}")
        try:
            draft.write_bytes(orjson.dumps(counts))
            draft.replace(self.file)
        finally:
            draft.unlink(missing_ok=True)
        self._written = counts

    def ended_count(self, status: DeliveryStatus) -> int:
        """Attempts that led to this status since the housekeeping began; 0 where it has not told yet."""
        with contextlib.suppress(OSError, ValueError):
            counts: dict[str, int] = orjson.loads(self.file.read_bytes())
            return counts.get(status.value, 0)
        return 0

    def remove(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):
            self.file.unlink(missing_ok=True)

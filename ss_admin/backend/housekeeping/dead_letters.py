"""What no database takes is kept in a file beside the spools, for the operator: nothing is lost without a trace."""

import os
from datetime import UTC, datetime
from pathlib import Path

import orjson

__all__ = ["DeadLetters"]

FILE_NAME = "refused-entries.jsonl"


class DeadLetters:
    """One entry a line, with the time and the kind of the refusal; readable by its owner only. Made when needed.

    An entry whose batch is repeated after an outage may stand there twice.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / FILE_NAME
        self.kept = 0

    def keep(self, entry: bytes, reason: str) -> None:
        """Add the entry, durable at return. Raises `OSError`."""
        line = {"at": datetime.now(UTC), "reason": reason, "entry": entry.decode("utf-8", "backslashreplace")}
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as stream:
            stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
            stream.flush()
            os.fsync(stream.fileno())
        self.kept += 1

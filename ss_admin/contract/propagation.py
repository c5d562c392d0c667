"""How far a change to an API key has come: which of the processes that serve partners' calls act on it already."""

from pydantic import Field

from ss_admin.contract.documents import Document, UtcInstant

__all__ = ["Propagation", "WorkerSighting"]


class WorkerSighting(Document):
    """One process that serves calls. `after_ms`: how long after the change it acted on it; null: not yet."""

    worker: str = Field(description="host and process, as in the logs: `host:pid`")
    after_ms: float | None


class Propagation(Document):
    """Where the last change of a key has arrived. All of it is measured by the database's clock.

    `complete`: every live process acts on it; `after_ms` is then the slowest one's time from the change on.
    """

    api_key_id: str
    revision: int = Field(description="the change's place in the order of all changes; 0 where none is on record")
    changed_at: UtcInstant | None
    complete: bool
    after_ms: float | None
    workers: list[WorkerSighting]

"""A call that is to be explained, with all that is known of it, and the explanation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ss_admin.backend.refusals.evidence import ChainFacts, HourFacts, KeyFacts
from ss_admin.backend.refusals.wording import quoted

__all__ = ["Explanation", "RefusedCall"]


@dataclass(frozen=True)
class Explanation:
    """`cause`: for the administrator; `advice`: for the partner."""

    cause: str
    advice: str


@dataclass(frozen=True)
class RefusedCall:
    """One call as it was recorded, and what there is to know about its key and its chain `now`.

    `key` None: none came, or none that ever was. `chain` None: what was called has no id's form. `hour`: of a call
    over its limit. `chain_names`: of the chains that the key is narrowed to. `execution_id`: of a call that reached
    its chain, with how that failed.
    """

    request_id: str
    at: datetime
    status: int
    code: str
    detail: str
    address: str
    now: datetime
    key: KeyFacts | None = None
    chain: ChainFacts | None = None
    hour: HourFacts | None = None
    chain_names: Mapping[str, str] = field(default_factory=dict)
    execution_id: str | None = None
    error: str | None = None
    failed_node_id: str | None = None

    @property
    def key_name(self) -> str:
        """As it stands in a sentence."""
        return "that was sent" if self.key is None else quoted(self.key.ref.name)

    @property
    def chain_name(self) -> str:
        """As it stands in a sentence."""
        if self.chain is None:
            return "that was called"
        return quoted(self.chain.name or self.chain.id)

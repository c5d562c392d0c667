"""What a call must know of its key and its chain, as it is kept between calls."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from ss_admin.backend.problems import ProblemError
from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.problems import ProblemCode

if TYPE_CHECKING:
    from ss_admin.backend.gateway.limits.decisions import RateWindow
    from ss_admin.backend.gateway.rate_limits import LimitTexts
    from ss_admin.backend.rule_chains.engine.runs import Chain

__all__ = ["NEVER_USABLE_US", "KeyRefused", "KnownChain", "KnownKey", "Networks", "no_chain"]

Networks = tuple[IPv4Network | IPv6Network, ...]

NEVER_USABLE_US = -1
"""`KnownKey.usable_until_us` of a key that is off or deleted."""


@dataclass(slots=True, eq=False)
class KnownKey:
    """A key as it is stored, or what is left of a deleted one.

    `api_key_name`: the name with the masked key. `usable_until_us`: calls are let in before this moment, microseconds
    since 1970, UTC; it says in one number what state and expiry say.
    `rulechain_ids`: the only chains that the key may call, None: all; `networks`: the only ones it may be used from,
    None: everywhere; `allowed_address`: the one that was found in them last. `window` and `limit_texts` are the
    caller's, set once a limited key calls. `seen_at`: the monotonic moment of the last call; `kept_at`: about when it
    was put among the newest.
    """

    api_key_id: str
    api_key_name: str
    tenant_id: str
    usable_until_us: int
    was_deleted: bool
    may_write: bool
    rulechain_ids: frozenset[str] | None
    networks: Networks | None
    rate_limit: RateLimit | None
    allowed_address: str | None = None
    window: "RateWindow | None" = None
    limit_texts: "LimitTexts | None" = None
    seen_at: float = 0.0
    kept_at: float = 0.0


@dataclass(slots=True, eq=False)
class KnownChain:
    """What a call must know of a chain before it runs, and the chain itself once a call has made it ready to run.

    `chain` is the caller's: compiled at its first run. A changed chain is another `KnownChain`; a call that runs keeps
    the one it has. `tenant_id` is empty where no tenant has a chain of this id.
    """

    id: str
    tenant_id: str
    definition_version: int
    is_external: bool
    enabled: bool
    chain: "Chain | None" = None
    seen_at: float = 0.0
    kept_at: float = 0.0

    def says_the_same_as(self, other: "KnownChain") -> bool:
        """Whether the store gave the same for both."""
        return (self.tenant_id, self.definition_version, self.is_external, self.enabled) == (
            other.tenant_id, other.definition_version, other.is_external, other.enabled
        )  # fmt: skip


def no_chain(rulechain_id: str) -> KnownChain:
    """What is known of an id that is no chain's: no tenant has it."""
    return KnownChain(rulechain_id, "", 0, is_external=False, enabled=False)


class KeyRefused(ProblemError):
    """The 401 of a key that was sent: malformed, unknown, off, expired or deleted.

    `key`: what is known of it, None where it is none; partners are told of a deleted one as of an unknown one.
    """

    # The base's would put a text together that nobody reads: this is on the way of floods.
    def __init__(self, code: ProblemCode, detail: str, key: KnownKey | None = None) -> None:
        self.code = code
        self.detail = detail
        self.errors = None
        self.headers = {}
        self.execution_id = None
        self.key = key

    def __str__(self) -> str:
        return f"{self.code.value}: {self.detail}"

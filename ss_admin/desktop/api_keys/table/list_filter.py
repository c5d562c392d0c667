"""What the list is narrowed down to, and how that is said in words."""

from dataclasses import dataclass, replace

from ss_admin.client.api_keys import ApiKeyQuery
from ss_admin.contract.api_keys import ApiKeyStatus, ExpiryState
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import SignalKind
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS

__all__ = ["EXPIRY_CHOICES", "STATUS_CHOICES", "AttentionChoice", "ListFilter"]

STATUS_CHOICES = {ApiKeyStatus.ACTIVE: "Active", ApiKeyStatus.DISABLED: "Disabled"}

EXPIRY_CHOICES = {
    ExpiryState.SOON: "Expires soon",
    ExpiryState.ACTIVE: "Expires later",
    ExpiryState.EXPIRED: "Expired",
    ExpiryState.NEVER: "Never expires",
}


@dataclass(frozen=True)
class AttentionChoice:
    """Only keys that need attention: all of them, or those with an open signal of one kind."""

    kind: SignalKind | None = None

    def words(self) -> str:
        """The choice in words."""
        return f"Needs attention: {SIGNAL_WORDS[self.kind].title}" if self.kind else "Needs attention"


@dataclass(frozen=True)
class ListFilter:
    """Search and filters. An empty set, no user or no choice of signals narrows nothing."""

    search: str = ""
    statuses: frozenset[ApiKeyStatus] = frozenset()
    expiries: frozenset[ExpiryState] = frozenset()
    user: ObjectRef | None = None
    attention: AttentionChoice | None = None

    @property
    def is_empty(self) -> bool:
        """Whether every key matches."""
        return self == ListFilter()

    def applied_to(self, query: ApiKeyQuery) -> ApiKeyQuery:
        """`query` narrowed down to this filter, in the order it has."""
        return replace(
            query,
            search=self.search,
            statuses=self.statuses,
            expiries=self.expiries,
            user_id=self.user.id if self.user else None,
            attention=self.attention is not None,
            signal=self.attention.kind if self.attention else None,
        )

    def words(self) -> str:
        """The filter in words: “the search “alarm” and Status: Disabled and User: Maria Lind”."""
        parts = [f"the search “{self.search}”"] if self.search else []
        if self.statuses:
            parts.append("Status: " + " or ".join(text for key, text in STATUS_CHOICES.items() if key in self.statuses))
        if self.expiries:
            parts.append("Expiry: " + " or ".join(text for key, text in EXPIRY_CHOICES.items() if key in self.expiries))
        if self.user:
            parts.append(f"User: {self.user.name}")
        if self.attention:
            parts.append(self.attention.words())
        return " and ".join(parts)

"""Which entries the page shows, as a value: what is chosen, the query that it makes, and its words. No Qt."""

from dataclasses import dataclass
from datetime import datetime

from ss_admin.client.activity import ActivityQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.action_choices import actions_of
from ss_admin.desktop.widgets.choosing.period import ANY_TIME, Period, TimeSpan

__all__ = ["ActivityFilter"]


@dataclass(frozen=True)
class ActivityFilter:
    """What is chosen; None, and any time, filter nothing. `action` has the id of an `ActionChoice`."""

    person: ObjectRef | None = None
    object: ObjectRef | None = None
    action: ObjectRef | None = None
    period: Period = ANY_TIME

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return self == ActivityFilter()

    def query(self, now: datetime) -> ActivityQuery:
        """What to ask the server for."""
        since, until = self.period.bounds(now)
        return ActivityQuery(
            actor_id=self.person.id if self.person else None,
            object_id=self.object.id if self.object else None,
            actions=actions_of(self.action.id) if self.action else frozenset(),
            since=since,
            until=until,
        )

    def words(self) -> str:
        """What is chosen, to be told where nothing matches: “person “Ann” and time “Last hour””."""
        parts = [
            f"{label} “{choice.name}”"
            for label, choice in (("person", self.person), ("key or chain", self.object), ("action", self.action))
            if choice is not None
        ]
        if self.period.span is not TimeSpan.ANY:
            parts.append(f"time “{self.period.words()}”")
        return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)

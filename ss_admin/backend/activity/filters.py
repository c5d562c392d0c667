"""Which entries of the audit trail are meant, as conditions on their rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func

from ss_admin.backend.store.tables import ActivityRow
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_key_format import mask_api_keys_within

__all__ = ["ActivityExportTooLarge", "ActivityFilter", "ActivityTenantNotFound", "conditions"]


class ActivityTenantNotFound(Exception):
    """There is no such tenant, or its trail is not the reader's to see."""


class ActivityExportTooLarge(Exception):
    """The filter lets more through than one file is made of."""


@dataclass(frozen=True)
class ActivityFilter:
    """Which entries to list; None and an empty set let all through.

    `since` is the first moment that is meant, `until` the first that is not any more. `search`: part of the object's
    name, without regard to case. `tenant_id` names one of the tenants within the reader's reach.
    """

    actor_id: str | None = None
    object_id: str | None = None
    actions: frozenset[ActivityAction] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    search: str = ""
    tenant_id: str | None = None

    def facts(self) -> dict[str, Any]:
        """What is filtered by, as the audit trail tells of it."""
        facts = {
            "actor_id": self.actor_id,
            "object_id": self.object_id,
            "actions": sorted(self.actions),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "search": mask_api_keys_within(self.search),
        }
        return {name: fact for name, fact in facts.items() if fact}


def conditions(only: ActivityFilter, tenant_id: str | None) -> list[ColumnElement[bool]]:
    """What a row must be like; `tenant_id`: whose it must be, of anybody where None."""
    wanted: list[ColumnElement[bool] | None] = [
        None if tenant_id is None else ActivityRow.tenant_id == tenant_id,
        None if only.actor_id is None else ActivityRow.actor_id == only.actor_id,
        None if only.object_id is None else ActivityRow.object_id == only.object_id,
        ActivityRow.action.in_(sorted(only.actions)) if only.actions else None,
        None if only.since is None else ActivityRow.at >= only.since,
        None if only.until is None else ActivityRow.at < only.until,
    ]
    if part := only.search.strip():
        wanted.append(func.lower(ActivityRow.object_name).contains(part.lower(), autoescape=True))
    return [condition for condition in wanted if condition is not None]

"""The audit trail, read: page by page, who and what is in it, and as a file. Writing is `recording`'s."""

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, aliased

from ss_admin.backend.activity.filters import ActivityExportTooLarge, ActivityFilter, ActivityTenantNotFound, conditions
from ss_admin.backend.activity.recording import Actor, record, record_many
from ss_admin.backend.activity.spreadsheet import MAX_BYTES, spreadsheet
from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityRow, TenantRow
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import (
    EXPORT_MAX_ENTRIES,
    ActivityAction,
    ActivityEntry,
    ActivityObject,
    ActivityObjectPage,
    ActivityPage,
    ActivityPeoplePage,
    ActivityPerson,
    FieldChange,
)
from ss_admin.contract.documents import ObjectRef

__all__ = [
    "ActivityExportTooLarge",
    "ActivityFilter",
    "ActivityService",
    "ActivityTenantNotFound",
    "Actor",
    "record",
    "record_many",
]


class ActivityService:
    """Reads the audit trail of the reader's tenant; a Cloud Administrator's reach is all tenants.

    Every method raises `ActivityTenantNotFound` where `only` names a tenant out of reach.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def list_page(
        self,
        actor: Actor,
        *,
        limit: int,
        cursor: str | None = None,
        offset: int = 0,
        only: ActivityFilter | None = None,
    ) -> ActivityPage:
        """A page, newest entry first. Raises `CursorInvalid`."""
        number = None if cursor is None else decode_cursor(cursor, int)[0]
        only = only or ActivityFilter()
        with self._store.reading() as session:
            wanted = conditions(only, _reach(session, actor, only))
            query = _entries().where(*wanted)
            if number is not None:
                query = query.where(ActivityRow.number < number)
            total = session.scalar(select(func.count()).select_from(ActivityRow).where(*wanted)) or 0
            newest_first = query.order_by(ActivityRow.number.desc())
            rows = session.execute(newest_first.offset(offset).limit(limit + 1)).all()
        page = rows[:limit]
        return ActivityPage(
            items=[_entry(row, with_tenant=_sees_all(actor)) for row in page],
            next_cursor=encode_cursor(page[-1][0].number) if len(rows) > limit else None,
            total=total,
        )

    def people(
        self, actor: Actor, only: ActivityFilter, *, limit: int, cursor: str | None = None, offset: int = 0
    ) -> ActivityPeoplePage:
        """Who did something, by name; of the filter, search (in the name) and tenant count. Raises `CursorInvalid`."""
        after = None if cursor is None else decode_cursor(cursor, str, str)
        with self._store.reading() as session:
            within = conditions(ActivityFilter(), _reach(session, actor, only))
            did = (*within, ActivityRow.actor_id.is_not(None))
            last = select(func.max(ActivityRow.number)).where(*did).group_by(ActivityRow.actor_id)
            query = select(ActivityRow.actor_id, ActivityRow.actor_name).where(ActivityRow.number.in_(last))
            found = session.execute(query).all()
        part = only.search.strip().casefold()
        named = [((name or "").casefold(), person_id or "", name or "") for person_id, name in found]
        keyed = sorted((folded, person_id, name) for folded, person_id, name in named if part in folded)
        left = [person for person in keyed if after is None or person[:2] > after][offset:]
        page = left[:limit]
        return ActivityPeoplePage(
            items=[ActivityPerson(id=person_id, name=name) for _, person_id, name in page],
            next_cursor=encode_cursor(*page[-1][:2]) if len(left) > limit else None,
            total=len(keyed),
        )

    def objects(
        self, actor: Actor, only: ActivityFilter, *, limit: int, cursor: str | None = None, offset: int = 0
    ) -> ActivityObjectPage:
        """What something was done to, last touched first; it goes by the name it had then. Raises `CursorInvalid`."""
        number = None if cursor is None else decode_cursor(cursor, int)[0]
        with self._store.reading() as session:
            wanted = conditions(only, _reach(session, actor, only))
            later = aliased(ActivityRow)
            touched_later = select(later.number).where(
                later.tenant_id == ActivityRow.tenant_id,
                later.object_id == ActivityRow.object_id,
                later.number > ActivityRow.number,
            )
            query = select(ActivityRow).where(*wanted, ~touched_later.exists())
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            if number is not None:
                query = query.where(ActivityRow.number < number)
            latest_first = query.order_by(ActivityRow.number.desc())
            rows = session.scalars(latest_first.offset(offset).limit(limit + 1)).all()
        page = rows[:limit]
        return ActivityObjectPage(
            items=[
                ActivityObject(id=row.object_id, name=row.object_name, action=ActivityAction(row.action))
                for row in page
            ],
            next_cursor=encode_cursor(page[-1].number) if len(rows) > limit else None,
            total=total,
        )

    def export(self, actor: Actor, only: ActivityFilter) -> bytes:
        """What the filter lets through as CSV, newest first; that it was taken out is on record before it is given.

        Raises `ActivityExportTooLarge`.
        """
        with self._store.reading() as session:
            tenant_id = _reach(session, actor, only)
            wanted = conditions(only, tenant_id)
            query = _entries().where(*wanted).order_by(ActivityRow.number.desc()).limit(EXPORT_MAX_ENTRIES + 1)
            rows = session.execute(query).all()
            if len(rows) > EXPORT_MAX_ENTRIES:
                raise ActivityExportTooLarge
            names = _tenant_names(session, {actor.tenant_id, tenant_id or actor.tenant_id})
        document = spreadsheet(_entry(row, with_tenant=_sees_all(actor)) for row in rows)
        if len(document) > MAX_BYTES:
            raise ActivityExportTooLarge
        facts = [
            FieldChange(field="entries", before=None, after=len(rows)),
            FieldChange(field="filters", before=None, after=only.facts()),
        ]
        with self._store.writing() as session:
            for told in sorted(names):
                record(
                    session,
                    actor=actor,
                    tenant_id=told,
                    action=ActivityAction.ACTIVITY_EXPORTED,
                    object_ref=_exported(tenant_id, actor, names),
                    changes=facts,
                )
        return document


def _sees_all(actor: Actor) -> bool:
    return actor.role is Role.CLOUD_ADMIN


def _reach(session: Session, actor: Actor, only: ActivityFilter) -> str | None:
    """The one tenant whose entries are meant; None: all."""
    if only.tenant_id in {None, actor.tenant_id}:
        return only.tenant_id if _sees_all(actor) else actor.tenant_id
    if not _sees_all(actor) or session.get(TenantRow, only.tenant_id) is None:
        raise ActivityTenantNotFound
    return only.tenant_id


def _tenant_names(session: Session, ids: set[str]) -> dict[str, str]:
    rows = session.execute(select(TenantRow.id, TenantRow.name).where(TenantRow.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _exported(tenant_id: str | None, actor: Actor, names: dict[str, str]) -> ObjectRef:
    """The trail that was exported, by its tenant."""
    if tenant_id is None:
        return ObjectRef(id=actor.tenant_id, name="All tenants")
    return ObjectRef(id=tenant_id, name=names[tenant_id])


def _entries() -> Select[ActivityRow, str]:
    return select(ActivityRow, TenantRow.name).join(TenantRow, TenantRow.id == ActivityRow.tenant_id)


def _entry(found: Row[ActivityRow, str], *, with_tenant: bool) -> ActivityEntry:
    row, tenant_name = found
    return ActivityEntry(
        id=row.id,
        at=row.at,
        action=ActivityAction(row.action),
        actor=None if row.actor_id is None else ObjectRef(id=row.actor_id, name=row.actor_name or ""),
        address=row.address,
        object=ObjectRef(id=row.object_id, name=row.object_name),
        changes=[FieldChange.model_validate(change) for change in row.changes],
        request_id=row.request_id,
        sequence=row.sequence,
        hash=row.hash,
        tenant=ObjectRef(id=row.tenant_id, name=tenant_name) if with_tenant else None,
    )

"""Partners and what they call, for tests: keys with their secrets, rule chains, and calls through the whole app."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import delete, func, select, update
from werkzeug.test import TestResponse

from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import (
    ApiKeyRow,
    ChangeRow,
    ExecutionRow,
    RuleChainRow,
    RuleChainVersionRow,
    TombstoneRow,
    WorkerRow,
)
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyCreated, ApiKeyStatus, NewApiKey
from ss_admin.contract.documents import ObjectRef
from ss_admin.resource_files import resource_path
from tests.support.article import SAMPLE_BODY
from tests.support.backend import PEPPER, Town, cheap_passwords, test_settings
from tests.support.housekeeping import settle, wait_until_drained


def plant_chain(store: Store, tenant: ObjectRef, sample: str = "building-alarm", **changes: Any) -> str:
    """Store a sample chain, changed as told; its id."""
    chain = json.loads(resource_path("sample-chains", f"{sample}.json").read_text(encoding="utf-8")) | changes
    now = datetime.now(UTC)
    row = RuleChainRow(
        **chain,
        id=str(uuid.uuid4()),
        tenant_id=tenant.id,
        name_folded=chain["name"].casefold(),
        created_at=now,
        updated_at=now,
        version=1,
        definition_version=1,
        signing_generation=1,
    )
    with store.writing() as session:
        session.add(row)
        session.flush()
        session.add(_as_version(row))
    return row.id


def _as_version(row: RuleChainRow) -> RuleChainVersionRow:
    return RuleChainVersionRow(
        rulechain_id=row.id,
        version=row.definition_version,
        input_schema=row.input_schema,
        definition=row.definition,
        saved_at=row.updated_at,
    )


class Partner:
    """Calls with keys that an administrator made."""

    def __init__(self, app: Flask, store: Store) -> None:
        self.app = app
        self.store = store
        town = Town(app, store)
        self.admin = town.person(town.tenant("Building Services"), "ada.admin")
        self.other_tenant = town.tenant("Harbour Logistics")
        self.service = ApiKeysService(store, PEPPER.encode())

    def wait_until_seen(self) -> None:
        """Wait until servers beside this process act on all changes made here."""
        until = time.monotonic() + 20
        while self._is_behind():
            assert time.monotonic() < until, "a server has not seen the last change"
            time.sleep(0.005)

    def _is_behind(self) -> bool:
        living = WorkerRow.seen_at > datetime.now(UTC) - timedelta(seconds=5)
        with self.store.reading() as session:
            newest = session.scalar(select(func.max(ChangeRow.revision))) or 0
            return session.scalar(select(WorkerRow.id).where(living, WorkerRow.revision < newest).limit(1)) is not None

    def chain(self, sample: str = "building-alarm", **changes: Any) -> str:
        """A chain of the administrator's tenant; its id."""
        rulechain_id = plant_chain(self.store, self.admin.tenant, sample, **changes)
        self.wait_until_seen()
        return rulechain_id

    def change_chain(self, rulechain_id: str, **values: Any) -> None:
        """Save the chain with other values, as a next version."""
        with self.store.writing() as session:
            row = session.get_one(RuleChainRow, rulechain_id)
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
            if {"input_schema", "definition"} & set(values):
                row.definition_version = row.version
                session.add(_as_version(row))
        self.wait_until_seen()

    def delete_chain(self, rulechain_id: str) -> None:
        """Take the chain away past the service; keys that are narrowed to it keep its id."""
        with self.store.writing() as session:
            session.execute(delete(RuleChainVersionRow).where(RuleChainVersionRow.rulechain_id == rulechain_id))
            session.execute(delete(RuleChainRow).where(RuleChainRow.id == rulechain_id))
        self.wait_until_seen()

    def key(self, **order: Any) -> ApiKeyCreated:
        """A new key; unlimited unless told otherwise."""
        wanted = {"name": "Building Alarm", "user_id": self.admin.user_id, "rate_limit": None} | order
        created = self.service.create(self.admin.actor, NewApiKey(**wanted))
        self.wait_until_seen()
        return created

    def change(self, created: ApiKeyCreated, **values: Any) -> None:
        """Change a key as an administrator would."""
        self.service.change(self.admin.actor, created.api_key.id, ApiKeyChange(**values))
        self.wait_until_seen()

    def disable(self, created: ApiKeyCreated) -> None:
        self.change(created, status=ApiKeyStatus.DISABLED)

    def delete(self, created: ApiKeyCreated) -> None:
        self.service.delete(self.admin.actor, created.api_key.id)
        self.wait_until_seen()

    def expire_at(self, created: ApiKeyCreated, moment: datetime) -> None:
        """Set the date past the service, which refuses one that has passed."""
        changed = {"expires_at": moment, "version": ApiKeyRow.version + 1}
        with self.store.writing() as session:
            session.execute(update(ApiKeyRow).where(ApiKeyRow.id == created.api_key.id).values(changed))
        self.wait_until_seen()

    def call(
        self,
        rulechain_id: str,
        secret: str | None,
        body: bytes = SAMPLE_BODY,
        *,
        method: str = "POST",
        content_type: str | None = "application/json",
        headers: dict[str, str] | None = None,
        query: str = "",
    ) -> TestResponse:
        """Call the chain; `secret` None leaves the header out."""
        sent = dict(headers or {})
        if secret is not None:
            sent["x-api-key"] = secret
        path = f"/rulechains/{rulechain_id}/execute{query}"
        return self.app.test_client().open(path, method=method, data=body, content_type=content_type, headers=sent)

    def settle(self) -> None:
        """What the calls have left is in the database afterwards, those through a server on it included."""
        settle(self.app)
        self.wait_until_written()

    def wait_until_written(self) -> None:
        """Wait until the housekeeping that runs, in whatever process, has written what the calls have left."""
        wait_until_drained(self.store, self.app.extensions["ss_backend"].spool.folder.parent)

    def row(self, created: ApiKeyCreated) -> ApiKeyRow:
        """The key as it is stored."""
        self.settle()
        with self.store.reading() as session:
            return session.query(ApiKeyRow).filter_by(id=created.api_key.id).one()

    def execution(self, execution_id: str) -> ExecutionRow | None:
        """The run as it is recorded."""
        self.settle()
        with self.store.reading() as session:
            return session.query(ExecutionRow).filter_by(id=execution_id).one_or_none()

    def executions(self, rulechain_id: str) -> list[ExecutionRow]:
        """Every recorded run of the chain, the oldest first."""
        self.settle()
        with self.store.reading() as session:
            return session.query(ExecutionRow).filter_by(rulechain_id=rulechain_id).order_by(ExecutionRow.number).all()

    def tombstone(self, created: ApiKeyCreated) -> TombstoneRow:
        """What is left of the deleted key."""
        self.settle()
        with self.store.reading() as session:
            return session.query(TombstoneRow).filter_by(api_key_id=created.api_key.id).one()


@contextmanager
def partner_at(url: str) -> Iterator[Partner]:
    """A partner over the database at `url`, beside a server that runs on it."""
    store = Store.open(url)
    app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
    try:
        yield Partner(app, store)
    finally:
        app.extensions["ss_backend"].close()

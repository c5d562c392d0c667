"""Writing the trail: with its transaction or not at all, in one chain whoever writes, and never changed after."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.accounts.service import AccountsService, Origin, WrongCredentials
from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.activity.verification import verify_store
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.store.engine import Store
from ss_admin.backend.telemetry.event_lines import AUDIT_LOGGER
from ss_admin.backend.telemetry.logs import JsonLines
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeyStatus, NewApiKey
from ss_admin.contract.documents import ObjectRef
from tests.backend.activity.conftest import ACTIVITY, HEADS
from tests.support.at_once import at_once
from tests.support.backend import PEPPER, cheap_passwords

WRITERS, ROUNDS = 8, 6


def entries(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(ACTIVITY)) or 0


class Office:
    """Does what leaves entries."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self.actor = actor
        self.keys = ApiKeysService(store, PEPPER.encode())
        self.accounts = AccountsService(store, cheap_passwords())
        self.directory = Directory(store, cheap_passwords())

    def work(self, username: str, shared: list[str], seed: int) -> int:
        """Mixed operations in an order of chance; how many entries they make."""
        random, made = Random(seed), 0
        for _ in range(ROUNDS):
            doing = [
                partial(self._bulk, shared, random),
                partial(self._one_key, random.choice(shared)),
                partial(self._sign_in, username),
                partial(self._roles, username),
            ]
            random.shuffle(doing)
            made += sum(step() for step in doing)
        return made

    def _bulk(self, shared: list[str], random: Random) -> int:
        ids = random.sample(shared, len(shared) // 2)
        return self.keys.set_status_of_many(self.actor, ids, random.choice(list(ApiKeyStatus))).changed

    def _one_key(self, shared_key: str) -> int:
        order = NewApiKey(name="New", user_id=self.actor.user_id)
        key = self.keys.create(self.actor, order).api_key
        self.keys.change(self.actor, shared_key, ApiKeyChange(name=f"by {key.id}"))
        self.keys.delete(self.actor, key.id)
        return 3

    def _sign_in(self, username: str) -> int:
        origin = Origin("192.0.2.1")
        grant = self.accounts.sign_in(username, "a long password", origin)
        self.accounts.sign_out(self.actor, grant.token)
        with pytest.raises(WrongCredentials):
            self.accounts.sign_in(username, "wrong", origin)
        return 3

    def _roles(self, username: str) -> int:
        self.directory.change_role(username, Role.CUSTOMER_USER)
        self.directory.change_role(username, Role.TENANT_ADMIN)
        return 2


def test_writers_at_once_make_one_chain_for_each_tenant(store: Store, actors: list[Actor]) -> None:
    shared = {}
    for actor in actors:
        keys = ApiKeysService(store, PEPPER.encode())
        order = NewApiKey(name="Shared", user_id=actor.user_id)
        shared[actor.tenant_id] = [keys.create(actor, order).api_key.id for _ in range(40)]
    with store.reading() as session:
        tenants = {actor.tenant_id: name for actor, name in zip(actors, ("Acme", "Building Services"), strict=True)}
        before = session.scalar(select(func.count()).select_from(ACTIVITY)) or 0
    directory, works = Directory(store, cheap_passwords()), []
    for number in range(WRITERS):
        actor, username = actors[number % 2], f"writer.{number}"
        directory.create_user(
            tenant=tenants[actor.tenant_id],
            username=username,
            name="Writer",
            role=Role.TENANT_ADMIN,
            password="a long password",
        )
        works.append(partial(Office(store, actor).work, username, shared[actor.tenant_id], number))
    made = sum(at_once(*works))
    assert entries(store) == before + WRITERS + made
    assert sum(chain.end.sequence for chain in verify_store(store)) == entries(store)


def test_undone_transaction_leaves_neither_entry_nor_gap(
    store: Store, actors: list[Actor], write: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    write(actors[0])
    before = entries(store)
    caplog.set_level(logging.INFO, AUDIT_LOGGER)

    def fail_after_recording() -> None:
        with store.writing() as session:
            subject = ObjectRef(id="x", name="x")
            tenant_id = actors[0].tenant_id
            record(session, actor=None, tenant_id=tenant_id, action=ActivityAction.SIGNED_IN, object_ref=subject)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_recording()
    assert entries(store) == before
    assert not [entry for entry in caplog.records if entry.name == AUDIT_LOGGER]
    write(actors[0])
    assert [chain.end.sequence for chain in verify_store(store, "Acme")] == [3]


@pytest.mark.parametrize(
    "change",
    [
        update(ACTIVITY).values(actor_name="Nobody"),
        update(ACTIVITY).values(sequence=ACTIVITY.c.sequence + 1),
        delete(ACTIVITY),
        delete(HEADS),
        update(HEADS).values(sequence=HEADS.c.sequence - 1),
        update(HEADS).values(hash="0" * 64),
    ],
    ids=["fact", "place", "deleted", "head deleted", "head back", "head's hash"],
)
def test_database_refuses_to_change_what_is_written(
    store: Store, actors: list[Actor], write: Callable[..., None], change: object
) -> None:
    write(actors[0])
    with pytest.raises(IntegrityError, match=r"never changed or deleted|only goes forward"), store.writing() as session:
        session.execute(change, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    assert len(list(verify_store(store))) == 2


def test_database_refuses_to_replace_or_to_empty(store: Store, actors: list[Actor], write: Callable[..., None]) -> None:
    write(actors[0])
    statements = ["TRUNCATE activity", "TRUNCATE activity_heads"]
    if store.dialect == "sqlite":
        columns = ", ".join(column.name for column in ACTIVITY.columns)
        forged = columns.replace("actor_name", "'Nobody'")
        statements = [
            f"INSERT OR REPLACE INTO activity ({columns}) SELECT {forged} FROM activity",
            f"REPLACE INTO activity ({columns}) SELECT {forged.replace('number', '99', 1)} FROM activity LIMIT 1",
        ]
    for statement in statements:
        with pytest.raises(IntegrityError), store.writing() as session:
            session.execute(text(statement))
    assert len(list(verify_store(store))) == 2


def test_each_entry_goes_out_once_as_an_audit_event(
    store: Store, actors: list[Actor], write: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, AUDIT_LOGGER)
    write(actors[0])
    [event] = [entry for entry in caplog.records if entry.name == AUDIT_LOGGER]
    assert event.getMessage() == "audit"
    [chain] = verify_store(store, "Acme")
    assert (event.sequence, event.hash, event.tenant_id) == (2, chain.end.hash, chain.tenant_id)
    assert (event.action, event.actor_name, event.address) == ("api_key.changed", "Ada Admin", "127.0.0.1")
    assert '"object_id": "key-1"' in JsonLines().format(event)


def test_what_others_would_write_differently_is_told_as_text_and_a_key_masked(
    store: Store, actors: list[Actor]
) -> None:
    secret = new_api_key()
    changes = [FieldChange(field="x", before=0.1, after=[2**60, "\ud800", {"a": 1e21}, 7, True])]
    with store.writing() as session:
        record(
            session,
            actor=replace(actors[0], name=secret),
            tenant_id=actors[0].tenant_id,
            action=ActivityAction.API_KEY_CHANGED,
            object_ref=ObjectRef(id="x", name=secret),
            changes=[*changes, FieldChange(field="note", before=None, after=f"seen {secret}")],
        )
    with store.reading() as session:
        stored = session.scalars(select(ACTIVITY.c.changes).order_by(ACTIVITY.c.number.desc())).first()
        assert not any(secret in str(row) for row in session.execute(select(ACTIVITY)))
    assert stored[:1] == [{"field": "x", "before": "0.1", "after": [str(2**60), "?", {"a": "1e+21"}, 7, True]}]
    assert len(list(verify_store(store))) == 2

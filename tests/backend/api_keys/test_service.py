"""The rules of keys: what each operation does, what it leaves in the audit trail, and what it refuses."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from ss_admin.backend.api_keys.digest import api_key_digest
from ss_admin.backend.api_keys.errors import (
    ApiKeyNotFound,
    ExpiryInThePast,
    SecretInName,
    UnknownUser,
    VersionConflict,
)
from ss_admin.backend.store.tables import ActivityRow, ApiKeyCountRow, ApiKeyRow, TombstoneRow
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import (
    ApiKeyChange,
    ApiKeyStatus,
    Entity,
    NewApiKey,
    Permissions,
    RateLimit,
)
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import Seed, plant
from tests.support.backend import PEPPER

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def key(api_keys, admin):
    return api_keys.create(admin.actor, NewApiKey(name="Building Alarm", user_id=admin.user_id)).api_key


def rows_of(store, table):
    with store.reading() as session:
        return session.scalars(select(table)).all()


def count_of(store, tenant):
    with store.reading() as session:
        return session.scalar(select(ApiKeyCountRow.api_keys).where(ApiKeyCountRow.tenant_id == tenant.id)) or 0


class TestCreated:
    def test_defaults_are_those_of_the_article(self, api_keys, admin, me):
        with time_machine.travel(NOW, tick=False):
            key = api_keys.create(admin.actor, NewApiKey(name="  Building Alarm ", user_id=me.id)).api_key
        assert key.name == "Building Alarm"
        assert key.user == me
        assert key.expires_at is None
        assert key.rate_limit == RateLimit(max_requests=100, window_seconds=60)
        assert key.permissions.entities == [Entity.READ, Entity.WRITE]
        assert key.status is ApiKeyStatus.ACTIVE
        assert key.last_used_at is None
        assert key.last_used_address is None
        assert key.created_at == key.updated_at == NOW
        assert key.created_by == me
        assert key.version == 1

    def test_days_are_counted_from_now(self, api_keys, admin):
        with time_machine.travel(NOW, tick=False):
            order = NewApiKey(name="Alarm", user_id=admin.user_id, expires_in_days=30)
            key = api_keys.create(admin.actor, order).api_key
        assert key.expires_at == NOW + timedelta(days=30)

    def test_only_the_digest_of_the_secret_is_stored(self, api_keys, admin, store):
        secret = api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id)).secret
        [row] = rows_of(store, ApiKeyRow)
        assert row.digest == api_key_digest(PEPPER.encode(), secret)
        stored = repr([getattr(row, column.key) for column in ApiKeyRow.__table__.columns])
        assert secret not in stored

    def test_audit_entry_tells_who_from_where_and_every_setting(self, api_keys, admin, audit, me, store):
        key = api_keys.create(
            admin.actor, NewApiKey(name="Alarm", user_id=me.id, rate_limit=None, expires_in_days=7)
        ).api_key
        [entry] = audit()
        assert entry.action is ActivityAction.API_KEY_CREATED
        assert entry.actor == me
        assert entry.address == admin.actor.address
        assert entry.object == ObjectRef(id=key.id, name=f"Alarm ({key.masked_key})")
        assert {change.field: change.after for change in entry.changes} == {
            "name": "Alarm",
            "user": me.model_dump(),
            "expires_at": key.model_dump(mode="json")["expires_at"],
            "permissions": {"entities": ["read", "write"]},
            "status": "active",
        }
        assert all(change.before is None for change in entry.changes)

    def test_request_id_stands_in_the_audit_entry(self, client, admin, store):
        body = {"name": "Alarm", "user_id": admin.user_id}
        answer = client.post("/api/v1/api-keys", json=body, headers=admin.headers)
        [row] = [row for row in rows_of(store, ActivityRow) if row.action == "api_key.created"]
        assert row.request_id == answer.headers["X-Request-Id"]
        assert row.address == "127.0.0.1"

    def test_key_can_belong_to_somebody_else_of_the_tenant(self, api_keys, admin, town, tenant):
        maria = town.person(tenant, "maria", name="Maria Keller")
        key = api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=maria.user_id)).api_key
        assert key.user == ObjectRef(id=maria.user_id, name="Maria Keller")
        assert key.created_by.id == admin.user_id


class TestRefused:
    @pytest.mark.parametrize("user_id", ["nobody", "\x00", "a" * 64, "ä", "../x", "%"])
    def test_unknown_user(self, api_keys, admin, store, user_id):
        with pytest.raises(UnknownUser):
            api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=user_id))
        assert rows_of(store, ApiKeyRow) == []

    def test_user_of_another_tenant(self, api_keys, admin, other_admin):
        with pytest.raises(UnknownUser):
            api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=other_admin.user_id))

    @pytest.mark.parametrize("late", [timedelta(0), timedelta(microseconds=1), timedelta(days=400)])
    def test_expiry_that_is_not_in_the_future(self, api_keys, admin, late):
        with time_machine.travel(NOW, tick=False), pytest.raises(ExpiryInThePast):
            api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id, expires_at=NOW - late))

    def test_whole_key_as_a_name(self, api_keys, admin, audit):
        with pytest.raises(SecretInName):
            api_keys.create(admin.actor, NewApiKey(name=f"Key {new_api_key()}", user_id=admin.user_id))
        assert audit() == []

    def test_failure_after_the_key_was_written_leaves_nothing(self, api_keys, admin, store, monkeypatch):
        def fail(*_args, **_kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("ss_admin.backend.api_keys.service.record", fail)
        with pytest.raises(ZeroDivisionError):
            api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id))
        assert rows_of(store, ApiKeyRow) == []
        assert count_of(store, admin.tenant) == 0


class TestChanged:
    def test_given_fields_change_and_the_others_stay(self, api_keys, admin, audit, key):
        changed = api_keys.change(admin.actor, key.id, ApiKeyChange(name="Fire Alarm", status="disabled"))
        assert changed.name == "Fire Alarm"
        assert changed.status is ApiKeyStatus.DISABLED
        assert changed.version == 2
        assert changed.updated_at > key.updated_at
        same = {"id", "user", "masked_key", "permissions", "expires_at", "rate_limit", "created_at", "created_by"}
        assert changed.model_dump(include=same) == key.model_dump(include=same)
        assert audit()[0].changes == [
            FieldChange(field="name", before="Building Alarm", after="Fire Alarm"),
            FieldChange(field="status", before="active", after="disabled"),
        ]
        assert key.masked_key in audit()[0].object.name

    def test_null_takes_expiry_and_limit_away(self, api_keys, admin, key):
        with_expiry = api_keys.change(admin.actor, key.id, ApiKeyChange(expires_in_days=1))
        assert with_expiry.expires_at is not None
        without = api_keys.change(admin.actor, key.id, ApiKeyChange(expires_at=None, rate_limit=None))
        assert without.expires_at is None
        assert without.rate_limit is None
        assert without.version == 3

    def test_every_field_can_be_changed(self, api_keys, admin, town, key, audit):
        maria = town.person(admin.tenant, "maria", name="Maria Keller")
        moment = datetime(2031, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
        change = ApiKeyChange(
            name="New",
            user_id=maria.user_id,
            expires_at=moment,
            rate_limit=RateLimit(max_requests=3, window_seconds=60),
            permissions=Permissions(entities=[Entity.WRITE]),
            status=ApiKeyStatus.DISABLED,
        )
        changed = api_keys.change(admin.actor, key.id, change)
        assert changed.user.name == "Maria Keller"
        assert changed.expires_at == moment
        assert changed.rate_limit == change.rate_limit
        assert changed.permissions == change.permissions
        assert changed == api_keys.get(admin.actor, key.id)
        assert [entry.field for entry in audit()[0].changes] == [
            "name",
            "user",
            "expires_at",
            "rate_limit",
            "permissions",
            "status",
        ]

    @pytest.mark.parametrize("change", [{}, {"name": " Building Alarm"}, {"status": "active", "expires_at": None}])
    def test_change_to_what_is_so_already_keeps_version_and_leaves_no_entry(self, api_keys, admin, key, audit, change):
        assert api_keys.change(admin.actor, key.id, ApiKeyChange(**change)) == key
        assert len(audit()) == 1

    def test_expired_key_can_be_renamed_with_its_old_expiry_sent_along(self, api_keys, admin, key):
        with time_machine.travel(NOW, tick=False):
            old = api_keys.change(admin.actor, key.id, ApiKeyChange(expires_in_days=1))
        with time_machine.travel(NOW + timedelta(days=2), tick=False):
            renamed = api_keys.change(admin.actor, key.id, ApiKeyChange(name="Old", expires_at=old.expires_at))
        assert renamed.name == "Old"
        assert renamed.expires_at == old.expires_at

    def test_use_of_the_key_does_not_move_its_version(self, api_keys, admin, key, store):
        with store.writing() as session:
            session.execute(update(ApiKeyRow).values(last_used_at=NOW, last_used_address="203.0.113.7"))
        used = api_keys.get(admin.actor, key.id)
        assert used.version == key.version
        assert used.last_used_at == NOW
        changed = api_keys.change(admin.actor, key.id, ApiKeyChange(name="Used"), frozenset({key.version}))
        assert changed.last_used_at == NOW

    @pytest.mark.parametrize(
        ("change", "error"),
        [
            ({"user_id": "nobody"}, UnknownUser),
            ({"expires_at": NOW}, ExpiryInThePast),
            ({"name": new_api_key()}, SecretInName),
        ],
    )
    def test_unfit_change_is_refused_whole(self, api_keys, admin, key, change, error):
        with time_machine.travel(NOW, tick=False), pytest.raises(error):
            api_keys.change(admin.actor, key.id, ApiKeyChange(**{"status": "disabled", **change}))
        assert api_keys.get(admin.actor, key.id) == key


class TestConflict:
    def test_change_for_an_older_version_is_refused_with_the_version_of_now(self, api_keys, admin, key):
        api_keys.change(admin.actor, key.id, ApiKeyChange(name="Other"))
        with pytest.raises(VersionConflict) as conflict:
            api_keys.change(admin.actor, key.id, ApiKeyChange(name="Mine"), frozenset({1}))
        assert conflict.value.version == 2
        assert api_keys.get(admin.actor, key.id).name == "Other"

    def test_deletion_of_an_older_version_is_refused(self, api_keys, admin, key, store):
        api_keys.change(admin.actor, key.id, ApiKeyChange(name="Other"))
        with pytest.raises(VersionConflict):
            api_keys.delete(admin.actor, key.id, frozenset({1}))
        assert rows_of(store, TombstoneRow) == []
        api_keys.delete(admin.actor, key.id, frozenset({2}))

    def test_no_version_at_all_is_met_by_none(self, api_keys, admin, key):
        with pytest.raises(VersionConflict):
            api_keys.delete(admin.actor, key.id, frozenset())


class TestDeleted:
    def test_tombstone_keeps_what_tells_of_the_key(self, api_keys, admin, store, audit):
        created = api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id))
        with time_machine.travel(NOW, tick=False):
            api_keys.delete(admin.actor, created.api_key.id)
        [tombstone] = rows_of(store, TombstoneRow)
        assert tombstone.digest == api_key_digest(PEPPER.encode(), created.secret)
        assert tombstone.api_key_id == created.api_key.id
        assert tombstone.tenant_id == admin.tenant.id
        assert tombstone.name == "Alarm"
        assert tombstone.masked_key == created.api_key.masked_key
        assert (tombstone.deleted_by_id, tombstone.deleted_by_name) == (admin.user_id, admin.name)
        assert tombstone.deleted_at == NOW
        assert tombstone.last_tried_at is None
        assert rows_of(store, ApiKeyRow) == []
        assert audit()[0].action is ActivityAction.API_KEY_DELETED
        assert audit()[0].changes[0] == FieldChange(field="name", before="Alarm", after=None)

    def test_deleted_key_is_not_there_any_more(self, api_keys, admin, key):
        api_keys.delete(admin.actor, key.id)
        for operation in (api_keys.get, api_keys.delete):
            with pytest.raises(ApiKeyNotFound):
                operation(admin.actor, key.id)
        with pytest.raises(ApiKeyNotFound):
            api_keys.change(admin.actor, key.id, ApiKeyChange(name="x"))

    @pytest.mark.parametrize("key_id", ["", "\x00", "ä" * 36, "a" * 37, "no-such-key"])
    def test_what_can_be_no_id_is_not_found(self, api_keys, admin, key_id):
        with pytest.raises(ApiKeyNotFound):
            api_keys.get(admin.actor, key_id)
        with pytest.raises(ApiKeyNotFound):
            api_keys.delete(admin.actor, key_id)


class TestBulk:
    def test_all_are_deleted_and_what_is_missing_is_told_once_in_order(self, api_keys, admin, store, planted, audit):
        ids = planted([Seed(name=f"Key {number}") for number in range(7)])
        answer = api_keys.delete_many(admin.actor, ["zz", ids[0], ids[1], ids[0], "aa", "zz", "\x00"])
        assert answer.deleted == 2
        assert answer.missing == ["zz", "aa", "\x00"]
        assert {tombstone.api_key_id for tombstone in rows_of(store, TombstoneRow)} == set(ids[:2])
        assert {entry.object.id for entry in audit()} == set(ids[:2])
        assert count_of(store, admin.tenant) == 5

    def test_more_keys_than_a_statement_takes(self, api_keys, admin, store, planted, audit):
        ids = planted([Seed(name=f"Key {number}") for number in range(1203)])
        answer = api_keys.delete_many(admin.actor, ids[:1100])
        assert (answer.deleted, answer.missing) == (1100, [])
        assert len(rows_of(store, TombstoneRow)) == 1100
        assert len(rows_of(store, ApiKeyRow)) == count_of(store, admin.tenant) == 103
        with store.reading() as session:
            deleted = ActivityRow.action == ActivityAction.API_KEY_DELETED.value
            assert session.scalar(select(func.count()).where(deleted)) == 1100

    def test_failure_on_the_way_deletes_nothing(self, api_keys, admin, store, planted, monkeypatch):
        ids = planted([Seed()] * 3)

        def fail(*_args, **_kwargs):
            raise ZeroDivisionError

        monkeypatch.setattr("ss_admin.backend.api_keys.service.record_many", fail)
        with pytest.raises(ZeroDivisionError):
            api_keys.delete_many(admin.actor, ids)
        assert len(rows_of(store, ApiKeyRow)) == 3
        assert rows_of(store, TombstoneRow) == []

    def test_status_changes_only_where_it_was_another(self, api_keys, admin, planted, audit):
        ids = planted([Seed(), Seed(), Seed(status=ApiKeyStatus.DISABLED)])
        answer = api_keys.set_status_of_many(admin.actor, [*ids, ids[0], "nobody"], ApiKeyStatus.DISABLED)
        assert (answer.changed, answer.missing) == (2, ["nobody"])
        assert [api_keys.get(admin.actor, key_id).version for key_id in ids] == [2, 2, 1]
        assert {api_keys.get(admin.actor, key_id).status for key_id in ids} == {ApiKeyStatus.DISABLED}
        assert {entry.object.id for entry in audit()} == set(ids[:2])
        change = FieldChange(field="status", before="active", after="disabled")
        assert all(entry.changes == [change] for entry in audit())

    def test_keys_of_another_tenant_are_missing_and_stay(self, api_keys, admin, other_admin, store, other_tenant):
        other = ObjectRef(id=other_admin.user_id, name=other_admin.name)
        ids = plant(store, other_tenant, other, [Seed()] * 2)
        assert api_keys.delete_many(admin.actor, ids).missing == ids
        assert api_keys.set_status_of_many(admin.actor, ids, ApiKeyStatus.DISABLED).missing == ids
        assert [api_keys.get(other_admin.actor, key_id).version for key_id in ids] == [1, 1]


def test_service_and_its_answers_show_no_secret(api_keys, admin, caplog):
    caplog.set_level("DEBUG")
    created = api_keys.create(admin.actor, NewApiKey(name="Alarm", user_id=admin.user_id))
    assert created.secret not in repr(created)
    assert created.secret not in str(created)
    assert PEPPER not in repr(api_keys)
    assert repr(api_keys) == "<ApiKeysService>"
    assert created.secret not in caplog.text
    assert "digest" not in created.api_key.model_dump()

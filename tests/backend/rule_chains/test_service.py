"""The rules of rule chains: what each operation does, what it leaves in the audit trail, and what it refuses."""

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from ss_admin.backend.rule_chains.errors import RuleChainNotFound, RuleChainUnfit, RuleChainVersionConflict
from ss_admin.backend.rule_chains.outbox.signature import signing_secret
from ss_admin.backend.store.tables import (
    ActivityRow,
    ExecutionRow,
    RuleChainDayRow,
    RuleChainRow,
    RuleChainVersionRow,
    ScopedKeyRow,
)
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.api_keys import Seed, plant
from tests.support.backend import PEPPER
from tests.support.executions import an_execution, narrow_key, plant_executions
from tests.support.rule_chains import ANY_OBJECT, a_definition, chain_order

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BASE = "https://api.signalsync.cloud"


@pytest.fixture
def chain(chains, admin):
    return chains.create(admin.actor, chain_order(), endpoint_base=BASE)


@pytest.fixture
def change(chains, admin, chain):
    """Changes the chain."""

    def make(versions=None, **values):
        order = RuleChainChange.model_validate(values)
        return chains.change(admin.actor, chain.id, order, versions, endpoint_base=BASE)

    return make


def rows_of(store, table, *conditions):
    with store.reading() as session:
        return session.scalars(select(table).where(*conditions)).all()


def versions_of(store, chain):
    rows = rows_of(store, RuleChainVersionRow, RuleChainVersionRow.rulechain_id == chain.id)
    return {row.version: (row.input_schema, row.definition) for row in rows}


def sha256(document):
    return hashlib.sha256(
        json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    ).hexdigest()


def told(entry):
    return {change.field: (change.before, change.after) for change in entry.changes}


class TestCreated:
    def test_begins_internal_and_enabled_at_version_one(self, chains, admin, store):
        with time_machine.travel(NOW, tick=False):
            chain = chains.create(admin.actor, chain_order(name="  Counter "), endpoint_base=BASE)
        assert (chain.name, chain.description, chain.is_external, chain.enabled) == ("Counter", "", False, True)
        assert (chain.version, chain.definition_version) == (1, 1)
        assert chain.created_at == chain.updated_at == NOW
        assert (chain.last_run_at, chain.runs, chain.success_rate) == (None, 0, None)
        assert chain.endpoint_url == f"{BASE}/rulechains/{chain.id}/execute"
        assert versions_of(store, chain) == {1: (ANY_OBJECT, a_definition())}
        assert chains.get(admin.actor, chain.id, endpoint_base=BASE) == chain

    def test_what_it_was_given_is_kept_to_the_letter(self, chains, admin):
        sample = {"größe": [1, 1.0, True, None, 2**64 - 1, {"b": 1, "a": 2}], "“text”": "\u2028 \\ 😀"}
        definition = a_definition() | {"settings": {"kept": ["as", "it", "is"]}}
        order = chain_order(sample_payload=sample, definition=definition)
        kept = chains.get(admin.actor, chains.create(admin.actor, order, endpoint_base="").id, endpoint_base="")
        assert json.dumps([kept.sample_payload, kept.definition]) == json.dumps([sample, definition])

    def test_audit_entry_tells_every_setting_and_no_definition(self, audit, admin, chain):
        [entry] = audit()
        assert (entry.action, entry.object) == (
            ActivityAction.RULE_CHAIN_CREATED,
            ObjectRef(id=chain.id, name="Counter"),
        )
        assert entry.actor == ObjectRef(id=admin.user_id, name=admin.name)
        assert told(entry) == {
            "name": (None, "Counter"),
            "description": (None, ""),
            "is_external": (None, False),
            "enabled": (None, True),
            "input_schema": (None, {"version": 1, "sha256": sha256(ANY_OBJECT)}),
            "definition": (None, {"version": 1, "sha256": sha256(a_definition()), "nodes": 3}),
            "sample_payload": (None, {"sha256": sha256({"n": 1})}),
        }

    def test_two_chains_may_have_one_name(self, chains, admin, chain):
        assert chains.create(admin.actor, chain_order(), endpoint_base=BASE).id != chain.id


class TestRefused:
    def test_all_that_is_wrong_is_told_at_once_and_nothing_is_stored(self, chains, admin, store):
        definition = a_definition("n +")
        definition["nodes"].append({"id": "lost", "type": "noSuchNode", "name": "Lost"})
        order = chain_order(
            name=f"Key {new_api_key()}",
            input_schema={"type": "object", "properties": {"x": {"type": "no such type"}}},
            definition=definition,
            sample_payload={"text": "x" * 65_536},
        )
        with pytest.raises(RuleChainUnfit) as refusal:
            chains.create(admin.actor, order, endpoint_base=BASE)
        pointers = {fault.pointer for fault in refusal.value.faults}
        assert {"/name", "/sample_payload", "/input_schema/properties/x/type"} <= pointers
        assert any(pointer.startswith("/definition/nodes/1/content/expressions/0") for pointer in pointers)
        assert any(pointer.startswith("/definition/nodes/3") for pointer in pointers)
        assert all(fault.detail for fault in refusal.value.faults)
        assert rows_of(store, RuleChainRow) == rows_of(store, RuleChainVersionRow) == []
        assert rows_of(store, ActivityRow, ActivityRow.action == "rule_chain.created") == []

    @pytest.mark.parametrize(
        ("values", "pointer"),
        [
            ({"name": "Key {}"}, "/name"),
            ({"description": "Call it with\n{}"}, "/description"),
            ({"sample_payload": {"a": [{"b/c": "{}"}]}}, "/sample_payload/a/0/b~1c"),
            ({"sample_payload": {"a": {"{}": 1}}}, "/sample_payload/a"),
            ({"input_schema": {"type": "object", "description": "{}"}}, "/input_schema/description"),
            ({"definition": a_definition("'{}'")}, "/definition/nodes/1/content/expressions/0/value"),
        ],
    )
    def test_api_key_is_taken_in_nowhere(self, chains, admin, change, values, pointer):
        secret = new_api_key()
        values = json.loads(json.dumps(values).replace("{}", secret))
        for attempt in (
            lambda: chains.create(admin.actor, chain_order(**values), endpoint_base=BASE),
            lambda: change(**values),
        ):
            with pytest.raises(RuleChainUnfit) as refusal:
                attempt()
            assert [fault.pointer for fault in refusal.value.faults] == [pointer]
            assert secret not in refusal.value.faults[0].detail
        assert change().version == 1

    def test_another_tenants_chain_is_not_there(self, chains, chain, other_admin):
        actor, order = other_admin.actor, RuleChainChange(enabled=False)
        for attempt in (
            lambda rulechain_id: chains.get(actor, rulechain_id, endpoint_base=BASE),
            lambda rulechain_id: chains.change(actor, rulechain_id, order, endpoint_base=BASE),
            lambda rulechain_id: chains.delete(actor, rulechain_id),
            lambda rulechain_id: chains.show_signing_secret(actor, rulechain_id),
            lambda rulechain_id: chains.replace_signing_secret(actor, rulechain_id),
            lambda rulechain_id: chains.list_scoped_keys(actor, rulechain_id, limit=1),
        ):
            for rulechain_id in (chain.id, str(uuid.uuid4())):
                with pytest.raises(RuleChainNotFound):
                    attempt(rulechain_id)


class TestChanged:
    def test_switch_counts_a_version_and_leaves_the_definition_at_its_own(self, change, chain, store, audit):
        with time_machine.travel(NOW + timedelta(days=1), tick=False):
            changed = change(is_external=True, enabled=False)
        assert (changed.is_external, changed.enabled, changed.version, changed.definition_version) == (
            True,
            False,
            2,
            1,
        )
        assert changed.updated_at == NOW + timedelta(days=1)
        assert changed.created_at == chain.created_at
        assert set(versions_of(store, chain)) == {1}
        assert told(audit()[0]) == {"is_external": (False, True), "enabled": (True, False)}

    def test_new_definition_is_kept_as_a_version_beside_the_old(self, change, chain, store, audit):
        change(name="Other")
        changed = change(definition=a_definition("n + 2"))
        assert (changed.version, changed.definition_version) == (3, 3)
        assert versions_of(store, chain) == {1: (ANY_OBJECT, a_definition()), 3: (ANY_OBJECT, a_definition("n + 2"))}
        assert audit()[0].action is ActivityAction.RULE_CHAIN_CHANGED
        assert told(audit()[0]) == {
            "definition": (
                {"version": 1, "sha256": sha256(a_definition()), "nodes": 3},
                {"version": 3, "sha256": sha256(a_definition("n + 2")), "nodes": 3},
            )
        }
        assert "n + 2" not in repr(audit())

    def test_new_schema_is_a_version_of_the_definition_too(self, change, chain, store, audit):
        schema = {"type": "object", "required": ["n"]}
        assert change(input_schema=schema).definition_version == 2
        assert versions_of(store, chain)[2] == (schema, a_definition())
        assert set(told(audit()[0])) == {"input_schema"}

    def test_new_name_is_found_and_sorted_by(self, chains, admin, change):
        change(name="Zähler", description=" Counts\n\tup ", sample_payload={})
        [listed] = chains.list_page(admin.actor, endpoint_base=BASE, search="ZÄHL", limit=10).items
        assert (listed.name, listed.description, listed.sample_payload) == ("Zähler", "Counts\n\tup", {})

    def test_what_is_so_already_is_no_change(self, change, chain, audit):
        entries = len(audit())
        assert change(name="Counter", definition=a_definition(), enabled=True) == chain
        assert change() == chain
        assert len(audit()) == entries

    def test_numbers_and_truth_values_that_look_equal_are_told_apart(self, chains, admin, change):
        assert change(sample_payload={"n": True}).version == 2
        assert change(sample_payload={"n": 1.0}).version == 3
        order = chains.change(
            admin.actor, change().id, RuleChainChange(sample_payload={"n": 1}), endpoint_base=BASE
        ).sample_payload
        assert json.dumps(order) == '{"n": 1}'

    def test_version_that_was_not_meant_is_a_conflict(self, change, chains, admin, chain):
        assert change(frozenset({1, 7}), name="Mine").version == 2
        with pytest.raises(RuleChainVersionConflict) as conflict:
            change(frozenset({1}), name="Yours")
        assert conflict.value.version == 2
        with pytest.raises(RuleChainVersionConflict):
            chains.delete(admin.actor, chain.id, frozenset({1}))
        assert chains.get(admin.actor, chain.id, endpoint_base=BASE).name == "Mine"

    def test_schema_alone_is_checked_together_with_the_definition_that_is_there(self, change, chain, store):
        with pytest.raises(RuleChainUnfit) as refusal:
            change(input_schema={"type": 7})
        assert all(fault.pointer.startswith("/input_schema") for fault in refusal.value.faults)
        assert rows_of(store, RuleChainRow)[0].version == 1

    def test_fields_that_stay_are_not_judged_anew(self, change, chain, store):
        with store.writing() as session:  # a chain from before such definitions were refused
            session.get_one(RuleChainRow, chain.id).definition = {"nodes": [], "edges": []}
        assert change(enabled=False).enabled is False


class TestDeleted:
    def test_versions_and_counters_go_and_executions_stay(self, chains, admin, chain, store):
        plant_executions(store, [an_execution(admin.tenant, chain.id)])
        chains.delete(admin.actor, chain.id, frozenset({1}))
        for table in (RuleChainRow, RuleChainVersionRow, RuleChainDayRow):
            assert rows_of(store, table) == []
        assert len(rows_of(store, ExecutionRow)) == 1
        with pytest.raises(RuleChainNotFound):
            chains.get(admin.actor, chain.id, endpoint_base=BASE)

    def test_audit_entry_tells_what_was(self, chains, admin, chain, change, audit):
        change(definition=a_definition("n + 2"))
        chains.delete(admin.actor, chain.id)
        entry = audit()[0]
        assert (entry.action, entry.object.name) == (ActivityAction.RULE_CHAIN_DELETED, "Counter")
        assert told(entry)["definition"] == (
            {"version": 2, "sha256": sha256(a_definition("n + 2")), "nodes": 3},
            None,
        )
        assert told(entry)["name"] == ("Counter", None)

    def test_keys_narrowed_to_it_stay_narrowed(self, chains, admin, chain, store):
        [key_id] = plant(store, admin.tenant, ObjectRef(id=admin.user_id, name=admin.name), [Seed()])
        narrow_key(store, key_id, chain.id)
        chains.delete(admin.actor, chain.id)
        assert [row.rulechain_id for row in rows_of(store, ScopedKeyRow)] == [chain.id]

    def test_deleted_twice_is_not_there_the_second_time(self, chains, admin, chain):
        chains.delete(admin.actor, chain.id)
        with pytest.raises(RuleChainNotFound):
            chains.delete(admin.actor, chain.id)


class TestSigningSecret:
    def test_each_look_at_it_is_recorded_and_gives_the_same(self, chains, admin, chain, audit):
        secrets = {chains.show_signing_secret(admin.actor, chain.id).secret for _ in range(2)}
        assert secrets == {signing_secret(PEPPER.encode(), chain.id, 1)}
        entries = [entry for entry in audit() if entry.action is ActivityAction.SIGNING_SECRET_SHOWN]
        assert len(entries) == 2
        assert entries[0].object == ObjectRef(id=chain.id, name="Counter")
        assert entries[0].changes == []

    def test_replaced_one_is_another_and_no_change_of_the_chain(self, chains, admin, chain, audit, store):
        before = chains.show_signing_secret(admin.actor, chain.id).secret
        after = chains.replace_signing_secret(admin.actor, chain.id).secret
        assert before != after == chains.show_signing_secret(admin.actor, chain.id).secret
        assert chains.get(admin.actor, chain.id, endpoint_base=BASE) == chain
        assert [entry.action for entry in audit()].count(ActivityAction.SIGNING_SECRET_REPLACED) == 1
        stored = repr([vars(row) for table in (RuleChainRow, ActivityRow) for row in rows_of(store, table)])
        assert before not in stored
        assert after not in stored
        assert after not in repr(chains.show_signing_secret(admin.actor, chain.id))

    def test_each_chain_has_its_own(self, chains, admin, chain):
        other = chains.create(admin.actor, chain_order(), endpoint_base=BASE)
        mine, its = (chains.show_signing_secret(admin.actor, each.id) for each in (chain, other))
        assert mine.secret != its.secret


class TestScopedKeys:
    def test_keys_narrowed_to_the_chain_are_listed_by_name(self, chains, admin, chain, store):
        me = ObjectRef(id=admin.user_id, name=admin.name)
        ids = plant(store, admin.tenant, me, [Seed(name=name) for name in ("Zebra", "alarm", "Other", "Alarm", "Bell")])
        for key_id in (*ids[:2], *ids[3:]):
            narrow_key(store, key_id, chain.id)
        narrow_key(store, ids[2], str(uuid.uuid4()))
        first = chains.list_scoped_keys(admin.actor, chain.id, limit=3)
        assert [key.name for key in first.items] == ["alarm", "Alarm", "Bell"]
        assert first.total == 4
        assert all("…" in key.masked_key for key in first.items)
        rest = chains.list_scoped_keys(admin.actor, chain.id, limit=3, cursor=first.next_cursor)
        assert ([key.id for key in rest.items], rest.next_cursor) == ([ids[0]], None)
        assert [key.id for key in chains.list_scoped_keys(admin.actor, chain.id, limit=9, offset=3).items] == [ids[0]]


class TestRuns:
    def test_days_that_count_are_added_up(self, chains, admin, chain, store):
        failed = ExecutionOutcome.FAILED
        with time_machine.travel(NOW, tick=False):
            ages = [timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=30), timedelta(days=31)]
            plant_executions(store, [an_execution(admin.tenant, chain.id, at=NOW - age) for age in ages * 2])
            plant_executions(
                store, [an_execution(admin.tenant, chain.id, at=NOW - age, outcome=failed) for age in ages[1:]]
            )
            [listed] = chains.list_page(admin.actor, endpoint_base=BASE, limit=10).items
            assert (listed.runs, listed.success_rate, listed.last_run_at) == (11, 8 / 11, NOW)
            detail = chains.get(admin.actor, chain.id, endpoint_base=BASE)
            assert (detail.runs, detail.success_rate, detail.last_run_at) == (11, 8 / 11, NOW)
        with time_machine.travel(NOW + timedelta(days=31), tick=False):
            [listed] = chains.list_page(admin.actor, endpoint_base=BASE, limit=10).items
        assert (listed.runs, listed.success_rate, listed.last_run_at) == (0, None, None)

    def test_counters_of_other_chains_stay_apart(self, chains, admin, chain, store):
        other = chains.create(admin.actor, chain_order(name="Busy"), endpoint_base=BASE)
        plant_executions(store, [an_execution(admin.tenant, other.id)])
        page = chains.list_page(admin.actor, endpoint_base=BASE, limit=10)
        assert {item.id: item.runs for item in page.items} == {chain.id: 0, other.id: 1}

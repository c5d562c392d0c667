"""Keys narrowed to rule chains and to addresses: what is stored, refused, told in the audit trail and found again."""

import uuid

import pytest
from sqlalchemy import delete, select

from ss_admin.backend.api_keys.errors import UnknownRuleChains
from ss_admin.backend.api_keys.listing import ApiKeyQuery
from ss_admin.backend.store.tables import ApiKeyRow, RuleChainRow, ScopedKeyRow
from ss_admin.contract.api_keys import ApiKeyChange, ApiKeySort, Entity, NewApiKey, Permissions
from tests.support.partner import plant_chain
from tests.support.problems import refused

KEYS = "/api/v1/api-keys"


@pytest.fixture
def chains(store, tenant):
    return [plant_chain(store, tenant) for _ in range(3)]


@pytest.fixture
def foreign_chain(store, other_tenant):
    return plant_chain(store, other_tenant)


@pytest.fixture
def create(api_keys, admin):
    def make(rulechains=None, **order):
        permissions = Permissions(rulechains=rulechains)
        order = NewApiKey(**{"name": "Alarm", "user_id": admin.user_id, "permissions": permissions} | order)
        return api_keys.create(admin.actor, order).api_key

    return make


@pytest.fixture
def change(api_keys, admin):
    def make(key, **values):
        return api_keys.change(admin.actor, key.id, ApiKeyChange(**values))

    return make


def linked(store, key):
    """The chains from which the key is found."""
    query = select(ScopedKeyRow.rulechain_id).join(ApiKeyRow, ApiKeyRow.number == ScopedKeyRow.api_key_number)
    with store.reading() as session:
        return set(session.scalars(query.where(ApiKeyRow.id == key.id)))


def all_links(store):
    with store.reading() as session:
        return session.scalars(select(ScopedKeyRow)).all()


def remove_chain(store, rulechain_id):
    with store.writing() as session:
        session.execute(delete(RuleChainRow).where(RuleChainRow.id == rulechain_id))


class TestRuleChains:
    def test_a_key_without_them_looks_as_it_always_did(self, create, store, signed_in):
        key = create()
        answer = signed_in.get(f"{KEYS}/{key.id}")
        assert b'"permissions":{"entities":["read","write"]},' in answer.data
        with store.reading() as session:
            row = session.scalars(select(ApiKeyRow)).one()
        assert (row.permissions, row.permissions_text) == ({"entities": ["read", "write"]}, "read, write")
        assert all_links(store) == []

    def test_a_key_narrowed_to_them_is_told_stored_and_found_from_each(self, create, store, chains, api_keys, admin):
        key = create(chains[:2])
        assert key.permissions.rulechains == chains[:2]
        assert api_keys.get(admin.actor, key.id) == key
        assert api_keys.list_page(admin.actor, ApiKeyQuery()).items == [key]
        assert linked(store, key) == set(chains[:2])

    def test_changing_them_keeps_both_sides_in_step(self, create, change, store, chains):
        key, other = create(chains[:2]), create(chains[:1])
        changed = change(key, permissions={"entities": ["write"], "rulechains": [chains[2], chains[1]]})
        assert changed.permissions == Permissions(entities=[Entity.WRITE], rulechains=[chains[2], chains[1]])
        assert linked(store, key) == set(chains[1:])
        change(key, permissions={"entities": ["read", "write"]})
        assert linked(store, key) == set()
        assert linked(store, other) == {chains[0]}

    def test_another_change_leaves_them_alone(self, create, change, store, chains):
        key = create(chains)
        assert change(key, name="Renamed").permissions.rulechains == chains
        assert linked(store, key) == set(chains)

    def test_deleting_keys_forgets_their_links(self, create, store, chains, api_keys, admin):
        one, *many = [create(chains) for _ in range(4)]
        api_keys.delete(admin.actor, one.id)
        assert len(all_links(store)) == 9
        api_keys.delete_many(admin.actor, [key.id for key in many])
        assert all_links(store) == []

    def test_each_unknown_one_is_told_at_its_place_and_nothing_is_stored(
        self, chains, foreign_chain, store, signed_in, admin
    ):
        wanted = [chains[0], foreign_chain, str(uuid.uuid4()), chains[1], "a b", "größe"]
        body = {"name": "x", "user_id": admin.user_id, "permissions": {"rulechains": wanted}}
        answer = signed_in.post(KEYS, json=body)
        refused(answer, 422, "validation_failed", [f"/permissions/rulechains/{place}" for place in (1, 2, 4, 5)])
        assert {fault["detail"] for fault in answer.json["errors"]} == {"There is no such rule chain."}
        assert all_links(store) == []
        assert signed_in.get(KEYS).json["total"] == 0

    def test_unknown_ones_are_refused_in_a_change_too(self, create, change, store, chains):
        key = create(chains[:1])
        with pytest.raises(UnknownRuleChains) as refusal:
            change(key, permissions={"entities": ["write"], "rulechains": [chains[0], "nowhere"]})
        assert [fault.pointer for fault in refusal.value.faults] == ["/permissions/rulechains/1"]
        assert linked(store, key) == {chains[0]}

    def test_one_that_was_deleted_may_stay_but_not_come_anew(self, create, change, store, chains):
        key, other = create(chains[:2]), create(chains[1:2])
        remove_chain(store, chains[0])
        changed = change(key, permissions={"entities": ["write"], "rulechains": [chains[0], chains[2]]})
        assert changed.permissions.rulechains == [chains[0], chains[2]]
        assert linked(store, key) == {chains[0], chains[2]}
        with pytest.raises(UnknownRuleChains):
            change(other, permissions={"rulechains": [chains[0], chains[1]]})

    @pytest.mark.parametrize("wanted", [[], [""], [5], "x", ["x" * 65]])
    def test_what_is_no_list_of_ids(self, signed_in, admin, wanted):
        body = {"name": "x", "user_id": admin.user_id, "permissions": {"rulechains": wanted}}
        answer = signed_in.post(KEYS, json=body)
        refused(answer, 422, "validation_failed")
        assert all(fault["pointer"].startswith("/permissions/rulechains") for fault in answer.json["errors"])

    def test_the_list_sorts_by_how_far_keys_are_narrowed(self, create, store, tenant, api_keys, admin):
        chains = [plant_chain(store, tenant) for _ in range(10)]
        ten, two, free = create(chains), create(chains[:2]), create()
        page = api_keys.list_page(admin.actor, ApiKeyQuery(sort=ApiKeySort.PERMISSIONS, descending=False))
        assert [key.id for key in page.items] == [free.id, two.id, ten.id]


class TestAddresses:
    def test_they_are_kept_in_their_normal_form_each_once(self, create, api_keys, admin):
        key = create(allowed_addresses=["203.0.113.7", " 2001:DB8::/32", "203.0.113.7/32", "::ffff:198.51.100.0/120"])
        assert key.allowed_addresses == ["203.0.113.7/32", "2001:db8::/32", "198.51.100.0/24"]
        assert api_keys.get(admin.actor, key.id) == key
        assert api_keys.list_page(admin.actor, ApiKeyQuery()).items == [key]

    def test_null_lets_everywhere_in_again(self, create, change, store):
        key = create(allowed_addresses=["203.0.113.7"])
        assert change(key, name="Renamed").allowed_addresses == ["203.0.113.7/32"]
        assert change(key, allowed_addresses=None).allowed_addresses is None
        with store.reading() as session:
            assert session.scalars(select(ApiKeyRow.allowed_addresses)).one() is None

    @pytest.mark.parametrize(
        ("addresses", "pointers"),
        [
            (["nonsense"], ["/allowed_addresses/0"]),
            (["203.0.113.7", "203.0.113.7/24", "", "fe80::1%eth0"], [f"/allowed_addresses/{n}" for n in (1, 2, 3)]),
            ([], ["/allowed_addresses"]),
            (["10.0.0.1"] * 101, ["/allowed_addresses"]),
            ("10.0.0.0/8", ["/allowed_addresses"]),
            ([10], ["/allowed_addresses/0"]),
        ],
    )
    def test_faults_are_all_told_at_their_places(self, create, signed_in, admin, addresses, pointers):
        body = {"name": "x", "user_id": admin.user_id, "allowed_addresses": addresses}
        refused(signed_in.post(KEYS, json=body), 422, "validation_failed", pointers)
        path = f"{KEYS}/{create().id}"
        refused(signed_in.patch(path, json={"allowed_addresses": addresses}), 422, "validation_failed", pointers)

    def test_an_address_within_a_network_is_told_how_to_write_it(self, signed_in, admin):
        body = {"name": "x", "user_id": admin.user_id, "allowed_addresses": ["203.0.113.7/24"]}
        answer = signed_in.post(KEYS, json=body)
        assert "write 203.0.113.0/24 for the whole network" in answer.json["errors"][0]["detail"]


class TestAudit:
    def test_creation_and_deletion_tell_both(self, create, chains, audit, api_keys, admin):
        key = create(chains[:1], allowed_addresses=["10.0.0.0/8"])
        api_keys.delete(admin.actor, key.id)
        deleted, created = audit()
        permissions = {"entities": ["read", "write"], "rulechains": chains[:1]}
        for facts in (
            {change.field: change.after for change in created.changes},
            {change.field: change.before for change in deleted.changes},
        ):
            assert facts["permissions"] == permissions
            assert facts["allowed_addresses"] == ["10.0.0.0/8"]

    def test_a_change_tells_from_what_to_what(self, create, change, chains, audit):
        key = create(chains[:1])
        change(key, permissions={"entities": ["read", "write"]}, allowed_addresses=["10.0.0.0/8"])
        [entry, _] = audit()
        assert [(change.field, change.before, change.after) for change in entry.changes] == [
            ("permissions", {"entities": ["read", "write"], "rulechains": chains[:1]},
             {"entities": ["read", "write"]}),
            ("allowed_addresses", None, ["10.0.0.0/8"]),
        ]  # fmt: skip

    def test_the_same_again_is_no_change(self, create, change, chains, audit):
        key = create(chains[:1], allowed_addresses=["10.0.0.0/8"])
        same = change(key, permissions=key.permissions, allowed_addresses=["10.0.0.0/8"])
        assert (same, len(audit())) == (key, 1)

"""The list: sorting by every column, paging that is stable, filters by state, totals, and cursors."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text

from ss_admin.backend.api_keys.listing import ApiKeyQuery, build_listing, expiry_state
from ss_admin.backend.api_keys.search import sorting_text
from ss_admin.backend.paging import CursorInvalid, encode_cursor
from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.contract.api_keys import ApiKeySort, ApiKeyStatus, ExpiryState
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import Seed, plant, varied_seeds

NOW = datetime(2026, 11, 1, tzinfo=UTC)
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
ORDERS = [(sort, descending) for sort in ApiKeySort for descending in (False, True)]

SORT_KEYS = {
    ApiKeySort.NAME: lambda key: sorting_text(key.name),
    ApiKeySort.USER: lambda key: sorting_text(key.user.name),
    ApiKeySort.MASKED_KEY: lambda key: key.masked_key,
    ApiKeySort.PERMISSIONS: lambda key: ", ".join(key.permissions.entities),
    ApiKeySort.EXPIRES_AT: lambda key: key.expires_at or LAST,
    ApiKeySort.LAST_USED_AT: lambda key: key.last_used_at or FIRST,
    ApiKeySort.STATUS: lambda key: key.status.value,
    ApiKeySort.CREATED_AT: lambda key: key.created_at,
}


@pytest.fixture
def town_of_keys(planted, admin, town):
    """60 keys in every state, of four users; their ids in the order of their numbers."""
    users = [ObjectRef(id=admin.user_id, name=admin.name)]
    for number, name in enumerate(["Zoé Ähre", "aaron", "Ängstrom"]):
        users.append(ObjectRef(id=town.person(admin.tenant, f"user{number}", name=name).user_id, name=name))
    return planted(varied_seeds(60, users=users))


def all_pages(api_keys, actor, query):
    pages = [api_keys.list_page(actor, query)]
    while pages[-1].next_cursor is not None:
        pages.append(api_keys.list_page(actor, replace(query, cursor=pages[-1].next_cursor)))
    return pages


def ids(keys):
    return [key.id for key in keys]


def test_every_sort_order_pages_through_all_keys_by_cursor_and_by_offset(api_keys, admin, town_of_keys):
    everything = api_keys.list_page(admin.actor, ApiKeyQuery(limit=1000)).items
    number = {key_id: place for place, key_id in enumerate(town_of_keys)}
    for sort, descending in ORDERS:
        order = sorted(everything, key=lambda key: (SORT_KEYS[sort](key), number[key.id]), reverse=descending)
        query = ApiKeyQuery(sort=sort, descending=descending, limit=17)
        pages = all_pages(api_keys, admin.actor, query)
        assert [len(page.items) for page in pages] == [17, 17, 17, 9]
        assert {page.total for page in pages} == {60}
        assert [key.id for page in pages for key in page.items] == ids(order), (sort, descending)
        jump = api_keys.list_page(admin.actor, replace(query, offset=40))
        assert ids(jump.items) == ids(order[40:57])
        assert jump.total == 60


def test_never_expires_sorts_behind_every_date_and_never_used_before(api_keys, admin, planted):
    planted([Seed(name="never"), Seed(name="far", expires_at=LAST, last_used_at=NOW)])
    for sort, expected in ((ApiKeySort.EXPIRES_AT, ["far", "never"]), (ApiKeySort.LAST_USED_AT, ["never", "far"])):
        page = api_keys.list_page(admin.actor, ApiKeyQuery(sort=sort, descending=False))
        assert [key.name for key in page.items] == expected


@pytest.mark.parametrize("descending", [False, True])
def test_pages_stay_stable_while_keys_come_and_go(api_keys, admin, planted, store, descending):
    old = planted([Seed(name=f"Key {number % 5}") for number in range(40)])
    query = ApiKeyQuery(sort=ApiKeySort.NAME, descending=descending, limit=10)
    page = api_keys.list_page(admin.actor, query)
    seen = ids(page.items)
    while page.next_cursor is not None:
        gone = [seen[-1], *[key_id for key_id in old if key_id not in seen][:1]]
        with store.writing() as session:
            session.execute(delete(ApiKeyRow).where(ApiKeyRow.id.in_(gone)))
        old = [key_id for key_id in old if key_id not in gone]
        planted([Seed(name="Key 0"), Seed(name="Key 2"), Seed(name="Key 4")])
        page = api_keys.list_page(admin.actor, replace(query, cursor=page.next_cursor))
        seen += ids(page.items)
    assert len(seen) == len(set(seen))
    assert set(old) <= set(seen)


def test_last_page_that_is_exactly_full_has_no_next(api_keys, admin, planted):
    planted([Seed()] * 20)
    pages = all_pages(api_keys, admin.actor, ApiKeyQuery(limit=10))
    assert [(len(page.items), page.total) for page in pages] == [(10, 20), (10, 20)]


def test_empty_list_and_offset_behind_the_end(api_keys, admin, planted):
    empty = api_keys.list_page(admin.actor, ApiKeyQuery())
    assert (empty.items, empty.next_cursor, empty.total) == ([], None, 0)
    planted([Seed()] * 3)
    behind = api_keys.list_page(admin.actor, ApiKeyQuery(offset=50))
    assert (behind.items, behind.next_cursor, behind.total) == ([], None, 3)
    filtered = api_keys.list_page(admin.actor, ApiKeyQuery(offset=50, statuses=frozenset({ApiKeyStatus.ACTIVE})))
    assert (filtered.items, filtered.total) == ([], 3)


def test_expiry_states_change_at_the_very_instant(api_keys, admin, planted):
    tick, week = timedelta(microseconds=1), timedelta(days=7)
    moments = {
        "past": NOW - timedelta(days=1),
        "now": NOW,
        "next": NOW + tick,
        "week": NOW + week,
        "behind": NOW + week + tick,
        "never": None,
    }
    expected = {
        ExpiryState.EXPIRED: {"past", "now"},
        ExpiryState.SOON: {"next", "week"},
        ExpiryState.ACTIVE: {"behind"},
        ExpiryState.NEVER: {"never"},
    }
    planted([Seed(name=name, expires_at=moment) for name, moment in moments.items()])
    with time_machine.travel(NOW, tick=False):
        for state, names in expected.items():
            page = api_keys.list_page(admin.actor, ApiKeyQuery(expiries=frozenset({state})))
            assert {key.name for key in page.items} == names
            assert all(expiry_state(key.expires_at, NOW) is state for key in page.items)


def test_filters_together_let_through_what_all_of_them_let_through(api_keys, admin, town_of_keys):
    with time_machine.travel(NOW, tick=False):
        everything = api_keys.list_page(admin.actor, ApiKeyQuery(limit=1000)).items
        users = sorted({key.user.id for key in everything})

        @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
        @given(
            st.frozensets(st.sampled_from(ApiKeyStatus)),
            st.frozensets(st.sampled_from(ExpiryState)),
            st.sampled_from([None, *users, "nobody", "\x00"]),
            st.sampled_from(["", "bui", "a"]),
            st.sampled_from(ApiKeySort),
        )
        def filtered(statuses, expiries, user_id, search, sort):
            query = ApiKeyQuery(
                statuses=statuses, expiries=expiries, user_id=user_id, search=search, sort=sort, limit=9
            )
            pages = all_pages(api_keys, admin.actor, query)
            found = [key.id for page in pages for key in page.items]
            searched = set(ids(api_keys.list_page(admin.actor, ApiKeyQuery(search=search, limit=1000)).items))
            expected = {
                key.id
                for key in everything
                if (not statuses or key.status in statuses)
                and (not expiries or expiry_state(key.expires_at, NOW) in expiries)
                and (user_id is None or key.user.id == user_id)
                and key.id in searched
            }
            assert sorted(found) == sorted(expected)
            assert {page.total for page in pages} == {len(expected)}

        filtered()


def test_list_shows_the_users_name_of_now(api_keys, admin, planted, store):
    planted([Seed()])
    with store.writing() as session:
        session.execute(text("UPDATE users SET name = 'Ada Married'"))
    assert api_keys.list_page(admin.actor, ApiKeyQuery()).items[0].user.name == "Ada Married"


def test_each_tenant_lists_and_counts_its_own(api_keys, admin, other_admin, planted, store):
    planted([Seed()] * 3)
    other = ObjectRef(id=other_admin.user_id, name=other_admin.name)
    plant(store, other_admin.tenant, other, [Seed()] * 2)
    assert api_keys.list_page(admin.actor, ApiKeyQuery(limit=1)).total == 3
    assert api_keys.list_page(other_admin.actor, ApiKeyQuery(limit=1)).total == 2


def encoded(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


BAD_CURSORS = [
    "",
    "x",
    "ä",
    "=" * 5,
    "a" * 5000,
    encoded(["name", "alarm", 1]),
    encoded(["-name", "alarm"]),
    encoded(["-name", 5, 1]),
    encoded(["-name", "alarm", "1"]),
    encoded(["-name", "alarm", 2**64]),
    encoded(["-name", "alarm", True]),
    encoded(["-name", "\x00", 1]),
    encoded(["-user", "alarm", 1]),
    encoded({"sort": "-name"}),
    encoded(None),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]


def test_cursor_that_this_list_did_not_give_out_is_refused(api_keys, admin, client, tenant_admin):
    for cursor in BAD_CURSORS:
        with pytest.raises(CursorInvalid):
            api_keys.list_page(admin.actor, ApiKeyQuery(sort=ApiKeySort.NAME, cursor=cursor))
        answer = client.get("/api/v1/api-keys", query_string={"sort": "-name", "cursor": cursor}, headers=tenant_admin)
        assert answer.status_code == 422
        assert answer.json["code"] == "validation_failed"
        assert [fault["pointer"] for fault in answer.json["errors"]] == ["cursor"]


@pytest.mark.parametrize("sort", list(ApiKeySort))
def test_cursor_of_one_order_is_refused_by_every_other(sort):
    cursor = encode_cursor(sort.value, 1 if sort.value.endswith("_at") else "a", 1)
    for other, descending in ORDERS:
        if (other, descending) == (sort, False):
            continue
        with pytest.raises(CursorInvalid):
            build_listing("sqlite", "tenant", ApiKeyQuery(sort=other, descending=descending, cursor=cursor), NOW)

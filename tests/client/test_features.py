"""Each feature of the client against the real app: what is created comes back, and each refusal has its own type."""

from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.activity import ActivityClient, ActivityQuery
from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import (
    NotFound,
    SessionEnded,
    SignInLocked,
    TenantAdminRequired,
    ValidationFailed,
    VersionConflict,
    WrongCredentials,
)
from ss_admin.contract.accounts import Role
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_key_format import find_api_key_fault, mask_api_key, new_api_key
from ss_admin.contract.api_keys import (
    ApiKeyChange,
    ApiKeySort,
    ApiKeyStatus,
    ExpiryState,
    NewApiKey,
    RateLimit,
)
from tests.support.backend import PASSWORD
from tests.support.watching import eventually


@pytest.fixture
def keys(connection):
    return ApiKeysClient(connection)


@pytest.fixture
def order(person):
    return lambda name="Building Alarm", **fields: NewApiKey(name=name, user_id=person.user.id, **fields)


# --- accounts


def test_signing_in_gives_a_session_that_holds_until_signing_out(server, person):
    connection = Connection(server.url)
    accounts = AccountsClient(connection)
    grant = accounts.sign_in(person.user.username, PASSWORD)
    assert grant.token not in repr(grant)
    assert connection.token is None
    connection.token = grant.token
    assert accounts.who_am_i() == grant.session
    accounts.sign_out()
    with pytest.raises(SessionEnded):
        accounts.who_am_i()


def test_a_wrong_password_is_told_and_the_sixth_try_is_locked(server, person):
    accounts = AccountsClient(Connection(server.url))
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            accounts.sign_in(person.user.username, "wrong")
    with pytest.raises(SignInLocked) as caught:
        accounts.sign_in(person.user.username, PASSWORD)
    assert 0 < (caught.value.retry_after or 0) <= 900


@pytest.mark.parametrize(
    ("username", "password"), [("", ""), ("x", ""), ("", "x"), ("x" * 300, "x"), ("x", "x" * 2000)]
)
def test_what_cannot_be_a_sign_in_is_refused_by_the_server_and_not_quoted(server, username, password):
    with pytest.raises((ValidationFailed, WrongCredentials)) as caught:
        AccountsClient(Connection(server.url)).sign_in(username, password)
    assert "x" * 20 not in f"{caught.value!r} {caught.value}"


def test_users_are_found_by_name_a_page_at_a_time(server, person, connection):
    for number in range(3):
        server.new_person(person.tenant, name=f"Zoë Found {number}")
    accounts = AccountsClient(connection)
    first = accounts.find_users("zoë", limit=2)
    assert [user.name for user in first.items] == ["Zoë Found 0", "Zoë Found 1"]
    assert first.total == 3
    rest = accounts.find_users("zoë", limit=2, cursor=first.next_cursor)
    assert [user.name for user in rest.items] == ["Zoë Found 2"]
    assert rest.next_cursor is None


# --- API keys


def test_a_created_key_comes_back_as_ordered_with_its_secret_once(keys, order):
    expires_at = datetime.now(UTC) + timedelta(days=3)
    limit = RateLimit(max_requests=7, window_seconds=9)
    created = keys.create(order("Ärzte & Söhne", expires_at=expires_at, rate_limit=limit))
    assert find_api_key_fault(created.secret) is None
    assert created.secret not in repr(created)
    key = created.api_key
    assert (key.name, key.expires_at, key.rate_limit) == ("Ärzte & Söhne", expires_at, limit)
    assert key.masked_key == mask_api_key(created.secret)
    assert keys.get(key.id) == key


def test_no_limit_and_no_expiry_travel_as_such(keys, order):
    key = keys.create(order(rate_limit=None)).api_key
    assert (key.rate_limit, key.expires_at) == (None, None)


def test_a_change_touches_only_what_it_gives(keys, order):
    key = keys.create(order(expires_in_days=30)).api_key
    changed = keys.change(key.id, ApiKeyChange(status=ApiKeyStatus.DISABLED), version=key.version)
    assert changed.status is ApiKeyStatus.DISABLED
    assert (changed.name, changed.expires_at, changed.rate_limit) == (key.name, key.expires_at, key.rate_limit)
    cleared = keys.change(key.id, ApiKeyChange(expires_at=None, rate_limit=None), version=None)
    assert (cleared.expires_at, cleared.rate_limit) == (None, None)
    assert cleared.name == key.name


def test_a_change_over_somebody_elses_is_refused_and_with_no_version_made(keys, order):
    key = keys.create(order()).api_key
    keys.change(key.id, ApiKeyChange(name="First"), version=key.version)
    with pytest.raises(VersionConflict):
        keys.change(key.id, ApiKeyChange(name="Second"), version=key.version)
    with pytest.raises(VersionConflict):
        keys.delete(key.id, version=key.version)
    assert keys.change(key.id, ApiKeyChange(name="Third"), version=None).name == "Third"


def test_a_deleted_key_is_gone(keys, order):
    key = keys.create(order()).api_key
    keys.delete(key.id, version=key.version)
    for again in (lambda: keys.get(key.id), lambda: keys.delete(key.id), lambda: keys.get("../session")):
        with pytest.raises(NotFound):
            again()


def test_faults_are_named_with_their_place(keys, order):
    with pytest.raises(ValidationFailed) as caught:
        keys.create(order(expires_at=datetime(2020, 1, 1, tzinfo=UTC)))
    assert [fault.pointer for fault in caught.value.problem.errors or ()] == ["/expires_at"]
    with pytest.raises(ValidationFailed) as caught:
        keys.create(NewApiKey(name="x", user_id="nobody"))
    assert [fault.pointer for fault in caught.value.problem.errors or ()] == ["/user_id"]


def test_the_list_is_searched_filtered_sorted_and_paged(keys, order):
    for name in ("Gamma", "Alpha", "Beta"):
        keys.create(order(name))
    soon = keys.create(order("Soon", expires_in_days=2)).api_key
    keys.change(soon.id, ApiKeyChange(status=ApiKeyStatus.DISABLED), version=None)
    by_name = ApiKeyQuery(sort=ApiKeySort.NAME, descending=False)
    first = keys.list_page(by_name, limit=3)
    assert [key.name for key in first.items] == ["Alpha", "Beta", "Gamma"]
    assert first.total == 4
    assert [key.name for key in keys.list_page(by_name, limit=3, cursor=first.next_cursor).items] == ["Soon"]
    assert [key.name for key in keys.list_page(by_name, limit=2, offset=1).items] == ["Beta", "Gamma"]
    assert [key.name for key in keys.list_page(ApiKeyQuery(search="  alph ")).items] == ["Alpha"]
    assert [key.name for key in keys.list_page(ApiKeyQuery(statuses=frozenset({ApiKeyStatus.DISABLED}))).items] == [
        "Soon"
    ]
    soon_or_expired = ApiKeyQuery(expiries=frozenset({ExpiryState.SOON, ExpiryState.EXPIRED}))
    assert [key.name for key in keys.list_page(soon_or_expired).items] == ["Soon"]
    assert keys.list_page(ApiKeyQuery(user_id=soon.user.id)).total == 4
    assert keys.list_page(ApiKeyQuery(user_id="nobody")).total == 0


def test_a_whole_key_in_the_search_finds_its_row_and_is_never_sent(keys, order, monkeypatch):
    created = keys.create(order("Looked for"))
    keys.create(order("Another"))
    query = ApiKeyQuery(search=created.secret)
    assert created.secret not in str(query.to_params())
    assert [key.name for key in keys.list_page(query).items] == ["Looked for"]
    assert keys.list_page(ApiKeyQuery(search=new_api_key())).total == 0


def test_a_change_is_followed_to_the_last_server_and_so_is_a_deletion(keys, order):
    key = keys.create(order()).api_key
    keys.change(key.id, ApiKeyChange(status=ApiKeyStatus.DISABLED), version=None)
    eventually(lambda: keys.propagation(key.id).complete)
    found = keys.propagation(key.id)
    assert found.api_key_id == key.id
    assert [sighting.after_ms for sighting in found.workers] == [found.after_ms]
    keys.delete(key.id)
    eventually(lambda: keys.propagation(key.id).complete)
    assert keys.propagation(key.id).revision > found.revision
    with pytest.raises(NotFound):
        keys.propagation("unknown")


def test_bulk_actions_tell_how_many_and_what_was_not_there(keys, order):
    ids = [keys.create(order(f"Key {number}")).api_key.id for number in range(3)]
    changed = keys.bulk_status([*ids, "missing"], ApiKeyStatus.DISABLED)
    assert (changed.changed, changed.missing) == (3, ["missing"])
    deleted = keys.bulk_delete([*ids[:2], "missing"])
    assert (deleted.deleted, deleted.missing) == (2, ["missing"])
    assert keys.list_page(ApiKeyQuery()).total == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TENANT_ADMIN])
def test_only_a_tenant_administrator_sees_keys(server, person, role):
    connection = server.signed_in(server.new_person(person.tenant, role=role))
    with pytest.raises(TenantAdminRequired):
        ApiKeysClient(connection).list_page(ApiKeyQuery())
    assert AccountsClient(connection).who_am_i().user.role is role


# --- the rest


def test_the_audit_trail_tells_newest_first(keys, order, connection):
    key = keys.create(order()).api_key
    keys.change(key.id, ApiKeyChange(name="Renamed"), version=None)
    page = ActivityClient(connection).list_page(limit=2)
    assert [entry.action for entry in page.items] == [ActivityAction.API_KEY_CHANGED, ActivityAction.API_KEY_CREATED]
    assert page.items[0].changes[0].after == "Renamed"
    assert ActivityClient(connection).list_page(limit=1, cursor=page.next_cursor).items[0].at <= page.items[1].at
    assert ActivityClient(connection).list_page(limit=1, offset=1).items == page.items[1:]


def test_the_audit_trail_is_filtered_and_exported(keys, order, connection):
    activity = ActivityClient(connection)
    key = keys.create(order("Lift")).api_key
    keys.create(order("Door"))
    created = activity.list_page(ActivityQuery(object_id=key.id)).items[0]
    until = created.at + timedelta(microseconds=1)
    for query in (
        ActivityQuery(actions=frozenset({ActivityAction.API_KEY_CREATED}), until=until),
        ActivityQuery(actor_id=created.actor.id, search=" LIFT ", since=created.at),
    ):
        page = activity.list_page(query)
        assert (page.items, page.total) == ([created], 1)
    table = activity.export(ActivityQuery(object_id=key.id)).decode("utf-8-sig").splitlines()
    assert len(table) == 2
    assert created.hash in table[1]
    assert [person.name for person in activity.people().items] == [created.actor.name]
    [found] = activity.objects("lift").items
    assert (found.id, found.action) == (key.id, ActivityAction.API_KEY_CREATED)
    secret = new_api_key()
    assert secret not in str(ActivityQuery(search=secret).to_params())

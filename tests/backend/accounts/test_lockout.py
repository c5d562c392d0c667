"""The lock-out: five wrong passwords in 15 minutes lock that account and address for 15 minutes."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select

from ss_admin.backend.accounts import service
from ss_admin.backend.accounts.lockout import SignInLocked
from ss_admin.backend.accounts.service import AccountsService, Origin, SignInBusy, WrongCredentials
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityRow, SignInFailureRow
from tests.support.backend import PASSWORD, Person, cheap_passwords

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sign_in(client: FlaskClient, username: str, password: str = "wrong", address: str = "127.0.0.1"):
    body = {"username": username, "password": password}
    return client.post("/api/v1/session", json=body, environ_overrides={"REMOTE_ADDR": address})


def fail_five_times(client: FlaskClient, username: str) -> None:
    for _ in range(5):
        assert sign_in(client, username).status_code == 401


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def test_sixth_attempt_is_refused_with_the_true_wait(admin: Person, client: FlaskClient, clock) -> None:
    fail_five_times(client, admin.username)
    clock.shift(timedelta(minutes=5, milliseconds=1))
    answer = sign_in(client, admin.username, PASSWORD)
    assert (answer.status_code, answer.json["code"]) == (429, "sign_in_locked")
    assert answer.headers["Retry-After"] == "600"
    clock.shift(timedelta(seconds=599))
    assert sign_in(client, admin.username, PASSWORD).status_code == 429
    clock.shift(timedelta(seconds=1))
    assert sign_in(client, admin.username, PASSWORD).status_code == 201


def test_attempts_while_locked_do_not_prolong_the_lock(admin: Person, client: FlaskClient, clock) -> None:
    fail_five_times(client, admin.username)
    for _ in range(20):
        clock.shift(timedelta(seconds=44))
        assert sign_in(client, admin.username).status_code == 429
    clock.shift(timedelta(seconds=21))
    assert sign_in(client, admin.username, PASSWORD).status_code == 201


def test_after_the_lock_another_five_are_allowed(admin: Person, client: FlaskClient, clock) -> None:
    fail_five_times(client, admin.username)
    clock.shift(timedelta(minutes=15))
    fail_five_times(client, admin.username)
    assert sign_in(client, admin.username).status_code == 429


def test_four_failures_and_a_success_start_afresh(admin: Person, client: FlaskClient, clock) -> None:
    for _ in range(3):
        for _ in range(4):
            assert sign_in(client, admin.username).status_code == 401
        assert sign_in(client, admin.username, PASSWORD).status_code == 201


def test_clock_that_was_set_back_does_not_lock_anybody_out_for_longer(
    admin: Person, client: FlaskClient, clock
) -> None:
    fail_five_times(client, admin.username)
    clock.shift(timedelta(days=-1))
    assert sign_in(client, admin.username, PASSWORD).status_code == 201


def test_failures_older_than_fifteen_minutes_do_not_count(admin: Person, client: FlaskClient, clock) -> None:
    for _ in range(12):
        assert sign_in(client, admin.username).status_code == 401
        clock.shift(timedelta(minutes=3, seconds=45))
    assert sign_in(client, admin.username, PASSWORD).status_code == 201


def test_lock_holds_for_this_address_and_this_account_only(
    admin: Person, other_admin: Person, client: FlaskClient, clock
) -> None:
    fail_five_times(client, admin.username)
    assert sign_in(client, admin.username.upper(), PASSWORD).status_code == 429
    assert sign_in(client, admin.username, PASSWORD, address="198.51.100.7").status_code == 201
    assert sign_in(client, other_admin.username, PASSWORD).status_code == 201


def test_unknown_user_names_answer_and_lock_alike(admin: Person, client: FlaskClient, clock) -> None:
    known, unknown = sign_in(client, admin.username), sign_in(client, "nobody")
    comparable = [{**answer.json, "request_id": None} for answer in (known, unknown)]
    assert comparable[0] == comparable[1]
    for _ in range(4):
        assert sign_in(client, "nobody").status_code == 401
    assert sign_in(client, "nobody").status_code == 429


def test_unknown_user_names_cost_the_same_work(store: Store, admin: Person) -> None:
    passwords = cheap_passwords()
    verified: list[str] = []
    genuine = passwords._hasher.verify

    class Counting:
        def verify(self, password_hash: str, password: str) -> bool:
            verified.append(password)
            return genuine(password_hash, password)

    passwords._hasher = Counting()  # type: ignore[assignment]
    accounts = AccountsService(store, passwords)
    commits: list[str] = []
    event.listen(store.engine, "commit", lambda _connection: commits.append(username))
    for username in (admin.username, "nobody"):
        with pytest.raises(WrongCredentials):
            accounts.sign_in(username, "wrong", Origin("127.0.0.1"))
    assert len(verified) == 2
    assert commits == [admin.username] * 2 + ["nobody"] * 2


@pytest.mark.parametrize("separate_processes", [False, True], ids=["threads", "as if in several processes"])
def test_many_guessers_at_once_get_five_guesses_together(separate_processes: bool, store: Store, admin: Person) -> None:
    """Services of their own share nothing but the database, as processes would."""
    shared = AccountsService(store, cheap_passwords())
    services = [AccountsService(store, cheap_passwords()) if separate_processes else shared for _ in range(12)]
    gate = threading.Barrier(12)
    outcomes: list[str] = []

    def guess(accounts: AccountsService) -> None:
        gate.wait()
        try:
            accounts.sign_in(admin.username, "wrong", Origin("203.0.113.9"))
        except (WrongCredentials, SignInLocked) as refused:
            outcomes.append(type(refused).__name__)

    threads = [threading.Thread(target=guess, args=(accounts,)) for accounts in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["SignInLocked"] * 7 + ["WrongCredentials"] * 5


def test_right_passwords_at_once_all_get_in(store: Store, admin: Person) -> None:
    accounts = AccountsService(store, cheap_passwords())
    tokens: list[str] = []

    def sign_in_rightly() -> None:
        tokens.append(accounts.sign_in(admin.username, PASSWORD, Origin("203.0.113.9")).token)

    threads = [threading.Thread(target=sign_in_rightly) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(tokens)) == 10


def test_flood_of_attempts_leaves_threads_for_everybody_else(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "ATTEMPTS_AT_ONCE", 2)
    store = app.extensions["ss_backend"].store
    passwords = cheap_passwords()
    accounts = AccountsService(store, passwords)
    arrived, go_on = threading.Semaphore(0), threading.Event()

    def wait(*_arguments: object) -> bool:
        arrived.release()
        go_on.wait(30)
        return False

    monkeypatch.setattr(passwords, "verify", wait)
    held = [threading.Thread(target=_fail, args=(accounts, f"nobody-{number}")) for number in range(2)]
    for thread in held:
        thread.start()
        arrived.acquire(timeout=30)
    with pytest.raises(SignInBusy):
        accounts.sign_in("somebody", "wrong", Origin("127.0.0.1"))
    go_on.set()
    for thread in held:
        thread.join()
    with pytest.raises(WrongCredentials):
        accounts.sign_in("somebody", "wrong", Origin("127.0.0.1"))


def _fail(accounts: AccountsService, username: str) -> None:
    with pytest.raises(WrongCredentials):
        accounts.sign_in(username, "wrong", Origin("127.0.0.1"))


def test_lock_survives_a_restart(make_app, admin: Person, client: FlaskClient, clock) -> None:
    fail_five_times(client, admin.username)
    restarted: Flask = make_app()
    assert sign_in(restarted.test_client(), admin.username, PASSWORD).status_code == 429


def test_failures_and_the_lock_are_in_the_audit_trail(admin: Person, client: FlaskClient, store: Store, clock) -> None:
    fail_five_times(client, admin.username)
    sign_in(client, admin.username)
    with store.reading() as session:
        rows = session.scalars(select(ActivityRow).where(ActivityRow.action.in_(["session.failed", "session.locked"])))
        entries = [(row.action, row.actor_id, row.object_id, row.address) for row in rows]
    failed = ("session.failed", None, admin.user_id, "127.0.0.1")
    assert entries == [*[failed] * 5, ("session.locked", None, admin.user_id, "127.0.0.1")]


def test_old_failures_are_forgotten(client: FlaskClient, store: Store, clock) -> None:
    for number in range(10):
        sign_in(client, f"nobody-{number}")
    clock.shift(timedelta(minutes=31))
    sign_in(client, "somebody")
    with store.reading() as session:
        assert session.scalars(select(SignInFailureRow.username)).all() == ["somebody"]


@pytest.mark.parametrize("username", ["ß" * 200, "a" * 200, "𐐀" * 200, "Ⅷ'; DROP TABLE users; --"])
def test_strange_user_names_are_just_wrong(username: str, client: FlaskClient) -> None:
    assert sign_in(client, username).status_code == 401

"""The store goes away and comes back: a plain 503 in between, and recovery by itself."""

import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from psycopg import sql
from sqlalchemy import make_url
from werkzeug.test import TestResponse

from ss_admin.backend.app import create_app
from ss_admin.backend.gateway.partner_call import PartnerCalls
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.contract.api_keys import RateLimit
from tests.support.backend import PostgresqlSource, cheap_passwords, test_settings
from tests.support.partner import Partner


def answered_soon(partner: Partner, chain: str, secret: str | None) -> TestResponse:
    """The answer once the store is asked again: after it was silent it is left alone for half a second."""
    until = time.monotonic() + 5
    while (answer := partner.call(chain, secret)).status_code == 503 and time.monotonic() < until:
        time.sleep(0.02)
    return answer


def test_an_unavailable_store_is_told_with_retry_after_and_forgotten_when_it_is_back(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = partner.chain(), partner.key()

    def unavailable() -> None:
        raise StoreUnavailable("gone")

    with monkeypatch.context() as outage:
        outage.setattr(partner.store, "reading", unavailable)
        for _ in range(3):
            answer = partner.call(chain, key.secret)
            assert answer.status_code == 503
            assert answer.get_json(force=True)["code"] == "unavailable"
            assert int(answer.headers["Retry-After"]) >= 1
            assert "WWW-Authenticate" not in answer.headers
    assert answered_soon(partner, chain, key.secret).status_code == 200


def test_what_needs_no_store_is_answered_without_it(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(partner.store, "reading", unavailable)
    assert partner.call("any", None).status_code == 401
    assert partner.call("any", "ss_short").status_code == 401


def test_a_store_lost_between_authentication_and_run_is_told_with_the_limit(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = partner.chain(), partner.key(rate_limit=RateLimit(max_requests=5, window_seconds=60))
    assert answered_soon(partner, chain, None).status_code == 401
    reading, calls = partner.store.reading, []

    def reading_once():
        calls.append(1)
        if len(calls) > 1:
            raise StoreUnavailable("gone")
        return reading()

    monkeypatch.setattr(partner.store, "reading", reading_once)
    answer = partner.call(chain, key.secret)
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (503, "4")


@pytest.fixture
def embedded(sqlite_url: str) -> Iterator[Partner]:
    """A partner over an embedded database of its own."""
    store = Store.open(sqlite_url)
    app = create_app(test_settings(sqlite_url), store=store, passwords=cheap_passwords())
    yield Partner(app, store)
    app.extensions["ss_backend"].close()


@pytest.fixture
def intruder(sqlite_url: str) -> Iterator[sqlite3.Connection]:
    """Another program's connection to the same file, which has just begun to write."""
    other = sqlite3.connect(
        sqlite_url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False, timeout=10
    )
    yield other
    other.close()


def test_a_call_does_not_wait_for_an_embedded_database_that_another_program_writes_to(
    embedded: Partner, intruder: sqlite3.Connection
) -> None:
    chain, key = embedded.chain(), embedded.key()
    intruder.execute("BEGIN IMMEDIATE")
    answer = embedded.call(chain, key.secret)
    intruder.execute("ROLLBACK")
    assert answer.status_code == 200
    assert embedded.execution(answer.get_json()["execution_id"]) is not None
    assert embedded.row(key).last_used_at is not None


def test_a_run_that_cannot_be_kept_is_told_as_unavailable_and_has_no_effect(embedded: Partner) -> None:
    chain, key = embedded.chain(), embedded.key(rate_limit=RateLimit(max_requests=5, window_seconds=60))
    assert embedded.call(chain, key.secret).status_code == 200
    embedded.settle()
    embedded.app.extensions["ss_backend"].journal.close()
    answer = embedded.call(chain, key.secret)
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["X-RateLimit-Remaining"] == "3"
    assert embedded.call(chain, None).status_code == 401
    assert len(embedded.executions(chain)) == 1


def test_postgresql_refusing_connections_is_told_and_survived(postgresql_source: PostgresqlSource) -> None:
    with postgresql_source.url() as url:
        database = str(make_url(url).database)
        store = Store.open(url)
        app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
        partner = Partner(app, store)
        chain, key = partner.chain(), partner.key()
        assert partner.call(chain, key.secret).status_code == 200
        server = postgresql_source.server
        alter = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        name = sql.Identifier(database)
        server._execute(alter.format(name, sql.Literal(False)))
        try:
            server.disconnect_everybody(database)
            began = time.monotonic()
            assert partner.call(chain, key.secret).status_code == 503
            assert time.monotonic() - began < 10
        finally:
            server._execute(alter.format(name, sql.Literal(True)))
        used = datetime.now(UTC)
        assert answered_soon(partner, chain, key.secret).status_code == 200
        assert partner.row(key).last_used_at >= used
        app.extensions["ss_backend"].close()


def test_postgresql_restarted_between_two_calls_costs_no_call(postgresql_source: PostgresqlSource) -> None:
    with postgresql_source.url() as url:
        store = Store.open(url)
        app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
        partner = Partner(app, store)
        chain, key = partner.chain(), partner.key()
        assert partner.call(chain, key.secret).status_code == 200
        postgresql_source.server.disconnect_everybody(str(make_url(url).database))
        assert partner.call(chain, key.secret).status_code == 200
        app.extensions["ss_backend"].close()


def test_a_bug_in_the_gateway_is_a_problem_document_and_logged_without_the_key(
    partner: Partner, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    secret = partner.key().secret

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    for name in ("_execute", "answer"):
        with monkeypatch.context() as bug:
            bug.setattr(PartnerCalls, name, fail)
            answer = partner.call(partner.chain(), secret)
        assert answer.status_code == 500
        document = answer.get_json(force=True)
        assert (document["code"], document["request_id"]) == ("internal_error", answer.headers["X-Request-Id"])
        assert "a bug" not in answer.text
    assert "a bug" in caplog.text
    assert secret not in caplog.text


def test_a_bug_behind_the_gateway_is_a_problem_document_too(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(partner.app.wsgi_app, "_inner", fail)
    answer = partner.app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json(force=True)["code"]) == (500, "internal_error")
    assert answer.headers["X-Request-Id"]

"""Health: up, able to work, and counted."""

import time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url, text

from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.migrate import upgrade
from tests.support.backend import PostgresqlSource, cheap_passwords, test_settings
from tests.support.outbox import Post
from tests.support.postgresql import PostgresqlServer
from tests.support.watching import eventually


def test_process_with_a_migrated_store_is_healthy_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ready", "degraded": []}


def test_store_that_is_not_migrated_is_not_ready(client: FlaskClient, store: Store) -> None:
    with store.altering() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200


def test_store_that_is_gone_is_not_ready_and_routes_say_unavailable() -> None:
    server = PostgresqlServer()
    store = Store.open(server.url("postgres"))
    app = create_app(test_settings(server.url("postgres")), store=store, passwords=cheap_passwords())
    client = app.test_client()
    server.close()
    assert client.get("/healthz").status_code == 200
    for answer in (
        client.get("/readyz"),
        client.get("/api/v1/session", headers={"Authorization": "Bearer x"}),
        client.post("/api/v1/session", json={"username": "ada", "password": "x"}),
    ):
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
    app.extensions["ss_backend"].close()


def test_store_that_hangs_is_not_ready_and_probes_learn_it_within_two_seconds() -> None:
    server = PostgresqlServer()
    store = Store.open(server.url("postgres"))
    upgrade(store)
    app = create_app(test_settings(server.url("postgres")), store=store, passwords=cheap_passwords())
    client = app.test_client()
    assert client.get("/readyz").status_code == 200
    server.pause()
    began = time.monotonic()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert time.monotonic() - began < 4
    server.resume()
    assert client.get("/readyz").status_code == 200
    app.extensions["ss_backend"].close()
    server.close()


def test_process_that_sees_changes_late_is_ready_and_says_so(postgresql_source: PostgresqlSource) -> None:
    """Whoever watches has a connection of its own, which can fail for itself."""
    with postgresql_source.url() as url:
        app = create_app(test_settings(url), passwords=cheap_passwords())
        backend = app.extensions["ss_backend"]
        backend.start()
        eventually(lambda: backend.watch.is_fresh)
        client = app.test_client()
        assert client.get("/readyz").json == {"status": "ready", "degraded": []}
        server, name = postgresql_source.server, str(make_url(url).database)
        with server.connect() as connection:
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = %s AND application_name = 'ss-watch'",
                (name,),
            )
            eventually(lambda: backend.watch.lost_at is not None)
            answer = client.get("/readyz")
            connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
        assert (answer.status_code, answer.json["status"]) == (200, "degraded")
        [sentence] = answer.json["degraded"]
        assert sentence.startswith("Changes to keys are seen late: the database has not been watched for ")
        eventually(lambda: client.get("/readyz").json == {"status": "ready", "degraded": []})
        backend.close()


def test_metrics_count_requests_and_partners_calls_by_outcome(client: FlaskClient) -> None:
    client.get("/healthz")
    client.get("/nothing")
    for _ in range(3):
        client.post("/rulechains/x/execute", json={})
    answer = client.get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = answer.text.splitlines()
    assert 'ss_partner_calls_total{code="missing_api_key"} 3.0' in lines
    assert "ss_partner_call_seconds_count 3.0" in lines
    assert 'ss_admin_requests_total{status="200"} 1.0' in lines
    assert 'ss_admin_requests_total{status="404"} 1.0' in lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names))
    assert all(any(line.startswith(name) for line in lines) for name in names)


def test_metrics_count_webhooks_and_leave_out_what_only_the_store_knows_while_it_is_away(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    Post(store).put("https://hooks.example.com/", "https://hooks.example.com/")
    lines = client.get("/metrics").text.splitlines()
    assert "ss_webhooks_pending 2.0" in lines
    for name in ("ss_webhooks_delivered_total", "ss_webhooks_given_up_total", "ss_webhook_retries_total"):
        assert f"{name} 0.0" in lines
        assert f"# TYPE {name} counter" in lines

    def unavailable() -> None:
        raise StoreUnavailable("gone")

    monkeypatch.setattr(store, "reading", unavailable)
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert "ss_webhooks_pending" not in answer.text
    assert "ss_webhooks_delivered_total 0.0" in answer.text.splitlines()

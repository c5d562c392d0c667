"""The whole app: what it refuses to start with, and that it ends cleanly."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ss_admin.backend.app import create_app
from ss_admin.backend.settings import ConfigurationError
from ss_admin.backend.store.engine import Store
from ss_admin.contract.api_keys import NewApiKey
from tests.support.backend import PASSWORD, PEPPER, Person, cheap_passwords, test_settings
from tests.support.certificates import make_certificate
from tests.support.housekeeping import keeping_house
from tests.support.outbox import Post
from tests.support.watching import eventually
from tests.support.webhook_receiver import WebhookReceiver


def test_lost_pepper_stops_the_start_instead_of_making_every_key_unknown(sqlite_url: str, tmp_path: Path) -> None:
    from tests.support.backend import Town

    settings = test_settings(sqlite_url, key_pepper=None)
    app = create_app(settings, passwords=cheap_passwords())
    town = Town(app, app.extensions["ss_backend"].store)
    person = town.person(town.tenant(), "ada")
    order = NewApiKey(name="Lift", user_id=person.user_id).model_dump(mode="json", exclude_none=True)
    assert town.client(person).post("/api/v1/api-keys", json=order).status_code == 201
    app.extensions["ss_backend"].close()
    (tmp_path / "signalsync.db.pepper").unlink()
    with pytest.raises(ConfigurationError, match=r"pepper file .* is missing"):
        create_app(settings, passwords=cheap_passwords())
    assert not (tmp_path / "signalsync.db.pepper").exists()


def test_pepper_that_is_set_beside_another_in_its_file_stops_the_start(sqlite_url: str, tmp_path: Path) -> None:
    create_app(test_settings(sqlite_url, key_pepper=None), passwords=cheap_passwords()).extensions["ss_backend"].close()
    with pytest.raises(ConfigurationError, match=r"SS_KEY_PEPPER .*/signalsync.db.pepper;") as refused:
        create_app(test_settings(sqlite_url), passwords=cheap_passwords())
    assert PEPPER not in str(refused.value)
    (tmp_path / "signalsync.db.pepper").unlink()
    create_app(test_settings(sqlite_url), passwords=cheap_passwords()).extensions["ss_backend"].close()


@pytest.mark.parametrize("started", [False, True])
def test_closing_ends_every_thread_and_connection(sqlite_url: str, tmp_path: Path, started: bool) -> None:
    before = set(threading.enumerate())
    app = create_app(test_settings(sqlite_url), passwords=cheap_passwords())
    backend = app.extensions["ss_backend"]
    if started:
        backend.start()
    assert app.test_client().get("/readyz").status_code == 200
    backend.close()
    backend.close()
    assert set(threading.enumerate()) <= before
    # The last connection takes -wal and -shm along; the journal waits for a housekeeping.
    assert {file.name for file in tmp_path.iterdir()} == {"signalsync.db", "signalsync.db.spool"}


def test_webhooks_are_the_housekeepings_and_metrics_tell_of_them(make_app, store: Store, tmp_path: Path) -> None:
    post = Post(store)
    certificate = make_certificate(tmp_path)
    with WebhookReceiver(certificate) as receiver:
        [delivery_id] = post.put(receiver.url("127.0.0.1"))
        app = make_app(webhook_allowed_networks="127.0.0.1", webhook_ca_file=certificate.ca_file)
        app.extensions["ss_backend"].start()
        assert "ss_webhooks_pending 1.0" in app.test_client().get("/metrics").text.splitlines()
        assert {thread.name for thread in threading.enumerate()}.isdisjoint({"webhook-outbox", "trimmer"})
        assert post.row(delivery_id).attempts == 0
        with keeping_house(app, webhook_allowed_networks="127.0.0.1", webhook_ca_file=certificate.ca_file):
            assert post.ended(delivery_id).status == "delivered"
            eventually(lambda: "ss_webhooks_delivered_total 1.0" in app.test_client().get("/metrics").text, seconds=10)
        assert "ss_webhooks_pending 0.0" in app.test_client().get("/metrics").text.splitlines()


def test_address_behind_a_trusted_proxy_is_the_one_recorded(make_app, admin: Person, store: Store) -> None:
    client = make_app(trusted_proxies="127.0.0.0/8").test_client()
    body = {"username": admin.username, "password": PASSWORD}
    client.post("/api/v1/session", json=body, headers={"X-Forwarded-For": "198.51.100.9, 2001:db8::7"})
    with store.reading() as session:
        addresses = session.scalars(select(text("address FROM sessions ORDER BY created_at"))).all()
    assert addresses == ["127.0.0.1", "2001:db8::7"]


def test_address_that_a_stranger_invents_is_not_recorded(admin: Person, client, store: Store) -> None:
    body = {"username": admin.username, "password": PASSWORD}
    client.post("/api/v1/session", json=body, headers={"X-Forwarded-For": "198.51.100.9"})
    with store.reading() as session:
        addresses = session.scalars(select(text("address FROM sessions"))).all()
    assert addresses == ["127.0.0.1"] * 2

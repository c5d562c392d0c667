"""Sessions: begun with a password, ended by signing out, by time and by a new password."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import SessionRow
from tests.support.backend import PASSWORD, Person, Town


def test_right_password_begins_a_session_of_twelve_hours(town: Town, admin: Person, client: FlaskClient) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        answer = client.post("/api/v1/session", json={"username": "ADA.Admin ", "password": PASSWORD})
    assert answer.status_code == 201
    session = answer.json["session"]
    assert session["expires_at"] == "2026-03-02T00:00:00Z"
    assert session["user"] == {
        "id": admin.user_id,
        "username": "ada.admin",
        "name": "Ada Admin",
        "role": "tenant_admin",
    }
    assert session["tenant"] == {"id": admin.tenant.id, "name": "Building Services"}
    assert answer.headers["Cache-Control"] == "no-store"


def test_session_ends_at_the_very_instant(admin: Person, client: FlaskClient) -> None:
    expires_at = datetime.fromisoformat(client.get("/api/v1/session", headers=admin.headers).json["expires_at"])
    with time_machine.travel(expires_at - timedelta(milliseconds=1), tick=False):
        assert client.get("/api/v1/session", headers=admin.headers).status_code == 200
    with time_machine.travel(expires_at, tick=False):
        answer = client.get("/api/v1/session", headers=admin.headers)
    assert (answer.status_code, answer.json["code"]) == (401, "session_required")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="signalsync"'


def test_signing_out_ends_this_session_only(town: Town, admin: Person, client: FlaskClient) -> None:
    second = client.post("/api/v1/session", json={"username": admin.username, "password": PASSWORD}).json["token"]
    assert client.delete("/api/v1/session", headers=admin.headers).status_code == 204
    assert client.get("/api/v1/session", headers=admin.headers).status_code == 401
    assert client.delete("/api/v1/session", headers=admin.headers).status_code == 401
    assert client.get("/api/v1/session", headers={"Authorization": f"bearer {second}"}).status_code == 200


def test_new_password_ends_every_session(town: Town, admin: Person, client: FlaskClient) -> None:
    town.directory.change_password(admin.username, "another long password")
    assert client.get("/api/v1/session", headers=admin.headers).status_code == 401
    old = client.post("/api/v1/session", json={"username": admin.username, "password": PASSWORD})
    assert (old.status_code, old.json["code"]) == (401, "wrong_credentials")
    new = client.post("/api/v1/session", json={"username": admin.username, "password": "another long password"})
    assert new.status_code == 201


def test_expired_sessions_are_removed_at_the_next_sign_in(admin: Person, client: FlaskClient, store: Store) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13), tick=False):
        client.post("/api/v1/session", json={"username": admin.username, "password": PASSWORD})
        with store.reading() as session:
            assert len(session.scalars(select(SessionRow)).all()) == 1


def test_token_is_stored_as_a_digest_only(admin: Person, store: Store) -> None:
    with store.reading() as session:
        row = session.scalars(select(SessionRow)).one()
    assert admin.token.encode() not in row.token_digest
    assert len(row.token_digest) == 32

"""No key, password or token in any log, answer, or file of the database."""

import logging
from pathlib import Path

import pytest
from flask import Flask

from ss_admin.backend.store.engine import Store
from ss_admin.backend.telemetry.logs import JsonLines
from ss_admin.contract.api_key_format import new_api_key
from tests.support.backend import PASSWORD, Person, Town
from tests.support.housekeeping import settle

WRONG_PASSWORD = "my other account's password"


@pytest.fixture
def secrets(app: Flask, town: Town, admin: Person, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Every secret of a small journey with all that can go wrong in it, which is over."""
    caplog.set_level(logging.DEBUG)
    client = town.client(admin)
    created = client.post("/api/v1/api-keys", json={"name": "Lift", "user_id": admin.user_id}).json
    key, stranger = created["secret"], new_api_key()
    path = f"/api/v1/api-keys/{created['api_key']['id']}"
    for api_key in (key, stranger, f"Bearer {key}", f"{key}\t", key[:-1]):
        client.post("/rulechains/x/execute", json={"note": key}, headers={"x-api-key": api_key})
        client.post(f"/rulechains/{api_key}/execute?key={api_key}", headers={"Authorization": f"Bearer {api_key}"})
    client.get(f"/api/v1/api-keys?search={key}")
    client.get(f"/api/v1/api-keys/{key}")
    client.get(f"/{key}?{stranger}={key}")
    for filling in range(450, 500):  # wherever a long path is cut: within the key, too
        client.get(f"/{'x' * filling}{key}")
    client.post("/api/v1/api-keys", json={"name": key, "user_id": stranger, key: stranger})
    client.patch(path, json={"name": stranger}, headers={"If-Match": f'"{key}"'})
    client.patch(path, json={"status": "disabled"})
    client.delete(path)
    client.post("/api/v1/session", json={"username": admin.username, "password": WRONG_PASSWORD})
    client.post("/api/v1/session", json={"username": "nobody", "password": WRONG_PASSWORD})
    client.post("/api/v1/session", json={"username": 1, "password": {WRONG_PASSWORD: PASSWORD}})
    second = client.post("/api/v1/session", json={"username": admin.username, "password": PASSWORD}).json["token"]
    client.delete("/api/v1/session", headers={"Authorization": f"Bearer {second}"})
    town.directory.change_password(admin.username, WRONG_PASSWORD + " now")
    settle(app)
    return {
        "key": key,
        "stranger": stranger,
        "password": PASSWORD,
        "wrong password": WRONG_PASSWORD,
        "token": admin.token,
        "second token": second,
    }


def test_no_secret_stands_in_any_log(secrets: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    formatter = JsonLines()
    records = caplog.get_records("setup")
    written = "\n".join(formatter.format(record) for record in records)
    assert len(records) > 10
    for what, secret in secrets.items():
        assert secret not in written, what
    assert secrets["key"][:30] not in written


def test_no_secret_stands_in_the_database_or_its_log(secrets: dict[str, str], store: Store, tmp_path: Path) -> None:
    if store.dialect == "postgresql":
        raw = store.engine.raw_connection()
        with raw.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
            tables = [name for (name,) in cursor.fetchall()]
            content = b""
            for table in tables:
                with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                    content += b"".join(bytes(block) for block in copy)
        raw.close()
    else:
        content = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Ada Admin" in content
    for what, secret in secrets.items():
        assert secret.encode() not in content, what
        assert secret.encode().hex().encode() not in content, what


def test_no_secret_stands_in_the_audit_trail(secrets: dict[str, str], town: Town, admin: Person) -> None:
    body = {"username": admin.username, "password": WRONG_PASSWORD + " now"}
    client = town.app.test_client()
    token = client.post("/api/v1/session", json=body).json["token"]
    answer = client.get("/api/v1/activity?limit=1000", headers={"Authorization": f"Bearer {token}"})
    assert answer.json["total"] > 5
    for what, secret in secrets.items():
        assert secret not in answer.text, what

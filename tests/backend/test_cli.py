"""The command `ss-backend`: what it does, and one clear line where it cannot."""

import io
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from ss_admin import __version__
from ss_admin.backend import cli
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import ActivityRow, SessionRow, TenantRow, UserRow
from ss_admin.contract.api_key_format import new_api_key
from tests.support.backend import PASSWORD, PEPPER, cheap_passwords

CREATE_USER = ["user", "create", "--tenant", "Acme", "--role", "tenant_admin", "--name", "Ann Example"]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sqlite_url: str) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SS_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SS_KEY_PEPPER", PEPPER)
    monkeypatch.setattr(cli, "Passwords", cheap_passwords)
    handler = logging.NullHandler()
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def both_stores(monkeypatch: pytest.MonkeyPatch, store: Store, store_url: str) -> Store:
    """The command's store is this one."""
    monkeypatch.setenv("SS_DATABASE_URL", store_url)
    return store


def type_in(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))


def failed_line(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("ss-backend: ")
    assert err.count("\n") == 1
    return err


def test_tenant_and_user_are_created_with_the_password_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, both_stores: Store
) -> None:
    assert cli.run(["tenant", "create", "Acme"]) == 0
    type_in(monkeypatch, f"{PASSWORD}\r\nignored\n".encode())
    assert cli.run([*CREATE_USER, "--password-stdin", "Ann.E"]) == 0
    with both_stores.reading() as session:
        tenant = session.scalars(select(TenantRow)).one()
        user = session.scalars(select(UserRow)).one()
        entry = session.scalars(select(ActivityRow)).one()
    assert (tenant.name, user.username, user.name, user.role) == ("Acme", "ann.e", "Ann Example", "tenant_admin")
    assert user.tenant_id == tenant.id
    assert Passwords().verify(user.password_hash, PASSWORD)
    assert (entry.action, entry.actor_id, entry.object_id) == ("user.created", None, user.id)


def test_new_password_replaces_the_old_one_and_ends_sessions(
    monkeypatch: pytest.MonkeyPatch, admin, both_stores: Store
) -> None:
    type_in(monkeypatch, b"an even longer password")
    assert cli.run(["user", "set-password", "--password-stdin", "ADA.admin"]) == 0
    with both_stores.reading() as session:
        user = session.get_one(UserRow, admin.user_id)
        sessions = session.scalars(select(SessionRow)).all()
        actions = session.scalars(select(ActivityRow.action).order_by(ActivityRow.number)).all()
    assert Passwords().verify(user.password_hash, "an even longer password")
    assert sessions == []
    assert actions[-1] == "user.password_changed"


@pytest.mark.parametrize(
    "arguments",
    [
        ["tenant", "create", "KEY"],
        ["user", "create", "--tenant", "Building Services", "--role", "tenant_admin", "--name", "KEY", "x"],
        ["user", "create", "--tenant", "Building Services", "--role", "tenant_admin", "--name", "Eve", "KEY"],
    ],
)
def test_no_name_has_an_api_key_in_it(
    both_stores: Store, admin, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    secret = new_api_key()
    if arguments[0] == "user":
        arguments = [*arguments, "--password-stdin"]
        type_in(monkeypatch, b"a long enough password")
    assert cli.run([argument.replace("KEY", secret) for argument in arguments]) != 0
    assert "contains a whole API key" in failed_line(capsys)


def test_new_role_counts_at_once_and_is_recorded_once(both_stores: Store, admin, client) -> None:
    for _ in range(2):
        assert cli.run(["user", "set-role", "--role", "customer_user", "ADA.admin"]) == 0
    assert client.get("/api/v1/api-keys", headers=admin.headers).status_code == 403
    with both_stores.reading() as session:
        entries = session.scalars(select(ActivityRow).where(ActivityRow.action == "user.role_changed")).all()
    assert [entry.changes for entry in entries] == [
        [{"field": "role", "before": "tenant_admin", "after": "customer_user"}]
    ]


def test_audit_trail_is_verified_exported_and_verified_from_the_file(
    both_stores: Store, admin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfdbinary
) -> None:
    assert cli.run(["audit", "verify"]) == 0
    told = capfdbinary.readouterr().out
    assert told.startswith(b"Building Services: 2 entries, intact.")
    assert cli.run(["audit", "export", "--tenant", "Building Services"]) == 0
    sys.stdout.flush()
    file = tmp_path / "trail.jsonl"
    file.write_bytes(capfdbinary.readouterr().out)
    monkeypatch.setenv("SS_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert cli.run(["audit", "verify", "--file", str(file)]) == 0
    assert capfdbinary.readouterr().out == told
    file.write_bytes(file.read_bytes().replace(b"Ada Admin", b"Eve Admin", 1))
    assert cli.run(["audit", "verify", "--file", str(file)]) == 1
    assert b"entry 1" in capfdbinary.readouterr().err
    assert cli.run(["audit", "verify", "--file", str(file), "--tenant", "Nobody"]) == 1


def test_tampering_with_the_database_is_told_with_the_entry(
    both_stores: Store, admin, capsys: pytest.CaptureFixture[str]
) -> None:
    with both_stores.altering() as connection:
        if both_stores.dialect == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER activity_is_not_updated"))
        connection.execute(text("UPDATE activity SET address = '192.0.2.9' WHERE sequence = 2"))
    assert cli.run(["audit", "verify"]) == 1
    assert "tenant Building Services, entry 2" in failed_line(capsys)
    assert cli.run(["audit", "verify", "--tenant", "Nobody"]) == 1
    assert failed_line(capsys) == "ss-backend: there is no tenant of that name\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing command"),
        (["frobnicate"], "No such command"),
        (["tenant"], "Missing command"),
        (["tenant", "create"], "Missing argument 'NAME'"),
        (["tenant", "create", " "], "must not be empty"),
        (["tenant", "create", "x" * 101], "at most 100 characters"),
        (["user", "create", "ann"], "Missing option '--tenant'"),
        ([*CREATE_USER[:5], "boss", *CREATE_USER[6:], "ann"], "'boss' is not one of"),
        ([*CREATE_USER, "ann"], "use --password-stdin"),
        ([*CREATE_USER, "--password-stdin", "ann e"], "no spaces"),
        ([*CREATE_USER, "--password-stdin", "ann"], "at least 12 characters"),
        (["serve", "--port", "99999"], "99999"),
        (["serve", "--workers", "0"], "0"),
        (["serve", "--tls-cert", __file__], "belong together"),
        (["serve", "--tls-cert", "nothing.pem", "--tls-key", "nothing.pem"], "does not exist"),
        (["serve", "now"], "unexpected extra argument"),
    ],
)
def test_bad_usage_is_one_clear_line_and_status_2(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, b"too short")
    assert cli.run(arguments) == 2
    assert message in failed_line(capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*CREATE_USER, "--password-stdin", "ann"], "no such tenant"),
        (["user", "set-password", "--password-stdin", "nobody"], "no such user"),
        (["tenant", "create", "Taken"], "already"),
    ],
)
def test_what_cannot_be_done_is_one_clear_line_and_status_1(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["tenant", "create", "Taken"]) == 0
    capsys.readouterr()
    type_in(monkeypatch, PASSWORD.encode())
    assert cli.run(arguments) == 1
    assert message in failed_line(capsys)


def test_taken_user_name_is_refused_whatever_its_case(
    monkeypatch: pytest.MonkeyPatch, both_stores: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["tenant", "create", "Acme"])
    for username, status in (("ann", 0), ("ANN", 1)):
        capsys.readouterr()
        type_in(monkeypatch, PASSWORD.encode())
        assert cli.run([*CREATE_USER, "--password-stdin", username]) == status
    assert "already" in failed_line(capsys)


@pytest.mark.parametrize(
    "arguments",
    [
        ["tenant", "create", "a\udcff"],
        ["user", "set-password", "--password-stdin", "ann\udcff"],
        ["user", "create", "--tenant", "\udcff", *CREATE_USER[4:], "--password-stdin", "ann"],
    ],
)
def test_arguments_that_are_no_utf_8_are_bad_usage(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, PASSWORD.encode())
    assert cli.run(arguments) == 2
    assert "UTF-8" in failed_line(capsys)


@pytest.mark.parametrize("options", [["--password-stdin"], []])
def test_closed_standard_input_is_bad_usage_where_a_password_is_needed(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.run([*CREATE_USER, *options, "ann"]) == 2
    failed_line(capsys)


def test_output_that_cannot_be_written_is_one_clear_line() -> None:
    command = [sys.executable, "-c", "from ss_admin.backend.cli import main; main()", "--version"]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stderr == "ss-backend: the output cannot be written: No space left on device\n"


def test_user_name_is_the_same_however_a_keyboard_composes_its_characters(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["tenant", "create", "Acme"])
    for username, status in (("zo\u00eb", 0), ("zoe\u0308", 1)):
        capsys.readouterr()
        type_in(monkeypatch, PASSWORD.encode())
        assert cli.run([*CREATE_USER, "--password-stdin", username]) == status
    assert "already" in failed_line(capsys)


def test_password_that_is_no_utf_8_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    type_in(monkeypatch, b"\xff" * 20)
    assert cli.run(["user", "set-password", "--password-stdin", "ann"]) == 2
    assert "UTF-8" in failed_line(capsys)


def test_migrate_says_what_it_did(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setenv("SS_DATABASE_URL", f"sqlite:///{tmp_path}/fresh.db")
    assert cli.run(["migrate"]) == 0
    assert cli.run(["migrate"]) == 0
    assert capsys.readouterr().out.splitlines() == ["The database has been migrated.", "The database is up to date."]


def test_accounts_need_a_migrated_postgresql_but_migrate_an_embedded_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, postgresql_source, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SS_DATABASE_URL", f"sqlite:///{tmp_path}/fresh.db")
    assert cli.run(["tenant", "create", "Acme"]) == 0
    name = postgresql_source.server.create_database()
    monkeypatch.setenv("SS_DATABASE_URL", postgresql_source.server.url(name))
    capsys.readouterr()
    for command in (["tenant", "create", "Acme"], ["serve"]):
        assert cli.run(command) == 1
        assert "run: ss-backend migrate" in failed_line(capsys)
    postgresql_source.server.drop_database(name)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://app:hunter2@db/x",
        "sqlite:////dev/null/x.db",
        "postgresql+psycopg://app:hunter2@127.0.0.1:1/x",
        "postgresql://app:hunter2@127.0.0.1:port/x",
    ],
)
@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_unusable_database_is_one_clear_line_without_the_password(
    url: str, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SS_DATABASE_URL", url)
    assert cli.run([command]) == 1
    assert "hunter2" not in failed_line(capsys)


def test_an_endpoint_for_events_that_holds_a_password_is_refused_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SS_OTLP_ENDPOINT", "https://app:hunter2@collector")
    assert cli.run(["serve"]) == 1
    line = failed_line(capsys)
    assert "SS_OTLP_ENDPOINT" in line
    assert "hunter2" not in line


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"ss-backend {__version__}\n"


def test_password_is_asked_for_twice_and_not_shown(tmp_path: Path) -> None:
    """The installed command on a real terminal."""
    environment = {**os.environ, "SS_DATABASE_URL": f"sqlite:///{tmp_path}/asked.db"}
    command = [sys.executable, "-c", "from ss_admin.backend.cli import main; main()"]
    subprocess.run([*command, "tenant", "create", "Acme"], env=environment, check=True, capture_output=True)
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [*command, *CREATE_USER, "ann"],
        env=environment,
        stdin=inside,
        stdout=inside,
        stderr=inside,
        start_new_session=True,
    )
    os.close(inside)
    shown = b""
    for prompt in (b"Password: ", b"Repeat for confirmation: "):
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1000)
        os.write(terminal, f"{PASSWORD}\n".encode())
    while b"Created the user ann." not in shown:
        shown += os.read(terminal, 1000)
    assert process.wait(30) == 0
    os.close(terminal)
    assert PASSWORD.encode() not in shown

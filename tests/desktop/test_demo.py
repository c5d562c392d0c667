"""The demo's backend as a process: what it says, what it holds, and that it never outlives whoever started it."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ServerUnreachable
from ss_admin.client.executions import ExecutionQuery, ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import ApiKeyStatus, ExpiryState
from ss_admin.contract.demo import DemoReady, DemoUser
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop import demo
from ss_admin.desktop.demo import DemoBackend, DemoFailed, in_words, serve_without_window, start_demo_backend
from tests.support.readme_call import call_as_in_readme

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def backend() -> Iterator[DemoBackend]:
    with start_demo_backend(None) as backend:
        yield backend


def sign_in(ready: DemoReady, user: DemoUser) -> Connection:
    connection = Connection(ready.url)
    connection.token = AccountsClient(connection).sign_in(user.username, user.password).token
    return connection


@pytest.fixture(scope="module")
def connection(backend: DemoBackend) -> Iterator[Connection]:
    connection = sign_in(backend.ready, backend.administrator)
    yield connection
    connection.close()


def endpoint(ready: DemoReady) -> str:
    return f"{ready.url}/rulechains/{ready.rulechain_id}/execute"


def all_keys(connection: Connection):
    return ApiKeysClient(connection).list_page(ApiKeyQuery(), limit=1000).items


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, seconds: float = 15) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


# --- what it holds


def test_the_sample_key_chain_and_payload_answer_200_together(backend):
    answer = call_as_in_readme(endpoint(backend.ready), backend.ready.api_key)
    assert (answer.status, answer.document["status"]) == (200, "succeeded")
    assert backend.ready.payload["_building"]["label"] == "Central Academy"


def test_everybody_listed_can_sign_in_with_the_role_and_tenant_told(backend):
    assert {(user.role, user.tenant) for user in backend.ready.users} == {
        (role, tenant) for role in Role for tenant in ("Northwind Facilities", "Lakeside Hospitals")
    }
    for user in backend.ready.users:
        connection = sign_in(backend.ready, user)
        session = AccountsClient(connection).who_am_i()
        assert (session.user.role, session.tenant.name) == (user.role, user.tenant)
        connection.close()


def test_two_tenants_hold_forty_people_and_250_keys(backend):
    people, keys, chains = 0, 0, []
    administrators = {user.tenant: user for user in backend.ready.users if user.role is Role.TENANT_ADMIN}
    for user in administrators.values():
        connection = sign_in(backend.ready, user)
        people += AccountsClient(connection).find_users(limit=1).total
        keys += ApiKeysClient(connection).list_page(ApiKeyQuery(), limit=1).total
        chains.append(RuleChainsClient(connection).list_page().total)
        connection.close()
    assert (people, keys, chains) == (40, 250, [5, 5])


def test_every_state_of_a_key_occurs_in_plausible_numbers(connection):
    keys, client = all_keys(connection), ApiKeysClient(connection)
    for expiry in ExpiryState:
        assert client.list_page(ApiKeyQuery(expiries=frozenset({expiry})), limit=1).total >= 8
    assert Counter(key.status for key in keys)[ApiKeyStatus.DISABLED] >= 8
    assert sum(key.last_used_at is None for key in keys) >= 8
    assert sum(key.rate_limit is None for key in keys) >= 5
    assert {"Building Alarm Integration", "External Maintenance System"} <= {key.name for key in keys}


def test_no_key_contradicts_itself(connection):
    now = datetime.now(UTC)
    for key in all_keys(connection):
        assert key.created_at <= key.updated_at <= now
        assert key.expires_at is None or key.created_at < key.expires_at
        if key.last_used_at is not None:
            assert key.created_at <= key.last_used_at <= min(now, key.expires_at or now)
            assert key.last_used_address


def test_the_history_goes_back_a_year_and_fits_the_keys(connection):
    entries = []
    cursor = None
    while True:
        page = ActivityClient(connection).list_page(limit=1000, cursor=cursor)
        entries += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert entries == sorted(entries, key=lambda entry: entry.at, reverse=True)
    assert entries[-1].at < datetime.now(UTC) - timedelta(days=300)
    created = {entry.object.id: entry for entry in entries if entry.action == "api_key.created"}
    deleted = {entry.object.id for entry in entries if entry.action == "api_key.deleted"}
    changes = Counter(entry.object.id for entry in entries if entry.action == "api_key.changed")
    keys = all_keys(connection)
    assert {key.id for key in keys} == created.keys() - deleted
    assert deleted
    for key in keys:
        assert abs(created[key.id].at - key.created_at) < timedelta(seconds=1)
        assert key.version == 1 + changes[key.id]


def test_some_chains_cannot_be_called_and_the_console_shows_how_all_did(connection):
    chains = {chain.name: chain for chain in RuleChainsClient(connection).list_page().items}
    assert [name for name, chain in chains.items() if not chain.enabled] == ["Elevator Fault"]
    assert [name for name, chain in chains.items() if not chain.is_external] == ["Meter Reading"]
    for name in ("Building Alarm", "Work Order Intake"):
        assert chains[name].runs > 50
        assert 0.9 < chains[name].success_rate < 1
        assert chains[name].last_run_at > datetime.now(UTC) - timedelta(days=2)
    assert chains["Meter Reading"].runs == 0
    assert chains["Elevator Fault"].last_run_at < chains["Elevator Fault"].updated_at


def executions(connection: Connection, name: str, outcome: ExecutionOutcome | None = None):
    (chain,) = RuleChainsClient(connection).list_page(search=name).items
    page = ExecutionsClient(connection).list_page(chain.id, ExecutionQuery(outcome=outcome), limit=1000)
    return chain, page


def test_executions_of_the_last_days_fit_the_keys_and_the_counters(connection):
    keys = {key.id: key for key in all_keys(connection)}
    for name in ("Building Alarm", "Work Order Intake", "Elevator Fault", "Plain Acknowledge"):
        chain, page = executions(connection, name)
        assert page.total == chain.runs
        assert [each.at for each in page.items] == sorted((each.at for each in page.items), reverse=True)
        for each in page.items:
            key = keys.get(each.api_key.id)
            if key is None:
                continue  # deleted since
            assert key.created_at <= each.at <= key.last_used_at
            assert "write" in key.permissions.entities
            assert chain.id in (key.permissions.rulechains or [chain.id])


def test_one_execution_in_fifty_failed_and_its_trace_shows_where(connection):
    chain, page = executions(connection, "Building Alarm", ExecutionOutcome.FAILED)
    assert page.total
    detail = ExecutionsClient(connection).get(chain.id, page.items[0].id)
    assert detail.failed_node_id == "work-order"
    assert [node.node_id for node in detail.trace] == ["request", "triage", "work-order"]
    assert "_problem_type" not in detail.input
    assert "_problem_type.label" in json.dumps(detail.definition)
    today = RuleChainsClient(connection).get(chain.id).definition["nodes"][2]
    assert "_problem_type.label" not in json.dumps(today)


def test_work_orders_were_kept_and_elevator_faults_delivered(connection):
    chain, page = executions(connection, "Work Order Intake", ExecutionOutcome.SUCCEEDED)
    detail = ExecutionsClient(connection).get(chain.id, page.items[0].id)
    assert [record.collection for record in detail.records] == ["work-orders"]
    assert detail.result["record_id"] == detail.records[0].id
    chain, page = executions(connection, "Elevator Fault")
    details = [ExecutionsClient(connection).get(chain.id, each.id) for each in page.items[:20]]
    assert {len(detail.deliveries) for detail in details} == {1}
    assert all(detail.deliveries[0].next_attempt_at is None for detail in details)


def test_some_keys_are_narrowed_and_the_chains_know_them(connection):
    keys = {key.name: key for key in all_keys(connection)}
    chains = {chain.name: chain.id for chain in RuleChainsClient(connection).list_page().items}
    alarm, maintenance = keys["Building Alarm Integration"], keys["External Maintenance System"]
    assert alarm.permissions.rulechains == [chains["Building Alarm"]]
    assert alarm.allowed_addresses
    assert maintenance.permissions.rulechains == [chains["Work Order Intake"], chains["Plain Acknowledge"]]
    scoped = RuleChainsClient(connection).scoped_keys(chains["Work Order Intake"]).items
    assert [key.id for key in scoped] == [maintenance.id]
    assert sum(key.allowed_addresses is not None for key in keys.values()) == 2


def test_what_was_done_to_the_chains_is_told(connection):
    entries = ActivityClient(connection).list_page(limit=1000).items
    done = Counter(entry.action for entry in entries)
    assert done["rule_chain.tested"] == 2
    assert done["rule_chain.changed"] >= 3


# --- kept data, fresh secrets


def test_kept_data_comes_back_with_new_passwords_and_a_new_sample_key(tmp_path):
    folder = tmp_path / "kept"
    with start_demo_backend(folder) as first:
        before = first.ready
        with_first = sign_in(before, first.administrator)
        names_before = sorted(key.name for key in all_keys(with_first))
    with start_demo_backend(folder) as second:
        after = second.ready
        with_second = sign_in(after, second.administrator)
        assert sorted(key.name for key in all_keys(with_second)) == names_before
        assert call_as_in_readme(endpoint(after), after.api_key).status == 200
        assert call_as_in_readme(endpoint(after), before.api_key).code == "invalid_api_key"
        assert {user.password for user in before.users}.isdisjoint(user.password for user in after.users)
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    for ready in (before, after):
        for secret in (ready.api_key, *(user.password for user in ready.users)):
            assert secret.encode() not in written
    for file in folder.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_the_settings_of_a_real_backend_are_not_looked_at(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text(
        f"SS_DATABASE_URL=sqlite:///{tmp_path}/real.db\nSS_PUBLIC_URL=https://real.example\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SS_DATABASE_URL", f"sqlite:///{tmp_path}/real.db")
    monkeypatch.setenv("SS_KEY_PEPPER", "p" * 40)
    with start_demo_backend(None) as backend:
        connection = sign_in(backend.ready, backend.administrator)
        urls = [chain.endpoint_url for chain in RuleChainsClient(connection).list_page().items]
    assert all(url.startswith(backend.ready.url) for url in urls)
    assert not (tmp_path / "real.db").exists()


# --- its end


def test_it_ends_when_the_block_is_left_and_its_data_is_gone():
    with start_demo_backend(None) as backend:
        url, process = backend.ready.url, backend._process
    assert process.poll() is not None
    with pytest.raises(ServerUnreachable):
        Connection(url, backoff=()).request("GET", "/healthz")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("killed_with", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_it_does_not_outlive_the_command_that_started_it(killed_with, tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = subprocess.Popen(
        [sys.executable, "-m", "ss_admin.desktop.cli", "demo", "--no-window"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
    )  # fmt: skip
    assert command.stdout is not None
    ready = DemoReady.model_validate_json(command.stdout.readline())
    children = [int(pid) for pid in Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()]
    assert children
    command.send_signal(killed_with)
    _, words = command.communicate(timeout=30)
    assert command.returncode == (0 if killed_with is not signal.SIGKILL else -signal.SIGKILL)
    wait_for(lambda: not any(is_running(pid) for pid in children))
    wait_for(lambda: list(tmp_path.glob("ss-admin-demo-*")) == [])
    with pytest.raises(ServerUnreachable):
        Connection(ready.url, backoff=()).request("GET", "/healthz")
    assert "Traceback" not in words


# --- what it says


def test_without_a_window_one_json_line_and_the_same_in_words(backend, monkeypatch):
    monkeypatch.setattr(demo.DemoBackend, "wait", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    out, words = io.StringIO(), io.StringIO()
    serve_without_window(None, out=out, words=words)
    line = out.getvalue()
    assert line.count("\n") == 1
    document = json.loads(line)
    assert list(document) == ["url", "users", "api_key", "rulechain_id", "payload"]
    assert list(document["users"][0]) == ["username", "password", "role", "tenant"]
    for told in (document["url"], document["api_key"], document["rulechain_id"], document["users"][3]["password"]):
        assert told in words.getvalue()


def test_the_words_hold_a_call_that_can_be_pasted(backend):
    lines = in_words(backend.ready, is_kept=False).splitlines()
    start = next(number for number, line in enumerate(lines) if "export SS_API_KEY" in line)
    script = "\n".join(line.strip() for line in lines[start : start + 4])
    environment = {"PATH": os.environ["PATH"], "no_proxy": "*"}
    found = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert json.loads(found.stdout)["status"] == "succeeded"


def test_passwords_and_the_key_hide_in_reprs(backend):
    shown = repr(backend.ready) + repr(backend.credentials)
    assert backend.ready.api_key not in shown
    assert not any(user.password in shown for user in backend.ready.users)


# --- failures


def test_a_backend_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setattr(demo, "_BACKEND_NEEDS", ("nowhere_to_be_found",))
    with pytest.raises(DemoFailed, match=r'pip install "\.\[backend\]"'), start_demo_backend(None):
        pass


def test_a_folder_that_cannot_be_used_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DemoFailed, match="could not start") as caught, start_demo_backend(tmp_path / "file" / "data"):
        pass
    assert "Traceback" not in str(caught.value)


def test_a_backend_that_ends_by_itself_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))  # a killed process leaves its folder behind
    with start_demo_backend(None) as backend:
        backend._process.kill()
        with pytest.raises(DemoFailed, match="ended by itself"):
            backend.wait()

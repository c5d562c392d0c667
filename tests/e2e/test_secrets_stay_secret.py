"""No key, password, token or pepper in any file, log, list of processes or output: the bytes are searched."""

import base64
import hashlib
import hmac
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import ClientError, ValidationFailed, WrongCredentials
from ss_admin.client.executions import ExecutionQuery, ExecutionsClient
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.api_key_format import mask_api_key
from ss_admin.contract.api_keys import NewApiKey
from ss_admin.contract.demo import DemoReady
from ss_admin.contract.executions import DeliveryStatus, Execution, ExecutionOutcome
from ss_admin.contract.rule_chains import ChainTest, NewRuleChain, RuleChainChange, RuleChainDetail
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from tests.support.backend import PASSWORD
from tests.support.backend_process import serve_database
from tests.support.certificates import make_certificate
from tests.support.large_tenant import USERNAME, write_large_tenant
from tests.support.readme_call import call_as_in_readme
from tests.support.real_window import RealApp, close_dialogs, read_clipboard, wait_until
from tests.support.webhook_receiver import WebhookReceiver, chain_calling

ROOT = Path(__file__).parent.parent.parent


@contextmanager
def demo_with_log(data: Path, log: Path) -> Iterator[DemoReady]:
    """The demo's backend, as talkative as it can be, its log in a file."""
    with log.open("a") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "ss_admin.backend.demo", "--data", str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True, cwd=ROOT,
            env={**os.environ, "SS_LOG_LEVEL": "DEBUG"},
        )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    with process.stdout:
        try:
            yield DemoReady.model_validate_json(process.stdout.readline())
        finally:
            process.stdin.close()
            process.wait(40)


class Secrets:
    """What must not be found, in every form that a careless line of code would write it in."""

    def __init__(self) -> None:
        self._forms: dict[bytes, str] = {}

    def add(self, name: str, secret: str | bytes) -> None:
        raw = secret.encode() if isinstance(secret, str) else secret
        forms = [
            raw,
            raw.hex().encode(),
            base64.b64encode(raw).rstrip(b"="),
            base64.urlsafe_b64encode(raw).rstrip(b"="),
        ]
        if isinstance(secret, str):
            forms += [secret.encode("utf-16-le"), secret.encode("utf-16-be")]
        self._forms |= dict.fromkeys(forms, name)

    def found_in(self, content: bytes) -> list[str]:
        return sorted({name for form, name in self._forms.items() if form in content})


def command_lines() -> bytes:
    """What any user of the machine can read of all processes, now."""
    lines = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(file.read_bytes())
        except OSError:
            continue
    return b"\n".join(lines)


class ProcessWatch(threading.Thread):
    """Collects the command lines of all processes while it runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._stopping = threading.Event()
        self.seen: set[bytes] = set()

    def run(self) -> None:
        while not self._stopping.wait(0.01):
            self.seen.update(command_lines().split(b"\n"))

    def stop(self) -> bytes:
        self._stopping.set()
        self.join()
        return b"\n".join(self.seen)


def use_everything(app: RealApp, ready: DemoReady, secrets: Secrets) -> str:
    """Signs in, creates, copies, calls rightly and wrongly, searches for a key, fails to sign in; gives the key."""
    app.wait_for_list()
    app.press("ctrl+n")
    app.wait_active("apiKeyEditor")
    app.write("Secret Keeper")
    app.tab_to("apiKeyEditor.user")
    app.write("keller")
    wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
    app.press("Return", "Return")
    app.wait_active("apiKeyCreated")
    app.tab_to("apiKeyCreated.copy")
    app.press("space")
    wait_until(lambda: read_clipboard().startswith("ss_"), "the key is on the clipboard")
    created = read_clipboard()
    secrets.add("created key", created)
    app.tab_to("apiKeyCreated.done")
    app.press("space")
    app.press("ctrl+f")
    app.write(created)
    wait_until(lambda: app.page.model.rowCount() == 1, "the key's row is found")

    call_rightly_and_wrongly(ready, created)
    admin = ready.users[0]
    with pytest.raises(WrongCredentials):
        AccountsClient(Connection(ready.url)).sign_in(admin.username, "a wrong password, but a person's")
    secrets.add("mistyped password", "a wrong password, but a person's")
    connection = app.session.connection
    assert connection is not None
    keys = ApiKeysClient(connection)
    for name in (f"Key {created}", created):
        with pytest.raises(ClientError):
            keys.create(NewApiKey(name=name, user_id=app.page.model.api_key(0).user.id))
    keys.list_page(ApiKeyQuery(search=created))
    ActivityClient(connection).list_page()
    app.background.wait_idle()
    return created


def keys_everywhere(api_key: str) -> dict[str, Any]:
    """What a partner might send by mistake: the key as a value, within a text, deep inside, as a member's name."""
    return {
        "api_key": api_key,
        "note": f"calling with {api_key}, see there",
        "headers": [{"x-api-key": api_key}, [api_key]],
        api_key: "as a name",
        "number": 7,
    }


def call_with_keys_in_the_payload(url: str, api_key: str) -> dict[str, Any]:
    """Calls a rule chain so; gives the answer."""
    connection = HTTPConnection(urlsplit(url).netloc, timeout=20)
    body = json.dumps(keys_everywhere(api_key))
    connection.request("POST", urlsplit(url).path, body, {"x-api-key": api_key, "Content-Type": "application/json"})
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    connection.close()
    return answer


def chain_with_webhook(url: str, name: str = "Secret Forwarder") -> NewRuleChain:
    """A chain that hands on whatever it gets."""
    return NewRuleChain(
        name=name, is_external=True, input_schema={"type": "object"}, definition=chain_calling(url), sample_payload={}
    )


def failing_definition() -> dict[str, Any]:
    """A graph whose only expression fails on a text, and so might quote it."""
    definition = chain_calling("https://hooks.example.com/")
    definition["nodes"][1] |= {
        "type": "expressionNode",
        "content": {"expressions": [{"id": "e", "key": "sum", "value": "number(note) + 1"}]},
    }
    return definition


def use_rule_chains(app: RealApp, api_key: str, secrets: Secrets) -> None:
    """Shows, copies and replaces a signing secret in the window; tries, calls and opens runs with keys in them."""
    assert app.session.connection is not None
    chains, executions = RuleChainsClient(app.session.connection), ExecutionsClient(app.session.connection)
    forwarder = chains.create(chain_with_webhook("https://127.0.0.1/hook"))  # which the operator has not allowed
    failing = chains.create(
        chain_with_webhook("https://hooks.example.com/", "Fails").model_copy(
            update={"definition": failing_definition()}
        )
    )
    refuse_keys_in(chains, forwarder, api_key)
    show_and_replace_the_signing_secret(app, forwarder, secrets)
    for chain, outcome in ((forwarder, ExecutionOutcome.SUCCEEDED), (failing, ExecutionOutcome.FAILED)):
        chains.test(chain.id, ChainTest(payload=keys_everywhere(api_key)))
        call_with_keys_in_the_payload(chain.endpoint_url, api_key)
        execution = written_execution(executions, chain)
        assert execution.outcome is outcome
        detail = executions.get(chain.id, execution.id)
        assert detail.input["api_key"] == mask_api_key(api_key)
    call_with_keys_in_the_payload(app_endpoint_of_nothing(forwarder), api_key)

    def is_given_up() -> bool:
        (execution,) = executions.list_page(forwarder.id, ExecutionQuery()).items
        return executions.get(forwarder.id, execution.id).deliveries[0].status is DeliveryStatus.GIVEN_UP

    wait_until(is_given_up, "the webhook is given up, since its address is refused")
    page = app.rule_chains
    page.chain.open(failing, ChainTab.EXECUTIONS)
    shown = page.chain.tabs.executions
    wait_until(lambda: shown.model.rowCount() == 1, "the failed call is listed")
    shown.rows.open_requested.emit(shown.model.item(0))
    app.wait_active("execution")
    app.background.wait_idle()
    close_dialogs()


def written_execution(executions: ExecutionsClient, chain: RuleChainDetail) -> Execution:
    """The chain's only execution, once it is written."""
    wait_until(lambda: executions.list_page(chain.id, ExecutionQuery()).total == 1, "the call is written")
    (execution,) = executions.list_page(chain.id, ExecutionQuery()).items
    return execution


def app_endpoint_of_nothing(chain: RuleChainDetail) -> str:
    """The address of a chain that is not there."""
    return chain.endpoint_url.replace(chain.id, chain.id[::-1])


def refuse_keys_in(chains: RuleChainsClient, chain: RuleChainDetail, api_key: str) -> None:
    """A key that an administrator pastes into a rule chain is not taken."""
    definition = json.loads(json.dumps(chain.definition).replace("Hook 1", f"Hook with {api_key}"))
    for change in (
        RuleChainChange(name=f"For {api_key}"),
        RuleChainChange(description=api_key),
        RuleChainChange(definition=definition),
        RuleChainChange(input_schema={"type": "object", "description": api_key}),
        RuleChainChange(sample_payload={"nested": [{api_key: 1}]}),
    ):
        with pytest.raises(ValidationFailed):
            chains.change(chain.id, change, version=chain.version)


def show_and_replace_the_signing_secret(app: RealApp, chain: RuleChainDetail, secrets: Secrets) -> None:
    page = app.open_rule_chains()
    page._open(chain)
    app.background.wait_idle()
    app.find(QAbstractButton, "ruleChainEditor.signingSecret").click()
    app.wait_active("signingSecret")
    field = app.find(QLineEdit, "signingSecret.key")
    wait_until(lambda: field.text().startswith("whsec_"), "the secret is shown")
    first = field.text()
    secrets.add("signing secret", first)
    app.find(QAbstractButton, "signingSecret.copy").click()
    wait_until(lambda: read_clipboard() == first, "the secret is on the clipboard")
    app.find(QAbstractButton, "signingSecret.replace").click()
    app.wait_active("signingSecret.replaceQuestion")
    app.find(QAbstractButton, "signingSecret.replaceQuestion.primary").click()
    wait_until(lambda: field.text() not in {first, ""}, "another secret is shown")
    secrets.add("replaced signing secret", field.text())
    close_dialogs()


def call_rightly_and_wrongly(ready: DemoReady, api_key: str) -> None:
    """Everything a partner's engineer might try."""
    path = f"/rulechains/{ready.rulechain_id}/execute"
    for used in (api_key, ready.api_key, f"Bearer {api_key}", api_key[:-1], f"{api_key}x"):
        call_as_in_readme(ready.url + path, used)
    for where, header in (
        (f"{path}?api_key={api_key}", "x-api-key"),
        (f"/rulechains/{api_key}/execute", "x-api-key"),
        (f"/{api_key}", "x-api-key"),
        (path, "Authorization"),
        (path, "Cookie"),
        (path, "User-Agent"),
        (path, "X-Forwarded-For"),
    ):
        connection = HTTPConnection(urlsplit(ready.url).netloc, timeout=10)
        connection.request("POST", where, api_key.encode(), {header: api_key, "Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()


def files_below(*folders: Path) -> list[Path]:
    return [file for folder in folders for file in folder.rglob("*") if file.is_file()]


@pytest.fixture
def secrets() -> Secrets:
    return Secrets()


@pytest.mark.timeout(240)
def test_nothing_that_was_written_holds_a_secret(
    start_app: Callable[[AppOptions], RealApp],
    secrets: Secrets,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    caplog.set_level(logging.DEBUG)
    data, log = tmp_path / "data", tmp_path / "backend.log"
    watch = ProcessWatch()
    watch.start()
    with demo_with_log(data, log) as ready:
        for user in ready.users:
            secrets.add(f"password of {user.username}", user.password)
        secrets.add("sample key", ready.api_key)
        (pepper_file,) = data.glob("*.pepper")
        secrets.add("pepper", pepper_file.read_bytes())
        admin = ready.users[0]
        app = start_app(AppOptions(server_url=ready.url, credentials=(admin.username, SecretStr(admin.password))))
        created = use_everything(app, ready, secrets)
        use_rule_chains(app, created, secrets)
        assert app.session.connection is not None
        secrets.add("session token", app.session.connection.token or "")
        assert (data / "signalsync.db-wal").stat().st_size > 0
        while_running = {file: secrets.found_in(file.read_bytes()) for file in files_below(data)}
        app.close()
    shown_processes = watch.stop()

    assert log.stat().st_size > 1000
    folders = (tmp_path, Path(os.environ["HOME"]), Path(os.environ["XDG_RUNTIME_DIR"]), Path(os.environ["TMPDIR"]))
    afterwards = {file: secrets.found_in(file.read_bytes()) for file in files_below(*folders)}
    captured = capfd.readouterr()
    assert {file: found for file, found in while_running.items() if found} == {pepper_file: ["pepper"]}
    assert {file: found for file, found in afterwards.items() if found} == {pepper_file: ["pepper"]}
    assert pepper_file.stat().st_mode & 0o777 == 0o600
    assert secrets.found_in(caplog.text.encode()) == []
    assert secrets.found_in(f"{captured.out}{captured.err}".encode()) == []
    assert secrets.found_in(shown_processes) == []


def test_the_search_itself_finds_what_is_there(secrets: Secrets, tmp_path: Path):
    secrets.add("a key", "ss_0123456789")
    for content in (b"..ss_0123456789..", "ss_0123456789".encode("utf-16-le"), base64.b64encode(b"ss_0123456789")):
        assert secrets.found_in(content) == ["a key"]
    assert secrets.found_in(b"ss_0123\xe2\x80\xa66789") == []


def test_a_backend_on_a_kept_database_says_nothing_secret_in_its_log(tmp_path: Path, secrets: Secrets):
    log = tmp_path / "backend.log"
    pepper = "pepper-of-the-environment-0123456789"
    secrets.add("pepper", pepper)
    with serve_database(tmp_path / "new.db", log=log, SS_KEY_PEPPER=pepper, SS_LOG_LEVEL="DEBUG") as url:
        secrets.add("password", "some password typed")
        with pytest.raises(WrongCredentials):
            AccountsClient(Connection(url)).sign_in("nobody", "some password typed")
    assert {file: found for file in files_below(tmp_path) if (found := secrets.found_in(file.read_bytes()))} == {}


def test_a_delivered_webhook_holds_no_key_and_is_signed_with_the_secret_that_stands_nowhere(
    tmp_path: Path, secrets: Secrets
):
    data, log = tmp_path / "data", tmp_path / "backend.log"
    data.mkdir()
    write_large_tenant(data / "estate.db", 0)
    certificate = make_certificate(tmp_path)
    settings = {
        "SS_LOG_LEVEL": "DEBUG",
        "SS_WEBHOOK_ALLOWED_NETWORKS": "127.0.0.0/8,::1",
        "SS_WEBHOOK_CA_FILE": str(certificate.ca_file),
    }
    with WebhookReceiver(certificate) as receiver, serve_database(data / "estate.db", log=log, **settings) as url:
        connection = Connection(url)
        connection.token = AccountsClient(connection).sign_in(USERNAME, PASSWORD).token
        (user,) = AccountsClient(connection).find_users().items
        key = ApiKeysClient(connection).create(NewApiKey(name="Forwarding", user_id=user.id))
        chains = RuleChainsClient(connection)
        chain = chains.create(chain_with_webhook(receiver.url("127.0.0.1")))
        secret = chains.signing_secret(chain.id).secret
        for name, text in (("key", key.secret), ("signing secret", secret), ("session token", connection.token)):
            secrets.add(name, text)
        answer = call_with_keys_in_the_payload(chain.endpoint_url, key.secret)
        assert answer["status"] == "succeeded"
        (taken,) = receiver.wait_for(1)
        connection.close()

    signed = hmac.new(secret.encode(), taken.body, hashlib.sha256).hexdigest()
    assert taken.headers["x-signalsync-signature"] == f"sha256={signed}"
    assert mask_api_key(key.secret).encode() in taken.body
    assert secrets.found_in(taken.body + repr(taken.headers).encode()) == []
    assert log.stat().st_size > 1000
    assert {file: found for file in files_below(tmp_path) if (found := secrets.found_in(file.read_bytes()))} == {}

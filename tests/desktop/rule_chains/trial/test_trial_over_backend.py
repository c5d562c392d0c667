"""The tab “Test” over the real backend: its pointers are those that fields and editors look for."""

import json
from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.migrate import upgrade
from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.accounts import Role
from ss_admin.contract.rule_chains import NewRuleChain, RuleChainDetail
from ss_admin.desktop.rule_chains.json_editor.fault_list import FaultList
from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.rule_chains.trial.test_tab import TestTab
from tests.support.backend import PASSWORD, cheap_passwords
from tests.support.backend_process import serve_database
from tests.support.sample_chains import sample_document


@pytest.fixture(scope="module")
def chains(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RuleChainsClient]:
    database = tmp_path_factory.mktemp("data") / "signalsync.db"
    with serve_database(database) as url:
        store = Store.open(f"sqlite:///{database}")
        upgrade(store)
        directory = Directory(store, cheap_passwords())
        tenant = directory.create_tenant("Building Services").name
        directory.create_user(
            tenant=tenant, username="ada.admin", name="Ada Admin", role=Role.TENANT_ADMIN, password=PASSWORD
        )
        connection = Connection(url)
        connection.token = AccountsClient(connection).sign_in("ada.admin", PASSWORD).token
        yield RuleChainsClient(connection)
        connection.close()
        store.close()


@pytest.fixture(scope="module")
def chain(chains: RuleChainsClient) -> RuleChainDetail:
    return chains.create(NewRuleChain.model_validate(sample_document()))


@pytest.fixture
def tab(chains, chain, background, theme, qtbot) -> TestTab:
    tab = TestTab(chains=chains, background=background, theme=theme)
    qtbot.addWidget(tab)
    tab.resize(1040, 640)
    tab.show_chain(chain)
    tab.show()
    return tab


def run(tab: TestTab, background) -> str:
    tab.findChild(QPushButton, "ruleChainTest.run").click()
    assert background.wait_idle(60)
    return tab._result.text


def test_the_sample_runs_and_its_result_is_shown(tab, background):
    assert run(tab, background).startswith("Succeeded in ")
    assert json.loads(tab._result.result_text)["work_order"]["team"] == "Heating and Cooling"


def test_five_faults_of_a_payload_stand_at_five_places(tab, chain, background):
    payload = json.loads(json.dumps(chain.sample_payload))
    payload["_building"]["label"] = ""
    payload["_building"]["value"] = "no uuid"
    payload["_priority"] = "Awful"
    payload["more"] = 1
    del payload["_description"]
    tab._payload.replace_payload(payload)
    assert "5 faults" in run(tab, background)
    form = tab._payload._form
    for pointer in ("/_building/label", "/_building/value", "/_priority", "/_description"):
        assert form.findChild(QLabel, f"ruleChainTest.payload.form{pointer}.error").text()
    assert "/more: " in tab._result.text
    assert tab._payload._editor.fault_count() == 5


def test_a_fault_of_a_draft_is_marked_in_the_editor_at_its_line(tab, chain, background, theme, qtbot):
    definition = json.loads(json.dumps(chain.definition))
    definition["nodes"][1]["content"]["rules"][2]["in-0"] = '"Critical'
    tab.show_draft(chain.input_schema, definition)
    editor = JsonEditor(theme=theme, name="editor")
    qtbot.addWidget(editor)
    editor.set_document(definition)
    tab.draft_refused.connect(lambda faults: editor.show_faults(faults, "/definition"))
    assert "cannot run yet: 1 fault" in run(tab, background)
    line = editor.text().split('"rule-3"')[0].count("\n") + 3
    assert editor.findChild(FaultList).item(0).text().startswith(f"Line {line}: Node “Triage”, rule 3")


def test_an_unsaved_change_is_what_runs(tab, chain, background):
    definition = json.loads(json.dumps(chain.definition))
    for rule in definition["nodes"][1]["content"]["rules"]:
        rule["out-2"] = '"Night Watch"'
    tab.show_draft(chain.input_schema, definition)
    assert run(tab, background).startswith("Succeeded in ")
    assert "Night Watch" in tab._result.result_text

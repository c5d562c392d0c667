"""A newcomer makes a rule chain, changes a rule, tries it, opens it to partners, and a partner calls it with curl."""

import pytest
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QTabBar, QWidget

from ss_admin.client.executions import ExecutionQuery, ExecutionsClient
from ss_admin.contract.api_key_format import find_api_key_fault
from ss_admin.contract.executions import Execution, ExecutionOutcome
from ss_admin.desktop.demo import DemoBackend
from ss_admin.desktop.rule_chains.chain_page import ChainPage
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from tests.support.readme_call import PartnerAnswer, call_as_in_readme
from tests.support.real_window import RealApp, read_clipboard, wait_until

NAME = "Alarms of the North Campus"
KEY_NAME = "North Campus Gateway"
EDITOR = "ruleChainEditor.definition"
TOO_WARM_OR_TOO_COLD = '"24"'
"""The hours in the one rule of the template that fits the call of the README."""


class Journey:
    """The steps that the test is told in, each from the keyboard."""

    def __init__(self, app: RealApp) -> None:
        self.app = app
        self.url = ""
        self.secret = ""

    @property
    def chain(self) -> ChainPage:
        """The page of the chain that is open."""
        return self.app.rule_chains.chain

    def call(self) -> PartnerAnswer:
        return call_as_in_readme(self.url, self.secret)

    def make_chain_from_template(self) -> None:
        app = self.app
        app.go_to_page("Rule Chains")
        wait_until(lambda: app.rule_chains.list.model.rowCount() > 0, "the list is there")
        app.press("ctrl+n")
        app.wait_active("ruleChainNew")
        app.write(NAME)
        app.press("Return")
        wait_until(lambda: app.rule_chains.is_chain_open and self.chain.saving.base, "the new chain is open")
        wait_until(lambda: self.chain.edit.details.name.text() == NAME, "its name is shown")
        assert self.chain.head.external.text == "Internal"

    def find_rule(self, text: str) -> None:
        """Selects `text` in the definition, by the editor's own search."""
        self.app.press("ctrl+f")
        self.app.write(text)
        self.app.press("Escape")
        area = self.app.find(QPlainTextEdit, f"{EDITOR}.text")
        wait_until(lambda: area.hasFocus() and area.textCursor().selectedText() == text, f"{text} is selected")

    def line_of_cursor(self) -> int:
        return self.app.find(QPlainTextEdit, f"{EDITOR}.text").textCursor().blockNumber() + 1

    def wait_for_fault(self) -> str:
        """What stands in the list of faults under the editor, once there is exactly one."""
        faults = self.app.find(QListWidget, f"{EDITOR}.faults")
        wait_until(lambda: faults.isVisible() and faults.count() == 1, "the fault is told")
        return faults.item(0).text()

    def wait_for_no_fault(self) -> None:
        wait_until(lambda: not self.app.sees(f"{EDITOR}.faults"), "no fault is told any more")

    def turn_to(self, tab: ChainTab) -> None:
        """Goes to the chain's tabs and along them."""
        app = self.app
        app.tab_to("ruleChain.tabs", back=True)
        steps = tab - self.chain.tabs.current
        app.press(*(["Right"] * steps or ["Left"] * -steps))
        wait_until(lambda: self.chain.tabs.current is tab, f"{tab.name} is in front")
        app.background.wait_idle()

    def test(self) -> None:
        """Runs a test on the sample payload and turns to its result."""
        app = self.app
        self.turn_to(ChainTab.TEST)
        app.tab_to("ruleChainTest.run")
        app.press("space")
        wait_until(lambda: self.chain.test._result.text.startswith("Succeeded"), "the test has succeeded", 30)
        app.find(QTabBar, "ruleChainTest.resultTabs").setFocus()
        app.press("Right")
        wait_until(lambda: app.sees("ruleChainTest.result"), "the result is in front")

    def switch_external(self) -> None:
        """Switches “Is External” over and saves."""
        app = self.app
        self.turn_to(ChainTab.EDIT)
        app.tab_to("ruleChainEditor.isExternal")
        app.press("space")
        self.save()

    def save(self) -> None:
        self.app.press("ctrl+s")
        wait_until(lambda: not self.chain.saving.is_busy and not self.chain.has_changes(), "saved")

    def copy_url(self) -> None:
        app = self.app
        app.tab_to("ruleChainEditor.viewEndpoint")
        app.press("space")
        app.tab_to("ruleChainEditor.copyEndpoint")
        app.press("space")
        wait_until(lambda: read_clipboard().endswith("/execute"), "the address is on the clipboard")
        self.url = read_clipboard()

    def create_narrowed_key(self) -> None:
        app = self.app
        app.go_to_page("API Keys Management")
        app.press("ctrl+n")
        app.wait_active("apiKeyEditor")
        app.write(KEY_NAME)
        app.press("Tab")
        app.write("herrera")
        wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
        app.press("Return")
        app.tab_to("apiKeyEditor.chains.all")
        app.press("Right")
        app.tab_to("apiKeyEditor.chains.search")
        app.write(NAME)
        wait_until(lambda: app.sees("apiKeyEditor.chains.search.list"), "the chain is found")
        app.press("Return", "Escape")
        wait_until(lambda: not app.sees("apiKeyEditor.chains.search.list"), "the list is folded up")
        app.tab_to("apiKeyEditor.submit")
        app.press("space")
        app.wait_active("apiKeyCreated")
        app.tab_to("apiKeyCreated.copy")
        app.press("space")
        wait_until(lambda: read_clipboard().startswith("ss_"), "the key is on the clipboard")
        self.secret = read_clipboard()
        app.tab_to("apiKeyCreated.done")
        app.press("space")
        wait_until(lambda: not app.sees("apiKeyCreated"), "the dialog is closed")

    def find_execution(self) -> Execution:
        """The first row of “Executions”, opened and closed again."""
        app, written = self.app, ExecutionsClient(self.app.session.connection)
        rulechain_id = self.url.split("/")[-2]
        wait_until(lambda: written.list_page(rulechain_id, ExecutionQuery()).total == 1, "the call is written")
        app.go_to_page("Rule Chains")
        self.turn_to(ChainTab.EXECUTIONS)
        executions = self.chain.tabs.executions
        wait_until(lambda: executions.model.rowCount() == 1, "the call is listed")
        app.tab_to("executions.table")
        app.press("Return")
        app.wait_active("execution")
        parts = app.find(QWidget, "execution.tabs")
        wait_until(parts.hasFocus, "the whole execution has come")
        app.press("Escape")
        wait_until(lambda: not app.sees("execution"), "the dialog is closed")
        return executions.model.item(0)


@pytest.mark.timeout(150)
def test_a_chain_is_made_mended_tried_opened_called_and_closed_again(app: RealApp, backend: DemoBackend):
    journey = Journey(app)
    journey.make_chain_from_template()

    app.tab_to(f"{EDITOR}.text", back=True)
    journey.find_rule(TOO_WARM_OR_TOO_COLD)
    line = journey.line_of_cursor()
    app.write('"6')  # a quotation mark short
    assert journey.wait_for_fault().startswith(f"Line {line}: ")
    app.write(' +"')  # JSON by now, yet no expression
    journey.wait_for_no_fault()
    app.press("ctrl+s")
    fault = journey.wait_for_fault()
    assert fault.startswith(f"Line {line}: Node “Triage”, rule 4, column “Response time (hours)”: ")
    assert journey.line_of_cursor() == line
    journey.find_rule('"6 +"')
    app.write('"6"')
    journey.wait_for_no_fault()

    journey.test()
    assert '"response_hours": 6,' in journey.chain.test._result.result_text
    journey.switch_external()
    journey.copy_url()
    journey.create_narrowed_key()
    assert find_api_key_fault(journey.secret) is None

    answer = journey.call()
    assert (answer.status, answer.document["status"]) == (200, "succeeded")
    assert answer.document["result"]["work_order"]["response_hours"] == 6
    execution = journey.find_execution()
    assert (execution.id, execution.outcome) == (answer.document["execution_id"], ExecutionOutcome.SUCCEEDED)
    assert KEY_NAME in execution.api_key.name

    journey.switch_external()
    answer = journey.call()
    assert (answer.status, answer.code) == (403, "rulechain_not_external")
    journey.url = f"{backend.ready.url}/rulechains/{backend.ready.rulechain_id}/execute"
    answer = journey.call()
    assert (answer.status, answer.code) == (403, "permission_denied")
    assert "rule chain" in answer.document["detail"]

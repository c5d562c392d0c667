"""Pictures of the rule chains' console and of keys narrowed to chains, for `screenshots.py`."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QLineEdit, QPlainTextEdit, QRadioButton, QTabBar

from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.contract.rule_chains import RuleChain, RuleChainChange, RuleChainDetail
from ss_admin.desktop.rule_chains.chain_page import ChainPage
from ss_admin.desktop.rule_chains.chain_tabs import ChainTab
from ss_admin.desktop.rule_chains.edit.chain_draft import DraftField
from tests.support.real_window import RealApp, close_dialogs, close_popups, wait_until

__all__ = ["RuleChainPictures"]

ALARM = "Building Alarm"
TITLE = '\\"Building alarm: \\" + _building.label'
NEEDS_PROBLEM_TYPE = TITLE + ' + \\", \\" + _problem_type.label'
LONG_NAME = "Alarms of the heating, cooling and ventilation control systems in all buildings of the north campus"
LONG_DESCRIPTION = (
    "Takes an alarm from a building's control system and decides on the work order: its priority, the response time "
    "and the team. Agreed with the facility desk; changes go through them first.\n\nThe deadlines are those of the "
    "service agreement of 2026, see there for what counts as an emergency."
)


class RuleChainPictures:
    """Goes through the console in the window of `app`, and calls `shot` with a name at every stop."""

    def __init__(self, app: RealApp, shot: Callable[[str], None]) -> None:
        self._app = app
        self._shot = shot
        assert app.session.connection is not None
        self._client = RuleChainsClient(app.session.connection)
        self._page = app.open_rule_chains()

    def take_all(self) -> None:
        """Every screen and dialog of rule chains, and the editor of keys with its narrowing."""
        self._list()
        self._new()
        self._edit()
        self._faults()
        self._tests()
        self._executions()
        self._conflict()
        self._delete()
        self._long_words()
        self._narrowed_key()

    def take_empty_list(self) -> None:
        """The list of a tenant without rule chains."""
        for chain in self._client.list_page().items:
            self._client.delete(chain.id, version=chain.version)
        self._app.open_rule_chains()
        self._shot("rule-chains-empty")

    def _list(self) -> None:
        page = self._page
        self._shot("rule-chains")
        chain = self._chain(ALARM)
        row = page.list.model.find(chain.id)
        assert row is not None
        page.list.table.setCurrentIndex(page.list.model.index(row, 0))
        page.list.chains.menu_requested.emit(chain, page.list.chains.menu_place(row))
        self._shot("rule-chains-row-menu")
        close_popups()
        page.list.search.setText("zeppelin")
        wait_until(lambda: page.list.model.rowCount() == 0, "no match")
        self._shot("rule-chains-no-match")
        page.list.search.clear()
        wait_until(lambda: page.list.model.rowCount() > 0, "the list is back")

    def _new(self) -> None:
        app = self._app
        app.press("ctrl+n")
        app.wait_active("ruleChainNew")
        self._shot("rule-chain-new")
        app.press("Return")
        wait_until(lambda: app.find(QLineEdit, "ruleChainNew.name").isVisible(), "it says what is missing")
        self._shot("rule-chain-new-missing")
        close_dialogs()

    def _edit(self) -> None:
        chain = self._open(ALARM)
        self._shot("rule-chain-edit")
        self._app.find(QAbstractButton, "ruleChainEditor.viewEndpoint").click()
        self._shot("rule-chain-endpoint")
        self._app.find(QAbstractButton, "ruleChainEditor.copyEndpoint").click()
        self._shot("rule-chain-endpoint-copied")
        chain.edit.details.external.setChecked(False)
        chain.edit.graph.picture.select_node("triage")
        chain.edit.graph.node_chosen.emit("triage")
        wait_until(chain.head.save_button.isEnabled, "the change is noticed")
        self._shot("rule-chain-unsaved")
        self._app.find(QAbstractButton, "ruleChainEditor.addNode").click()
        self._shot("rule-chain-add-node")
        close_popups()
        for field, name in ((DraftField.INPUT_SCHEMA, "schema"), (DraftField.SAMPLE_PAYLOAD, "sample")):
            chain.edit.json.turn_to(field)
            self._shot(f"rule-chain-{name}")
        self._app.find(QAbstractButton, "ruleChainEditor.viewEndpoint").click()
        chain.leave()
        wait_until(lambda: self._app.sees("ruleChain.discard"), "the question")
        self._shot("rule-chain-discard")
        close_dialogs()
        chain = self._open("Elevator Fault")
        self._shot("rule-chain-webhook")
        self._app.find(QAbstractButton, "ruleChainEditor.signingSecret").click()
        self._app.wait_active("signingSecret")
        self._shot("signing-secret")
        close_dialogs()

    def _faults(self) -> None:
        chain = self._open(ALARM)
        editor = chain.edit.json.turn_to(DraftField.DEFINITION)
        whole = editor.text()
        editor.replace_text(whole.replace('"hitPolicy": "first",', '"hitPolicy": "first"'))
        editor.go_to("/nodes/1/content")
        QTest.qWait(400)
        editor.fault_count()
        self._shot("rule-chain-json-fault")
        wrong = whole.replace('"\\"Urgent\\""', '"\\"Urgent"').replace(TITLE, TITLE + " +")
        editor.replace_text(wrong)
        QTest.qWait(400)
        chain.saving.save()
        wait_until(lambda: editor.fault_count() and not chain.saving.is_busy, "the faults are told")
        self._shot("rule-chain-refused")
        editor.replace_text(whole)
        self._app.press("ctrl+f")
        self._app.write("work_order")
        QTest.qWait(300)
        self._shot("rule-chain-find")
        self._app.press("Escape")

    def _tests(self) -> None:
        chain = self._open(ALARM, ChainTab.TEST)
        self._shot("rule-chain-test")
        chain.test.run()
        self._wait_for_test(chain)
        self._shot("rule-chain-test-succeeded")
        self._app.find(QTabBar, "ruleChainTest.resultTabs").setCurrentIndex(1)
        self._shot("rule-chain-test-result")
        self._app.find(QTabBar, "ruleChainTest.resultTabs").setCurrentIndex(0)
        detail = self._client.get(self._chain(ALARM).id)
        payload = {**detail.sample_payload, "_priority": "Trivial", "_building": {"label": ""}}
        self._test(chain, payload)
        self._shot("rule-chain-test-mismatch")
        payload = {name: value for name, value in detail.sample_payload.items() if name != "_problem_type"}
        chain.tabs.turn_to(ChainTab.EDIT)
        editor = chain.edit.json.turn_to(DraftField.DEFINITION)
        editor.replace_text(editor.text().replace(TITLE, NEEDS_PROBLEM_TYPE))
        QTest.qWait(400)
        chain.tabs.turn_to(ChainTab.TEST)
        self._test(chain, payload)
        self._shot("rule-chain-test-failed")

    def _executions(self) -> None:
        app = self._app
        chain = self._open(ALARM, ChainTab.EXECUTIONS)
        executions = chain.tabs.executions
        self._shot("executions")
        app.find(QAbstractButton, "executions.outcomeFilter").click()
        self._shot("executions-outcome-filter")
        close_popups()
        executions.rows.open_requested.emit(executions.model.item(0))
        app.wait_active("execution")
        self._shot("execution-succeeded")
        close_dialogs()
        executions.filters.outcome.choose(ExecutionOutcome.FAILED)
        wait_until(lambda: executions.model.item(0).outcome is ExecutionOutcome.FAILED, "the failed ones")
        self._shot("executions-failed")
        executions.rows.open_requested.emit(executions.model.item(0))
        app.wait_active("execution")
        self._shot("execution-failed")
        close_dialogs()
        chain = self._open("Elevator Fault", ChainTab.EXECUTIONS)
        app.background.wait_idle()
        executions.rows.open_requested.emit(executions.model.item(0))
        app.wait_active("execution")
        app.background.wait_idle()
        tabs = app.find(QTabBar, "execution.tabs")
        tabs.setCurrentIndex(tabs.count() - 1)
        self._shot("execution-webhook")
        close_dialogs()
        self._open("Meter Reading", ChainTab.EXECUTIONS)
        self._shot("executions-none")

    def _conflict(self) -> None:
        chain = self._open("Work Order Intake")
        stored = self._client.get(self._chain("Work Order Intake").id)
        chain.edit.details.name.setText("Work Orders of the North Campus")
        editor = chain.edit.json.turn_to(DraftField.DEFINITION)
        editor.replace_text(editor.text().replace("Building Manager", "Head of Facilities"))
        theirs = RuleChainChange(
            name="Work Order Intake (old)", enabled=False, sample_payload={**stored.sample_payload, "_night": True}
        )
        self._client.change(stored.id, theirs, version=stored.version)
        chain.saving.save()
        self._app.wait_active("ruleChainConflict")
        self._shot("rule-chain-conflict")
        self._app.find(QAbstractButton, "ruleChainConflict.keepTheirs").click()
        self._shot("rule-chain-theirs")

    def _delete(self) -> None:
        self._back_to_list()
        self._page.actions_on_chain.delete(self._chain(ALARM))
        self._app.wait_active("ruleChainDelete")
        self._shot("rule-chain-delete")
        close_dialogs()

    def _long_words(self) -> None:
        stored = self._client.get(self._chain("Plain Acknowledge").id)
        changed = self._client.change(
            stored.id, RuleChainChange(name=LONG_NAME, description=LONG_DESCRIPTION), version=stored.version
        )
        self._back_to_list()
        self._shot("rule-chains-long-name")
        self._open(changed.name)
        self._shot("rule-chain-long-name")

    def _narrowed_key(self) -> None:
        app = self._app
        self._back_to_list()
        assert app.window.workspace is not None
        app.window.workspace.open_page("API Keys Management")
        app.background.wait_idle()
        app.page.editing.open(None)
        app.wait_active("apiKeyEditor")
        app.find(QLineEdit, "apiKeyEditor.name").setText("Patrol App · Night Shift")
        for name in ("apiKeyEditor.chains.only", "apiKeyEditor.addresses.only"):
            app.find(QRadioButton, name).setChecked(True)
        QTest.qWait(100)
        search = app.find(QLineEdit, "apiKeyEditor.chains.search")
        search.setFocus()
        QTest.keyClicks(search, "a")
        wait_until(lambda: app.sees("apiKeyEditor.chains.search.list"), "chains are found")
        self._shot("key-editor-choosing-chains")
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Escape):
            QTest.keyClick(search, key)
        addresses = app.find(QPlainTextEdit, "apiKeyEditor.addresses")
        addresses.setFocus()
        QTest.keyClicks(addresses, "192.0.2.0/24")
        QTest.keyClick(addresses, Qt.Key.Key_Return)
        QTest.keyClicks(addresses, "2001:db8:17::/48")
        app.find(QCheckBox, "apiKeyEditor.read").setChecked(False)
        self._shot("key-editor-narrowed")
        QTest.keyClick(addresses, Qt.Key.Key_Return)
        QTest.keyClicks(addresses, "300.1.2.3")
        QTest.qWait(1200)
        self._shot("key-editor-wrong-address")
        close_dialogs()

    def _chain(self, name: str) -> RuleChain:
        (chain,) = [chain for chain in self._client.list_page().items if chain.name == name]
        return chain

    def _back_to_list(self) -> None:
        if self._page.is_chain_open:
            self._page.chain.left.emit()
        self._page.refresh()
        self._app.background.wait_idle()

    def _open(self, name: str, tab: ChainTab = ChainTab.EDIT) -> ChainPage:
        """Opens a chain as it is stored; what was typed in another one is thrown away."""
        self._back_to_list()
        stored: RuleChainDetail = self._client.get(self._chain(name).id)
        self._page._open(stored, tab)
        self._app.background.wait_idle()
        return self._page.chain

    def _test(self, chain: ChainPage, payload: dict[str, Any]) -> None:
        chain.test._payload.replace_payload(payload)
        QTest.qWait(400)
        chain.test.run()
        self._wait_for_test(chain)

    def _wait_for_test(self, chain: ChainPage) -> None:
        wait_until(lambda: not chain.test.is_running, "the test has run")

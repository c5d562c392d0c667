"""The tab “Test”: payload as fields and JSON, the run, and what came of it."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QPushButton

from ss_admin.client.errors import ClientError, ServerUnreachable
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import ChainTest, ChainTestOutcome, ChainTestResult
from ss_admin.desktop.rule_chains.trial.test_tab import TestTab
from tests.support.accessibility import assert_accessible
from tests.support.sample_chains import refused, sample_detail, sample_trace

CTRL = Qt.KeyboardModifier.ControlModifier


class TriedChains:
    """Answers each test with `answer`; waits for `gate` first."""

    def __init__(self) -> None:
        self.orders: list[ChainTest] = []
        self.answer: ChainTestResult | ClientError = answered()
        self.gate = threading.Event()
        self.gate.set()

    def test(self, _rule_chain_id: str, order: ChainTest) -> ChainTestResult:
        self.orders.append(order)
        self.gate.wait(10)
        if isinstance(self.answer, ClientError):
            raise self.answer
        return self.answer


def answered(outcome: str = "succeeded", **values: object) -> ChainTestResult:
    defaults = {
        "result": {"work_order": {"priority": "Routine"}} if outcome == "succeeded" else None,
        "error": None,
        "failed_node_id": None,
        "faults": [],
        "trace": sample_trace(sample_detail()) if outcome == "succeeded" else [],
        "duration_ms": 0.42,
    }
    return ChainTestResult(outcome=ChainTestOutcome(outcome), **{**defaults, **values})


@pytest.fixture
def chains() -> TriedChains:
    return TriedChains()


@pytest.fixture
def tab(chains, background, theme, qtbot) -> TestTab:
    tab = TestTab(chains=chains, background=background, theme=theme)
    qtbot.addWidget(tab)
    tab.resize(1040, 640)
    tab.show_chain(sample_detail())
    with qtbot.waitActive(tab):
        tab.show()
        tab.activateWindow()
    return tab


def run(tab: TestTab, background) -> str:
    tab.findChild(QPushButton, "ruleChainTest.run").click()
    assert background.wait_idle()
    return tab._result.text


def label(tab: TestTab) -> QLineEdit:
    return tab.findChild(QLineEdit, "ruleChainTest.payload.form/_building/label")


def json_text(tab: TestTab) -> QPlainTextEdit:
    return tab.findChild(QPlainTextEdit, "ruleChainTest.payload.json.text")


def intro(tab: TestTab) -> str:
    return tab._intro.text()


class TestRunning:
    def test_it_begins_with_the_sample_payload_and_says_that_nothing_is_saved(self, tab):
        assert label(tab).text() == "Central Academy"
        assert '"Central Academy"' in json_text(tab).toPlainText()
        assert "Nothing is saved, and nothing is sent." in intro(tab)
        assert "Run the test" in tab._result.text
        assert_accessible(tab)

    def test_a_run_shows_its_outcome_its_trace_and_its_result(self, tab, chains, background):
        assert run(tab, background) == "Succeeded in 0.4 ms."
        assert chains.orders == [ChainTest(payload=sample_detail().sample_payload)]
        assert '"Routine"' in tab._result.result_text
        assert len(tab._result._trace._trace) == 4

    def test_ctrl_enter_runs_from_a_field_and_from_the_json(self, tab, chains, background, qtbot):
        for field in (label(tab), json_text(tab)):
            field.setFocus()
            qtbot.keyClick(field, Qt.Key.Key_Return, CTRL)
            assert background.wait_idle()
        assert [order.payload for order in chains.orders] == [sample_detail().sample_payload] * 2

    def test_a_failure_names_the_node(self, tab, chains, background):
        trace = sample_trace(sample_detail(), failed_node_id="triage")
        chains.answer = answered("failed", error="Too large.", failed_node_id="triage", trace=trace)
        assert run(tab, background) == "The chain failed at “Triage”: Too large."
        tab._result._tabs.setCurrentIndex(1)
        assert tab._result._no_result.isVisible()

    def test_a_payload_that_does_not_match_is_told_at_its_fields_and_lines(self, tab, chains, background):
        faults = [
            FieldFault(pointer="/_building/label", detail="Too short."),
            FieldFault(pointer="/extra", detail="This member is not expected here."),
        ]
        chains.answer = answered("payload_mismatch", faults=faults)
        said = run(tab, background)
        assert "does not match the input schema: 2 faults" in said
        assert "/extra: This member is not expected here." in said
        assert tab.findChild(QPlainTextEdit, "ruleChainTest.payload.json.text") is json_text(tab)
        assert tab._payload._editor.fault_count() == 2
        assert (
            tab._payload._form.findChild(object, "ruleChainTest.payload.form/_building/label.error").text()
            == "Too short."
        )

    def test_a_fault_goes_from_field_and_line_when_its_value_changes_and_others_stay(
        self, tab, chains, background, qtbot
    ):
        pointers = ("/_building/label", "/_building/value")
        chains.answer = answered(
            "payload_mismatch", faults=[FieldFault(pointer=each, detail="No.") for each in pointers]
        )
        run(tab, background)
        label(tab).selectAll()
        qtbot.keyClicks(label(tab), "North Wing")
        assert tab._payload._editor.fault_count() == 1
        assert tab._result.text.startswith("Before your last change: ")

    def test_a_second_press_while_it_runs_does_nothing(self, tab, chains, background):
        chains.gate.clear()
        tab.run()
        tab.run()
        chains.gate.set()
        assert background.wait_idle()
        assert len(chains.orders) == 1

    def test_a_long_run_can_be_cancelled(self, tab, chains, background, qtbot):
        chains.gate.clear()
        tab.run()
        cancel = tab.findChild(QPushButton, "ruleChainTest.cancel")
        qtbot.waitUntil(cancel.isVisible)
        cancel.click()
        assert not tab.is_running
        assert not cancel.isVisible()
        chains.gate.set()
        assert background.wait_idle()
        assert tab._result.text == "The test was cancelled. Nothing was saved or sent."

    def test_an_error_is_told_here_and_to_the_window(self, tab, chains, background, qtbot):
        chains.answer = ServerUnreachable("connection refused")
        with qtbot.waitSignal(tab.failed):
            assert "cannot be reached" in run(tab, background)


class TestInStep:
    def test_a_field_writes_the_json(self, tab, qtbot):
        label(tab).selectAll()
        qtbot.keyClicks(label(tab), "North Wing")
        assert '"label": "North Wing"' in json_text(tab).toPlainText()

    def test_the_json_writes_the_fields(self, tab, qtbot):
        editor = tab._payload._editor
        with qtbot.waitSignal(editor.settled):
            editor.replace_document({**sample_detail().sample_payload, "_priority": "Critical", "more": 1})
        assert tab.findChild(QComboBox, "ruleChainTest.payload.form/_priority").currentText() == "Critical"
        assert "more" in tab._payload._form._root._rest.text()

    def test_while_the_json_is_broken_the_fields_are_off_and_the_test_does_not_run(
        self, tab, chains, background, qtbot
    ):
        editor = tab._payload._editor
        with qtbot.waitSignal(editor.settled):
            editor.replace_text('{"_priority": ')
        assert not label(tab).isEnabled()
        assert tab._payload._broken.isVisible()
        assert "did not run" in run(tab, background)
        assert chains.orders == []
        with qtbot.waitSignal(editor.settled):
            json_text(tab).undo()
        assert label(tab).isEnabled()
        assert not tab._payload._broken.isVisible()

    def test_what_was_typed_last_into_the_json_is_what_runs(self, tab, chains, background):
        tab._payload._editor.replace_document({"_priority": "Major"})
        run(tab, background)
        assert chains.orders[-1].payload == {"_priority": "Major"}

    def test_the_sample_payload_comes_back_and_can_be_undone(self, tab, qtbot):
        label(tab).selectAll()
        qtbot.keyClicks(label(tab), "X")
        tab.findChild(QPushButton, "ruleChainTest.sample").click()
        assert label(tab).text() == "Central Academy"
        with qtbot.waitSignal(tab._payload._editor.settled):
            json_text(tab).undo()
        assert label(tab).text() == "X"

    def test_a_value_of_the_wrong_type_is_said_at_its_field_from_the_start(self, tab):
        tab.show_chain(sample_detail(2, sample_payload={"_description": 5}))
        field = tab._payload._form.findChild(object, "ruleChainTest.payload.form/_description.error")
        assert field.text() == "Expected here is a text."


class TestDrafts:
    def test_unsaved_changes_are_tested_and_said(self, tab, chains, background):
        schema = {"type": "object", "properties": {"level": {"type": "integer"}}}
        tab.show_draft(schema, {"nodes": [], "edges": []})
        assert "not saved yet" in intro(tab)
        run(tab, background)
        assert chains.orders[-1].input_schema == schema
        assert chains.orders[-1].definition == {"nodes": [], "edges": []}
        assert chains.orders[-1].payload == sample_detail().sample_payload

    def test_a_draft_with_faults_leads_to_the_editors(self, tab, chains, background, qtbot):
        tab.show_draft({"type": "object"}, {"nodes": []})
        chains.answer = refused(("/definition/nodes", "There is no input node."))
        with qtbot.waitSignal(tab.draft_refused) as told:
            said = run(tab, background)
        assert "cannot run yet: 1 fault" in said
        assert told.args[0][0].pointer == "/definition/nodes"

    def test_after_saving_the_saved_chain_is_tested_on_the_same_payload(self, tab, chains, background, qtbot):
        tab.show_draft({"type": "object"}, {"nodes": []})
        tab._payload.replace_payload({"mine": 1})
        tab.show_chain(sample_detail(version=2, definition_version=2))
        assert "as it was saved last" in intro(tab)
        run(tab, background)
        assert chains.orders[-1] == ChainTest(payload={"mine": 1})

    def test_another_chain_begins_with_its_own_sample(self, tab, background):
        run(tab, background)
        tab.show_chain(sample_detail(2, sample_payload={"other": 1}))
        assert tab._payload.payload() == {"other": 1}
        assert "Run the test" in tab._result.text


def test_it_is_drawn_in_both_themes(tab, theme, background):
    run(tab, background)
    light = tab.grab().toImage()
    theme.force("dark")
    assert tab.grab().toImage() != light

"""What came of a trial run, in words."""

from ss_admin.client.errors import OutcomeUnknown
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import ChainTestOutcome, ChainTestResult, NodeTrace
from ss_admin.desktop.rule_chains.trial.outcome_words import (
    describe_error,
    describe_outcome,
    describe_refused_draft,
    duration_words,
)


def result(outcome: str, **values: object) -> ChainTestResult:
    defaults = {"result": None, "error": None, "failed_node_id": None, "faults": [], "trace": [], "duration_ms": 0.42}
    return ChainTestResult(outcome=ChainTestOutcome(outcome), **{**defaults, **values})


def node(name: str, **values: object) -> NodeTrace:
    defaults = {"kind": "customNode", "order": 0, "input": {}, "output": {}, "duration_ms": 0.1}
    return NodeTrace(node_id=name.lower(), name=name, **{**defaults, **values})


def test_times_are_short():
    assert [duration_words(time) for time in (0.04, 0.42, 9.94, 38.2, 1240)] == [
        "0.0 ms",
        "0.4 ms",
        "9.9 ms",
        "38 ms",
        "1.2 s",
    ]


def test_a_success_tells_its_time_and_what_would_have_happened():
    trace = [node("Store", effect="Would save a document into “alarms”."), node("Answer")]
    said = describe_outcome(result("succeeded", result={}, trace=trace))
    assert said.kind == "success"
    assert said.text == "Succeeded in 0.4 ms.\n“Store”: Would save a document into “alarms”."


def test_a_failure_names_the_node_once():
    trace = [node("Triage", error="The number is too large.")]
    failed = result("failed", failed_node_id="triage", error="The number is too large.", trace=trace)
    assert describe_outcome(failed).text == "The chain failed at “Triage”: The number is too large."
    named = result("failed", failed_node_id="triage", error="Node “Triage”: too large.", trace=trace)
    assert describe_outcome(named).text == "The chain failed after 0.4 ms: Node “Triage”: too large."
    nowhere = result("failed", error="It ran longer than 2 s and was stopped.", duration_ms=2000)
    assert describe_outcome(nowhere).text == "The chain failed after 2.0 s: It ran longer than 2 s and was stopped."


def test_a_payload_that_does_not_match_counts_its_faults():
    faults = [FieldFault(pointer=f"/m{n}", detail="No.") for n in range(9)]
    said = describe_outcome(result("payload_mismatch", faults=faults), faults[:7])
    assert said.kind == "warning"
    assert said.text.startswith(
        "The payload does not match the input schema: 9 faults. The chain did not run.\n/m0: No."
    )
    assert said.text.endswith("/m4: No.\n… and 2 more.")
    assert "1 fault." in describe_outcome(result("payload_mismatch", faults=faults[:1])).text


def test_a_draft_that_cannot_run_leads_to_the_editor():
    said = describe_refused_draft([FieldFault(pointer="/definition/nodes", detail="There is no input node.")])
    assert said.text == (
        "Your unsaved changes cannot run yet: 1 fault. They are marked in “Edit Rulechain”.\nThere is no input node."
    )


def test_an_answer_that_never_came_did_no_harm():
    assert "run it again" in describe_error(OutcomeUnknown("gone")).text

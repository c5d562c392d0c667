"""One run of a graph: its result, what it wants done, its trace, and how it tells of failures."""

from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed, Outcome
from tests.support.graphs import effect, expressions, graph, node, row, saved, sent, switch, table

IN_AND_SUM = (node("in", "inputNode"), expressions(v="1"))


def run(*nodes: dict[str, Any], payload: dict[str, Any] | None = None, **options: bool) -> Outcome:
    return Graph(row(*nodes)).run(payload or {}, **options)


def failed(definition: dict[str, Any], payload: dict[str, Any] | None = None) -> GraphFailed:
    with pytest.raises(GraphFailed) as failure:
        Graph(definition).run(payload or {})
    assert "\n" not in failure.value.message
    assert "backtrace" not in failure.value.message.lower()
    return failure.value


def test_the_result_is_what_the_graph_makes_of_the_payload() -> None:
    outcome = run(expressions(total="a + b"), payload={"a": 1, "b": 2})
    assert outcome.result == {"total": 3}
    assert outcome.steps == ()
    assert outcome.effects == ()
    assert outcome.duration_ms > 0


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 7.8e28, 1e-300, 0.1, -0.0, 2**53 + 1])
def test_every_number_that_is_accepted_runs(number: float) -> None:
    assert "n" in run(node("out", "outputNode"), payload={"n": number}).result


def test_whole_numbers_are_kept_exactly_in_documents() -> None:
    exact = 2**53 + 1
    [effect] = run(saved(document="{n: n, m: 5}"), payload={"n": exact}).effects
    assert effect.document == {"n": exact, "m": 5}
    assert isinstance(effect.document["m"], int)


def test_effects_are_gathered_in_order_with_their_own_ids() -> None:
    outcome = run(expressions(level="'high'"), saved(document="{level: level}"), sent(body="level"), payload={"a": 1})
    document, call = outcome.effects
    assert document == SavedDocument(document.id, "save", "Save", "alarms", {"level": "high"})
    assert call == WebhookCall(call.id, "send", "Send", "https://partner.example/hook", "high")
    assert outcome.result == {"level": "high", "record_id": document.id, "delivery_id": call.id}
    assert document.id != call.id


def test_without_an_expression_the_whole_input_is_saved_and_sent() -> None:
    document, call = run(saved(), sent(), payload={"a": {"b": [1, None]}}).effects
    assert document.document == {"a": {"b": [1, None]}}
    assert call.data == {"a": {"b": [1, None]}, "record_id": document.id}


def test_an_effects_expression_knows_the_other_nodes() -> None:
    [effect] = run(
        expressions(v="a * 2"), expressions("more", w="v"), saved(document="$nodes.Sum.v"), payload={"a": 2}
    ).effects
    assert effect.document == 4


def test_effects_beside_each_other_are_all_gathered() -> None:
    nodes = [node("in", "inputNode"), saved("one"), saved("two", collection="others"), node("out", "outputNode")]
    ways = [("in", "one"), ("in", "two"), ("one", "out"), ("two", "out")]
    outcome = Graph(graph(*nodes, edges=ways)).run({"a": 1})
    assert sorted((effect.collection, effect.document["a"]) for effect in outcome.effects) == [
        ("alarms", 1),
        ("others", 1),
    ]


def test_the_way_not_taken_has_no_effects() -> None:
    ends = [saved("one", document="'high'"), saved("two", document="'low'")]
    ways = [("in", "way"), ("way", "one", "high"), ("way", "two", "low")]
    definition = graph(node("in", "inputNode"), switch(high="a > 1", low="a <= 1"), *ends, edges=ways)
    assert [effect.document for effect in Graph(definition).run({"a": 5}).effects] == ["high"]
    assert [effect.document for effect in Graph(definition).run({"a": 0}).effects] == ["low"]


def test_the_trace_tells_which_branches_a_switch_took() -> None:
    ways = [("in", "way"), ("way", "end", "high"), ("way", "other", "rest"), ("other", "end")]
    nodes = [node("in", "inputNode"), switch(high="a > 1", rest=""), expressions("other", v="1"), saved("end")]
    definition = graph(*nodes, edges=ways)
    for payload, taken in (({"a": 5}, ["high"]), ({"a": 0}, ["rest"])):
        steps = Graph(definition).run(payload, trace=True).steps
        assert {step.node_id: step.branches for step in steps if step.branches is not None} == {"way": taken}


def test_more_than_twenty_effects_fail_the_run() -> None:
    failure = failed(row(*[saved(f"save{number}") for number in range(21)]))
    assert failure.message == "Node “Save20”: A run saves and sends at most 20 times."
    assert failure.node_id == "save20"


def test_an_unknown_effect_fails_the_run() -> None:
    failure = failed(row(effect("mail", "sendMail", to="x")))
    assert failure.message.startswith("Node “Mail”: There is no effect of this kind")


def test_the_trace_has_every_node_in_order_and_hides_how_effects_are_worked_out() -> None:
    steps = run(table(), saved(document="{level: level}"), payload={"a": 5}, trace=True).steps
    assert [(step.order, step.node_id, step.name, step.kind) for step in steps] == [
        (0, "in", "In", "inputNode"),
        (1, "triage", "Triage", "decisionTableNode"),
        (2, "save", "Save", "saveRecord"),
    ]
    assert [(step.input, step.output) for step in steps[:2]] == [({"a": 5}, {"a": 5}), ({"a": 5}, {"level": "high"})]
    assert steps[2].input == {"level": "high"}
    assert set(steps[2].output) == {"level", "record_id"}
    assert all(step.duration_ms is not None and step.error is None for step in steps)


@pytest.mark.parametrize(("trial", "told"), [(False, ("Saves a", "Sends a")), (True, ("Would save a", "Would send a"))])
def test_the_trace_tells_effects_in_words(trial: bool, told: tuple[str, str]) -> None:
    steps = run(saved(), sent(), trace=True, trial=trial).steps
    assert [step.effect for step in steps] == [
        None,
        f"{told[0]} document in the collection “alarms”.",
        f"{told[1]} webhook to https://partner.example/hook",
    ]


def test_large_values_are_left_out_of_the_trace() -> None:
    steps = run(expressions(v="a"), payload={"a": "x" * 40_000}, trace=True).steps
    assert steps[1].input == "(not kept: 39 KiB as JSON)"
    many = run(
        *[expressions(f"n{n}", attributes={"passThrough": True}, v="1") for n in range(60)],
        payload={"a": "x" * 30_000},
        trace=True,
    ).steps
    assert many[-1].output == "(not kept: the trace has become too large)"


def test_a_failure_tells_the_node_the_expression_and_the_cause() -> None:
    failure = failed(row(expressions(ok="1"), expressions("more", first="$.x", second="len(ok)")))
    assert failure.node_id == "more"
    assert failure.message == (
        "Node “More”, expression “second”: “len(ok)” failed. "
        "The function “len” failed: cannot determine len of type number."
    )


@pytest.mark.parametrize(
    ("expression", "cause"),
    [
        ("a + 1", "“+” got a value of a kind that it cannot work with."),
        ("not a", "“not” got a value of a kind that it cannot work with."),
        ("a < 1", "A comparison (“<”, “>”) got a value of a kind that it cannot work with."),
        ("number(a)", "The function “number” failed: invalid number."),
        ("2 ^ 1000", "“^” failed: failed to calculate exponent."),
        ("d('2020-01-01').add('99999999999y')", "The method “add” failed: number is too large."),
    ],
)
def test_causes_are_told_in_words(expression: str, cause: str) -> None:
    assert failed(row(expressions(v=expression)), {"a": "x"}).message.endswith(f"failed. {cause}")


def test_the_cause_is_not_searched_for_among_thousands_of_expressions() -> None:
    many = {f"v{number}": "1" for number in range(3000)}
    failure = failed(row(expressions("more", **many, last="len(1)")))
    assert failure.message.startswith("Node “More”: ")
    assert "len(1)" in failure.message
    assert failure.duration_ms < 1000


def test_a_failure_has_the_trace_up_to_the_failed_node() -> None:
    definition = row(expressions(v="a * 2"), saved(document="v"), expressions("more", w="len(v)"), sent())
    failure = failed(definition, {"a": 2})
    assert [(step.node_id, step.error is None) for step in failure.steps] == [
        ("in", True),
        ("sum", True),
        ("save", True),
        ("more", False),
    ]
    last = failure.steps[-1]
    assert last.input["v"] == 4
    assert (last.output, last.duration_ms, last.error) == (None, None, failure.message)


def test_a_failing_effect_expression_is_told_at_the_effects_own_node() -> None:
    failure = failed(row(expressions(v="1"), saved(document="len(v)")))
    assert failure.node_id == "save"
    assert failure.message.startswith("Node “Save”, “document”: “len(v)” failed. The function “len” failed")
    assert [step.node_id for step in failure.steps] == ["in", "sum", "save"]
    assert failure.steps[-1].input == {"v": 1}


def test_nodes_beside_the_failed_one_do_not_spoil_its_trace() -> None:
    nodes = [
        node("in", "inputNode"),
        expressions("one", v="len(1)"),
        expressions("two", v="len(2)"),
        node("out", "outputNode"),
    ]
    failure = failed(graph(*nodes, edges=[("in", "one"), ("in", "two"), ("one", "out"), ("two", "out")]))
    assert failure.node_id in {"one", "two"}
    assert failure.steps[-1].node_id == failure.node_id


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        (row(table(hitPolicy="collect")), "The result is not an object but an array."),
        (row(expressions(v="rand(-5)")), "The engine broke off"),
        (row(expressions(v="1", attributes={"executionMode": "loop"})), "Node “Sum”: Expected an array."),
        (row(expressions(v="1", attributes={"inputField": "len(5)"})), "Node “Sum”: The function “len” failed"),
        (graph(*IN_AND_SUM, edges=[("in", "sum"), ("sum", "sum")]), "The edges of the graph lead in a circle."),
        (graph(*IN_AND_SUM, edges=[("in", "gone")]), "An edge of the graph leads to a node that is not there."),
    ],
)
def test_every_other_failure_is_a_sentence_too(definition: dict[str, Any], message: str) -> None:
    assert failed(definition).message.startswith(message)


def test_a_result_that_is_too_large_fails() -> None:
    doubling = {f"v{n}": f"$.v{n - 1} + $.v{n - 1}" if n else "a" for n in range(12)}
    failure = failed(row(expressions(**doubling)), {"a": "x" * 1000})
    assert failure.message.startswith("The result is too large: ")
    assert failure.message.endswith("at most 1,024 KiB.")


def test_documents_that_are_too_large_together_fail() -> None:
    texts = [saved(f"save{n}", document="a + a") for n in range(20)]
    failure = failed(row(*texts), {"a": "x" * 40_000})
    assert failure.message == "The documents and webhooks of the run are too large: together at most 1,024 KiB."


def test_a_result_that_cannot_be_stored_fails() -> None:
    assert failed(row(node("out", "outputNode")), {"a": "\0"}).message == (
        "The result cannot be given as JSON: it has the character U+0000."
    )
    assert Graph(row(node("out", "outputNode"))).run({"a": "\\u0000 null"}).result == {"a": "\\u0000 null"}


def test_a_member_that_the_engine_keeps_for_itself_fails_alone() -> None:
    assert failed(row(expressions(v="1")), {"$serde_json::private::Number": "abc"}).message.startswith(
        "The payload cannot be given to the engine"
    )

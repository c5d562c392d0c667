import itertools
import threading
from typing import Any

import pytest

from ss_admin.backend.rule_chains.engine import compiled as engine
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.compiled import (
    ChainSource,
    CompiledChains,
    RuleChainFailed,
    RuleChainGone,
)
from ss_admin.backend.rule_chains.engine.light import LightChain

REQUEST = {"id": "request", "type": "inputNode", "name": "Request"}


def graph(*nodes: dict[str, Any]) -> dict[str, Any]:
    chain = [REQUEST, *nodes]
    edges = [
        {"id": str(number), "type": "edge", "sourceId": before["id"], "targetId": after["id"]}
        for number, (before, after) in enumerate(itertools.pairwise(chain))
    ]
    return {"nodes": chain, "edges": edges}


def expressions(**values: str) -> dict[str, Any]:
    content = {"expressions": [{"id": key, "key": key, "value": value} for key, value in values.items()]}
    return {"id": "sum", "type": "expressionNode", "name": "Sum", "content": content}


def script(source: str) -> dict[str, Any]:
    return {"id": "script", "type": "functionNode", "name": "Script", "content": {"source": source}}


def source(definition: dict[str, Any], version: int = 1) -> ChainSource:
    return ChainSource(version, {"type": "object"}, definition)


def compiled(*nodes: dict[str, Any]) -> LightChain:
    return LightChain(source(graph(*nodes)))


def test_the_result_is_what_the_graph_makes_of_the_payload() -> None:
    assert compiled(expressions(total="a + b")).execute({"a": 1, "b": 2}).result == {"total": 3}


@pytest.mark.parametrize("number", [2**64 - 1, -(2**63), 7.8e28, 1e-300, 0.1, -0.0])
def test_every_number_that_is_accepted_runs(number: float) -> None:
    assert "n" in compiled().execute({"n": number}).result


@pytest.mark.parametrize(
    ("nodes", "cause"),
    [
        ((expressions(total="a +"),), "NodeError at node sum: Failed to evaluate expression"),
        ((expressions(total="number(a)"),), "NodeError at node sum"),
        ((script("export const handler = async () => { throw new Error('boom\\nsecond line') }"),), "boom"),
        ((script("export const handler = async () => [1]"),), "the result is not an object but list"),
    ],
)
def test_a_chain_that_fails_tells_its_cause_in_one_line(nodes: tuple[dict[str, Any], ...], cause: str) -> None:
    with pytest.raises(RuleChainFailed) as failed:
        compiled(*nodes).execute({"a": "x"})
    assert cause in str(failed.value)
    assert "\n" not in str(failed.value)
    assert "backtrace" not in str(failed.value).lower()


@pytest.mark.parametrize(
    "definition",
    [{}, {"nodes": []}, {"nodes": [{"id": 1}], "edges": []}, {"nodes": [{**REQUEST, "type": "no"}], "edges": []}],
)
def test_a_definition_that_is_no_graph_fails_when_it_is_compiled(definition: dict[str, Any]) -> None:
    with pytest.raises(RuleChainFailed):
        LightChain(source(definition))


def test_a_graph_without_a_beginning_fails_when_it_runs() -> None:
    with pytest.raises(RuleChainFailed, match="InvalidGraph"):
        LightChain(source({"nodes": [], "edges": []})).execute({})


def test_an_unusable_input_schema_is_a_failure_of_the_chain() -> None:
    with pytest.raises(RuleChainFailed, match="input schema"):
        LightChain(ChainSource(1, {"type": "nonsense"}, graph()))


class Loader:
    """Gives out what `stored` holds and counts how often."""

    def __init__(self, **stored: ChainSource) -> None:
        self.stored = dict(stored)
        self.loads = 0

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        self.loads += 1
        return self.stored.get(rulechain_id)


def test_a_chain_is_compiled_once_per_version() -> None:
    loader = Loader(a=source(graph(expressions(v="1"))))
    chains = CompiledChains(loader, ApartRunners())
    first = chains.get("a", 1)
    assert chains.get("a", 1) is first
    assert loader.loads == 1
    loader.stored["a"] = source(graph(expressions(v="2")), version=2)
    second = chains.get("a", 2)
    assert second.execute({}).result == {"v": 2}
    assert first.execute({}).result == {"v": 1}
    assert loader.loads == 2


def test_a_chain_saved_between_check_and_load_is_taken_as_it_is_now() -> None:
    chains = CompiledChains(Loader(a=source(graph(), version=5)), ApartRunners())
    assert chains.get("a", 4).version == 5


def test_a_chain_deleted_between_check_and_load_is_gone() -> None:
    with pytest.raises(RuleChainGone):
        CompiledChains(Loader(), ApartRunners()).get("a", 1)


def test_the_least_recently_used_chains_are_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_COMPILED_CHAINS", 2)
    loader = Loader(a=source(graph()), b=source(graph()), c=source(graph()))
    chains = CompiledChains(loader, ApartRunners())
    for name in ("a", "b", "a", "c", "a"):
        chains.get(name, 1)
    assert loader.loads == 3
    chains.get("b", 1)
    assert loader.loads == 4


def test_threads_that_ask_at_once_all_get_the_chain() -> None:
    chains = CompiledChains(Loader(a=source(graph(expressions(v="x * 2")))), ApartRunners())
    results: list[dict[str, Any]] = []
    workers = [
        threading.Thread(target=lambda n=n: results.append(chains.get("a", 1).execute({"x": n}).result))
        for n in range(20)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(result["v"] for result in results) == [2 * n for n in range(20)]

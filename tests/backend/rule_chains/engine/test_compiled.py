"""The compiled chains: once per version, the least used ones dropped, and each where it belongs."""

import logging
import threading
from dataclasses import dataclass

import pytest

from ss_admin.backend.rule_chains.engine import compiled as engine
from ss_admin.backend.rule_chains.engine import light
from ss_admin.backend.rule_chains.engine.apart import ApartChain, ApartRunners
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import (
    Chain,
    ChainSource,
    PayloadMismatch,
    RuleChainFailed,
    RuleChainGone,
)
from tests.support.graphs import expressions, node, row, saved, sent, source


class Loader:
    """Gives out what `stored` holds and counts how often."""

    def __init__(self, **stored: ChainSource) -> None:
        self.stored = dict(stored)
        self.loads = 0

    def __call__(self, rulechain_id: str) -> ChainSource | None:
        self.loads += 1
        return self.stored.get(rulechain_id)


@dataclass(slots=True)
class Place:
    """Where calls find a chain."""

    id: str = "a"
    definition_version: int = 1
    chain: Chain | None = None
    seen_at: float = 0.0


def compiled(stored: ChainSource, runners: ApartRunners) -> Chain:
    return CompiledChains(Loader(a=stored), runners).get(Place())


def test_a_chain_is_compiled_once_per_version(runners: ApartRunners) -> None:
    loader = Loader(a=source(row(expressions(v="1"))))
    chains = CompiledChains(loader, runners)
    place = Place()
    first = chains.get(place)
    assert chains.get(place) is place.chain is first
    assert loader.loads == 1
    loader.stored["a"] = source(row(expressions(v="2")), version=2)
    second = chains.get(Place(definition_version=2))
    assert second.execute({}).result == {"v": 2}
    assert first.execute({}).result == {"v": 1}
    assert loader.loads == 2


def test_running_calls_finish_on_the_version_they_began_with(runners: ApartRunners) -> None:
    loader = Loader(a=source(row(expressions(v="map([1..3], # * n)"))))
    chains = CompiledChains(loader, runners)
    old = chains.get(Place())
    loader.stored["a"] = source(row(expressions(v="n")), version=2)
    new = chains.get(Place(definition_version=2))
    assert isinstance(old, ApartChain)
    assert isinstance(new, LightChain)
    assert old.execute({"n": 2}).result == {"v": [2, 4, 6]}
    assert new.execute({"n": 2}).result == {"v": 2}


def test_a_chain_saved_between_check_and_load_is_taken_as_it_is_now(runners: ApartRunners) -> None:
    chains = CompiledChains(Loader(a=source(row(), version=5)), runners)
    assert chains.get(Place(definition_version=4)).version == 5


def test_a_chain_deleted_between_check_and_load_is_gone(runners: ApartRunners) -> None:
    with pytest.raises(RuleChainGone):
        CompiledChains(Loader(), runners).get(Place())


def test_the_least_recently_used_chains_are_dropped(monkeypatch: pytest.MonkeyPatch, runners: ApartRunners) -> None:
    monkeypatch.setattr(engine, "MAX_COMPILED_CHAINS", 2)
    loader = Loader(a=source(row()), b=source(row()), c=source(row()))
    chains = CompiledChains(loader, runners)
    places = {name: Place(name) for name in "abc"}
    for moment, name in enumerate(("a", "b", "a", "c", "a")):
        places[name].seen_at = moment
        chains.get(places[name])
    assert loader.loads == 3
    assert [name for name in "abc" if places[name].chain is None] == ["b"]
    chains.get(places["b"])
    assert loader.loads == 4


def test_a_changed_chain_takes_the_room_of_the_one_before(
    monkeypatch: pytest.MonkeyPatch, runners: ApartRunners
) -> None:
    monkeypatch.setattr(engine, "MAX_COMPILED_CHAINS", 2)
    chains = CompiledChains(Loader(a=source(row()), b=source(row())), runners)
    other = Place("b")
    chains.get(other)
    for version in range(1, 5):
        chains.get(Place(definition_version=version))
    assert other.chain is not None


def test_whatever_crosses_no_more_chains_are_ready_than_are_listed(
    monkeypatch: pytest.MonkeyPatch, runners: ApartRunners
) -> None:
    monkeypatch.setattr(engine, "MAX_COMPILED_CHAINS", 2)
    chains = CompiledChains(Loader(a=source(row())), runners)
    places = [Place(definition_version=version) for version in range(5)]
    for place in places:
        chains.get(place)
    assert [place.chain is not None for place in places] == [False, False, False, False, True]


@pytest.mark.parametrize("expression", ["x * 2", "map([x, x], #)[0] * 2"], ids=["light", "apart"])
def test_each_of_64_threads_gets_its_own_effects(expression: str) -> None:
    definition = row(expressions(v=expression), saved(document="{kept: v}"), sent(body="v"))
    roomy = ApartRunners(max_waiting=64, max_wait=60.0)
    chains = CompiledChains(Loader(a=source(definition)), roomy)
    found: dict[int, list[object]] = {}
    begin = threading.Barrier(64)

    def call(number: int) -> None:
        begin.wait()
        run = chains.get(Place()).execute({"x": number})
        found[number] = [effect.document if hasattr(effect, "document") else effect.data for effect in run.effects]

    workers = [threading.Thread(target=call, args=(number,)) for number in range(64)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == {number: [{"kept": number * 2}, number * 2] for number in range(64)}
    roomy.close()


def test_a_payload_that_does_not_fit_is_told_wherever_the_chain_runs(runners: ApartRunners) -> None:
    schema = {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "number"}}}
    for expression in ("a", "map([a], #)"):
        chain = compiled(source(row(expressions(v=expression)), input_schema=schema), runners)
        with pytest.raises(PayloadMismatch) as mismatch:
            chain.execute({"a": "x"})
        assert {fault.pointer: fault.detail for fault in mismatch.value.faults} == {
            "/a": "The value must be a number.",
            "/b": "This member is missing.",
        }


@pytest.mark.parametrize("payload", [{"a": "\ud800"}, {"a": 2**70}, {"\udc00": 1}, {"a": float}, {1: 2}])
def test_what_is_no_json_is_no_payload(runners: ApartRunners, payload: dict[str, object]) -> None:
    for expression in ("a", "map([a], #)"):
        with pytest.raises(PayloadMismatch):
            compiled(source(row(expressions(v=expression))), runners).execute(payload)


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({}, "The graph cannot be read"),
        ({"nodes": [], "edges": []}, "The graph must have exactly one input node."),
        (row(node("script", "functionNode", {"source": ""})), "Nodes of the type “functionNode” do not run here."),
        (row(node("other", "decisionNode", {"key": "x"})), "Nodes of the type “decisionNode” do not run here."),
        (row(node("half", "expressionNode", {})), "Node “Half” cannot be read: missing field `expressions`."),
        ({"nodes": 5, "edges": {}}, "The graph cannot be read"),
    ],
)
def test_a_stored_definition_that_cannot_run_is_a_failure_of_the_chain(
    runners: ApartRunners, definition: dict[str, object], message: str
) -> None:
    with pytest.raises(RuleChainFailed, match=message):
        compiled(source(definition), runners).execute({})


def test_a_stored_schema_that_cannot_be_used_is_a_failure_of_the_chain(runners: ApartRunners) -> None:
    with pytest.raises(RuleChainFailed, match="The input schema cannot be used"):
        compiled(source(row(), input_schema={"type": "nonsense"}), runners).execute({})


def test_a_large_payload_of_a_light_chain_runs_apart(runners: ApartRunners) -> None:
    class Elsewhere:
        version = 1

        def __init__(self):
            self.payloads = []

        def execute(self, payload, *, trace=False):
            self.payloads.append(payload)

    elsewhere = Elsewhere()
    chain = LightChain(source(row(expressions(v="1"))), elsewhere, 100)
    assert chain.execute({"a": "x" * 50}).result == {"v": 1}
    assert elsewhere.payloads == []
    chain.execute({"a": "x" * 100})
    assert elsewhere.payloads == [{"a": "x" * 100}]


def test_a_light_chain_that_was_slow_twice_runs_apart_from_then_on(
    monkeypatch: pytest.MonkeyPatch, runners: ApartRunners, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(light, "SLOW_MILLISECONDS", -1.0)
    stored = source(row(expressions(v="1")))
    elsewhere = runners.chain(stored)
    chain = LightChain(stored, elsewhere, 1000)
    with caplog.at_level(logging.WARNING):
        chain.execute({})
        assert "runs apart from now on" not in caplog.text
        chain.execute({})
    assert "runs apart from now on" in caplog.text
    monkeypatch.setattr(chain, "_graph", None)
    assert chain.execute({}).result == {"v": 1}

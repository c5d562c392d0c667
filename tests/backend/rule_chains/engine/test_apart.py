"""Chains in processes of their own: whatever they do, they do it alone, and the next call works."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ss_admin.backend.rule_chains.engine import apart_child
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.engine.effects import SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import ChainSource, RuleChainFailed, RunnersBusy
from tests.support.graphs import ENDLESS, HEAVY, expressions, row, saved, sent, source

GOOD = source(row(expressions(v="map([1..3], # * n)")))
NO_MEMORY = "It needed more memory than a rule chain may use, and was stopped."


def chain_of(expression: str) -> ChainSource:
    return source(row(expressions(v=expression)))


def failure(runners: ApartRunners, stored: ChainSource) -> RuleChainFailed:
    with pytest.raises(RuleChainFailed) as failed:
        runners.execute(stored, {"n": 1})
    return failed.value


def works(runners: ApartRunners) -> bool:
    return runners.execute(GOOD, {"n": 2}).result == {"v": [2, 4, 6]}


def test_a_run_apart_gives_what_a_run_here_gives(runners: ApartRunners) -> None:
    stored = source(row(expressions(v="n + 1"), saved(document="{v: v}"), sent(body="v")))
    light = LightChain(stored, runners.chain(stored), 1000).execute({"n": 2**60}, trace=True)
    apart = runners.chain(stored).execute({"n": 2**60}, trace=True)
    assert apart.result["v"] == light.result["v"] == 2**60 + 1
    document, call = apart.effects
    assert document == SavedDocument(apart.result["record_id"], "save", "Save", "alarms", {"v": 2**60 + 1})
    assert call == WebhookCall(apart.result["delivery_id"], "send", "Send", "https://partner.example/hook", 2**60 + 1)
    assert [(step.node_id, step.kind, step.effect) for step in apart.trace] == [
        (step.node_id, step.kind, step.effect) for step in light.trace
    ]


def test_a_trial_run_has_no_effects_but_tells_them(runners: ApartRunners) -> None:
    run = runners.execute(source(row(saved())), {"n": 1}, trace=True, effects=False)
    assert run.effects == ()
    assert run.trace[1].effect == "Would save a document in the collection “alarms”."


def test_a_failure_apart_has_its_message_and_trace(runners: ApartRunners) -> None:
    failed = failure(runners, source(row(expressions(v="n"), expressions("more", w="len(v)"))))
    assert failed.message.startswith("Node “More”, expression “w”: “len(v)” failed.")
    assert (failed.node_id, [step.node_id for step in failed.trace]) == ("more", ["in", "sum", "more"])
    assert failed.trace[-1].error == failed.message


def test_a_loop_is_stopped_at_the_limit_and_the_next_call_works(strict_runners: ApartRunners) -> None:
    assert works(strict_runners)
    for _ in range(2):
        failed = failure(strict_runners, chain_of(ENDLESS))
        assert failed.message == "It ran longer than 1 s and was stopped."
        assert failed.duration_ms >= 1000
        assert works(strict_runners)


def test_others_go_on_while_one_loops() -> None:
    runners = ApartRunners(time_limit=30.0)
    outcome: list[object] = []
    looping = threading.Thread(target=lambda: outcome.append(failing_quietly(runners)))
    looping.start()
    done = 0
    while done < 20:  # all of them while the other one is still running
        assert works(runners)
        done += 1
    assert outcome == []
    runners.close()
    looping.join()
    assert len(outcome) == 1


def failing_quietly(runners: ApartRunners) -> object:
    try:
        return runners.chain(chain_of(ENDLESS)).execute({})
    except (RuleChainFailed, RunnersBusy) as failed:
        return failed


@pytest.mark.skipif(sys.platform == "win32", reason="the limit of memory is the system's")
@pytest.mark.parametrize(
    "expression", ["map([1..1000000000], #)", "map([1..1000], map([1..1000], map([1..1000], [#])))"]
)
def test_a_chain_that_eats_memory_fails_alone(runners: ApartRunners, expression: str) -> None:
    assert failure(runners, chain_of(expression)).message == NO_MEMORY
    assert works(runners)


def test_values_nested_too_deeply_fail_alone(runners: ApartRunners) -> None:
    deep = source(row(*[expressions(f"n{number}", v="{a: " * 32 + "v" + "}" * 32) for number in range(400)]))
    assert failure(runners, deep).message.startswith(("The result cannot be given as JSON", NO_MEMORY))
    assert works(runners)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_killed_in_the_middle_fails_its_run_and_the_next_works() -> None:
    runners = ApartRunners(time_limit=60.0)
    assert works(runners)
    [child] = runners._children
    with ThreadPoolExecutor() as pool:
        running = pool.submit(failure, runners, chain_of(ENDLESS))
        while child in runners._idle:
            time.sleep(0.001)
        os.kill(child.pid, signal.SIGKILL)
        failed = running.result(30)
    assert failed.message == "The process that ran it ended unexpectedly."
    assert works(runners)
    runners.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_killed_while_it_waits_is_not_even_noticed() -> None:
    runners = ApartRunners(time_limit=20.0)
    assert works(runners)
    [child] = runners._children
    os.kill(child.pid, signal.SIGKILL)
    child._process.wait()
    assert works(runners)
    assert child not in runners._children
    runners.close()


def test_a_chain_is_compiled_once_in_a_process(runners: ApartRunners) -> None:
    chain = runners.chain(GOOD)
    assert chain.execute({"n": 1}).result == {"v": [1, 2, 3]}
    assert any(chain._key in child.knows for child in runners._idle)
    assert chain.execute({"n": 2}).result == {"v": [2, 4, 6]}


def test_a_process_forgets_the_chains_used_least(runners: ApartRunners) -> None:
    chains = [runners.chain(chain_of(f"map([{number}], #)")) for number in range(40)]
    for _ in range(2):
        assert [chain.execute({}).result["v"] for chain in chains] == [[number] for number in range(40)]


def test_a_chain_that_cannot_be_compiled_says_so_each_time(runners: ApartRunners) -> None:
    chain = runners.chain(source({"nodes": [], "edges": 5}))
    for _ in range(3):
        with pytest.raises(RuleChainFailed, match="The graph cannot be read"):
            chain.execute({})


def test_one_chain_holds_at_most_half_of_the_processes() -> None:
    runners = ApartRunners(processes=2, time_limit=60.0, max_waiting=1, max_wait=0.05)
    chain = runners.chain(chain_of(ENDLESS))
    with ThreadPoolExecutor() as pool:
        running = pool.submit(failing_quietly_with, chain)
        while not runners._running:
            time.sleep(0.001)
        with pytest.raises(RunnersBusy):
            chain.execute({})
        assert works(runners)
        runners.close()
        assert isinstance(running.result(30), RuleChainFailed | RunnersBusy)


def failing_quietly_with(chain) -> object:
    try:
        return chain.execute({})
    except (RuleChainFailed, RunnersBusy) as failed:
        return failed


def test_calls_wait_for_a_process_and_too_many_of_them_are_turned_away() -> None:
    runners = ApartRunners(processes=1, time_limit=60.0, max_waiting=4, max_wait=60.0)
    chain = runners.chain(chain_of(HEAVY))
    begin = threading.Barrier(12)

    def call(_: int) -> str:
        begin.wait()
        try:
            return "ran" if chain.execute({}).result == {"v": 1000} else "wrong"
        except RunnersBusy:
            return "busy"

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(call, range(12)))
    assert outcomes.count("ran") + outcomes.count("busy") == 12
    assert outcomes.count("ran") >= 5
    assert outcomes.count("busy") >= 1
    runners.close()


def test_after_the_stop_nothing_runs_any_more_and_no_process_is_left() -> None:
    runners = ApartRunners(time_limit=60.0)
    assert works(runners)
    [child] = runners._children
    runners.close()
    runners.close()
    assert child._process.wait(20) is not None
    with pytest.raises(RunnersBusy):
        runners.execute(GOOD, {"n": 1})


def test_nothing_is_started_before_it_is_needed() -> None:
    runners = ApartRunners()
    assert not runners._children
    runners.close()


def test_a_process_ends_with_the_worker_that_started_it() -> None:
    script = (
        "import sys\n"
        "from ss_admin.backend.rule_chains.engine.apart import ApartRunners\n"
        "from tests.support.graphs import expressions, row, source\n"
        "runners = ApartRunners(time_limit=20.0)\n"
        "runners.execute(source(row(expressions(v='1'))), {})\n"
        "print(*[child.pid for child in runners._children], flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as worker:
        pid = int(worker.stdout.readline())
        worker.kill()
        worker.wait()
    deadline = time.monotonic() + 20
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # One that has ended and waits for init to take note is no longer running.
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(told.stdout.strip()) and not told.stdout.startswith("Z")


def test_where_no_process_can_be_started_calls_are_turned_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(apart_child, "_MODULE", "no.such.module")
    runners = ApartRunners()
    with pytest.raises(RunnersBusy):
        runners.execute(GOOD, {"n": 1})
    assert "ended before it could be used" in caplog.text
    assert not runners._children
    runners.close()


def test_a_process_knows_nothing_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_KEY_PEPPER", "not for chains")
    monkeypatch.setenv("SS_DATABASE_URL", "postgresql+psycopg://u:secret@db/ss")
    environment = apart_child._environment()
    assert [name for name in environment if name.startswith("SS_")] == []
    assert "PATH" in environment


def test_a_heavy_chain_does_not_hold_up_a_light_one() -> None:
    """While the heavy one runs once, the light one runs again and again: in its own process it could not."""
    runners = ApartRunners(time_limit=120.0)
    heavy = runners.chain(chain_of("len(map([1..3000], len(map([1..300], #))))"))
    stored = chain_of("n + 1")
    light = LightChain(stored, runners.chain(stored), 1000)
    heavy.execute({})  # the process is there, the chain compiled
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(heavy.execute, {})
        runs = 0
        while not running.done():
            light.execute({"n": 1})
            runs += 1
    assert running.result().result == {"v": 3000}
    assert runs > 50
    runners.close()

"""What a worker's own threads bear: they have about 2 MiB of stack each, and an overflow would end all of them."""

import subprocess
import sys

import pytest

SMALL_STACK = 512 * 1024
"""A quarter of what the server's threads have."""

SCRIPT = """
import sys, threading
threading.stack_size({stack})
from ss_admin.backend.rule_chains.engine import light as light_chains
from ss_admin.backend.rule_chains.engine.light import LightChain
from ss_admin.backend.rule_chains.engine.runs import PayloadMismatch, RuleChainFailed
from ss_admin.backend.rule_chains.engine.weight import largest_light_payload
from tests.support.graphs import expressions, row, saved, source

light_chains.SLOW_MILLISECONDS = float("inf")  # on a busy machine, too, all of it runs in this very thread

def nested(levels, value):
    for _ in range(levels):
        value = {{"a": value}}
    return value

def light(definition, schema=None):
    stored = source(definition, input_schema=schema)
    assert largest_light_payload(stored.input_schema, definition) is not None, "not light"
    return LightChain(stored, None, 1 << 20)

def run(chain, payload):
    for trace in (False, True):
        try:
            chain.execute(payload, trace=trace)
        except (PayloadMismatch, RuleChainFailed) as refused:
            print(type(refused).__name__)

def work():
    {work}

thread = threading.Thread(target=work)
thread.start()
thread.join()
print("alive")
"""

WORK = {
    "the deepest payload that is JSON here": "run(light(row(expressions(v='a'))), nested(250, 1))",
    "the deepest payload that a call can have": "run(light(row(expressions(v='a'))), nested(63, 1))",
    "a payload that is too deep": "run(light(row(expressions(v='a'))), nested(100_000, 1))",
    "brackets in every form": (
        "[run(light(row(expressions(v=text))), {'a': 1}) for text in ["
        "'(' * 32 + '1' + ')' * 32, '[' * 32 + '1' + ']' * 32, '{a:' * 32 + '1' + '}' * 32, "
        "'len(' * 31 + 'a' + ')' * 31, 'a[' * 32 + '1' + ']' * 32]]"
    ),
    "long expressions": (
        "[run(light(row(expressions(v=text))), {'a': 1}) for text in ["
        "'not ' * 900 + 'a', '-' * 3900 + '1', 'a' + '.a' * 1900, '1' + '+1' * 1900, '1' + '^1' * 1900, "
        "'a?1:' * 900 + '1', 'a' + '??a' * 1300, 'a' + '[0]' * 200, '!' * 3900 + 'a']]"
    ),
    "values that nest as deeply as a light chain can make them": (
        "deeper = '{a:' * 30 + 'v' + '}' * 30\n"
        "    run(light(row(*[expressions(f'n{n}', v=deeper) for n in range(8)])), {'v': nested(63, 1)})"
    ),
    "a long row of nodes": "run(light(row(*[expressions(f'n{n}', v='v') for n in range(98)])), {'v': nested(63, 1)})",
    "a nested schema": (
        "schema = {}\n"
        "    for _ in range(30): schema = {'properties': {'a': schema}}\n"
        "    run(light(row(expressions(v='a')), schema), nested(63, 1))"
    ),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_a_light_chain_never_overflows_the_stack(work: str) -> None:
    script = SCRIPT.format(stack=SMALL_STACK, work=work)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["alive"]), done.stderr[-2000:]
    assert "Traceback" not in done.stderr

"""A process that runs chains and checks definitions, one after the other, as it is told on its standard input.

Whatever a chain does here, to endless loops, memory without bounds and overflown stacks, ends with this process. It
ends by itself when its standard input ends. It imports little, so that a new one is there quickly.
"""

import contextlib
import os
import signal
import sys
from collections import OrderedDict
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import resource

from ss_admin.backend.rule_chains.engine.checks import find_definition_faults
from ss_admin.backend.rule_chains.engine.graph import Graph
from ss_admin.backend.rule_chains.engine.input_schema import InputSchema, InvalidSchema
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.wire import (
    Message,
    encode_message,
    failure_message,
    faults_message,
    outcome_message,
    read_message,
)

__all__ = ["EXIT_OUT_OF_MEMORY", "KNOWN_CHAINS", "main"]

KNOWN_CHAINS = 32
"""How many compiled chains a process keeps."""

EXIT_OUT_OF_MEMORY = 77
"""How the process ends where it can still say so; mostly the engine ends it before."""

_MEMORY_BYTES = 1024 * 1024 * 1024


class _Chains:
    """The chains compiled here, by the keys that the other side gave them."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[InputSchema, Graph]] = OrderedDict()

    def known_keys(self) -> list[str]:
        """What need not be given again."""
        return list(self._known)

    def get(self, request: Message) -> tuple[InputSchema, Graph]:
        """Raises `InvalidSchema` and `GraphFailed` if it cannot be compiled."""
        key: str = request["key"]
        if request["source"] is None:
            self._known.move_to_end(key)
            return self._known[key]
        compiled = InputSchema(request["source"]["input_schema"]), Graph(request["source"]["definition"])
        if key:
            self._known[key] = compiled
            if len(self._known) > KNOWN_CHAINS:
                self._known.popitem(last=False)
        return compiled


def main() -> None:
    """Answer until the input ends."""
    requests, answers = _take_streams()
    _limit_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the worker's, which tells us by ending our input
    if sys.platform != "win32":
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
    _write(answers, {"said": "ready"})
    chains = _Chains()
    while (request := read_message(requests)) is not None:
        _set_alarm(request["seconds"])
        answer = _answer(request, chains)
        _write(answers, {**answer, "knows": chains.known_keys()})
        _set_alarm(0)


def _write(answers: BinaryIO, message: Message) -> None:
    try:
        encoded = encode_message(message)
    except (TypeError, RecursionError):
        failure = failure_message(GraphFailed("What it made is nested too deeply to be told in JSON."))
        encoded = encode_message({**failure, "knows": message["knows"]})
    answers.write(encoded)
    answers.flush()


def _answer(request: Message, chains: _Chains) -> Message:
    if request["do"] == "check":
        return faults_message(find_definition_faults(request["input_schema"], request["definition"]))
    try:
        schema, graph = chains.get(request)
        payload = request["payload"]
        if not schema.accepts(payload):
            return faults_message(schema.find_faults(payload))
        outcome = graph.run(payload, trace=request["trace"], trial=request["trial"])
    except InvalidSchema as fault:
        return failure_message(GraphFailed(f"The input schema cannot be used: {fault}"))
    except GraphFailed as failure:
        return failure_message(failure)
    return outcome_message(outcome)


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """The two pipes, kept from everything else: what a library prints must not stand between the messages."""
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    if sys.platform == "win32":
        for stream in (requests, answers):
            msvcrt.setmode(stream.fileno(), os.O_BINARY)
    return requests, answers


def _limit_memory() -> None:
    if sys.platform == "win32":
        return
    with contextlib.suppress(ValueError, OSError):  # not every system has these limits
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _set_alarm(seconds: float) -> None:
    """The system ends this process at the alarm: should the worker be gone, nobody else would end a loop."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        os._exit(EXIT_OUT_OF_MEMORY)  # nothing more can be done with what is left

"""Runs chains in processes of their own, which can be stopped at a time limit without harm to anything else."""

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from ss_admin.backend.rule_chains.engine.apart_child import ApartChild, ChildEnded, ChildNotStarted, ChildTimedOut
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed
from ss_admin.backend.rule_chains.engine.runs import (
    ChainSource,
    RuleChainFailed,
    Run,
    RunnersBusy,
    as_failed,
    as_mismatch,
    as_run,
    unfit_payload,
)
from ss_admin.backend.rule_chains.engine.wire import (
    Message,
    encode_message,
    read_failure_message,
    read_faults_message,
    read_outcome_message,
)
from ss_admin.contract.problems import FieldFault

__all__ = ["ApartChain", "ApartRunners"]

_log = logging.getLogger(__name__)

_TRIALS = "trials"
_CHECKS = "checks"
_ALARM_SECONDS = 2.0
"""Beyond the time limit: then a process ends itself, should this one be gone."""


class ApartRunners:
    """A pool of child processes, started when they are first needed. Safe under threads.

    `processes`: how many at most; one chain has at most half of them, and so have all trial runs together.
    `time_limit`: seconds, then a run is stopped. At most `max_waiting` calls wait for a process, `max_wait` seconds.
    """

    def __init__(
        self, *, processes: int = 2, time_limit: float = 2.0, max_waiting: int = 16, max_wait: float = 2.0
    ) -> None:
        self._processes = processes
        self._share = max(1, processes // 2)
        self._time_limit = time_limit
        self._max_waiting = max_waiting
        self._max_wait = max_wait
        self._changed = threading.Condition()
        self._idle: list[ApartChild] = []
        self._children: set[ApartChild] = set()
        self._running: Counter[str] = Counter()
        self._waiting = 0
        self._closed = False
        self._keys = itertools.count(1)

    def chain(self, source: ChainSource) -> "ApartChain":
        """A chain that always runs apart; a process that has run it once has it compiled."""
        return ApartChain(source, self, f"chain {next(self._keys)}")

    def execute(
        self,
        source: ChainSource,
        payload: dict[str, Any],
        *,
        trace: bool = False,
        effects: bool = True,
        key: str = "",
    ) -> Run:
        """Run a chain. `effects` False (a trial run): none are gathered, the trace tells what they would have been.

        `key`: by which a process may keep the compiled chain; empty for one that is run only once.
        Raises `PayloadMismatch`, `RuleChainFailed`, `RunnersBusy`.
        """
        request = {"do": "run", "key": key, "payload": payload, "trace": trace, "trial": not effects}
        whole = {"input_schema": source.input_schema, "definition": source.definition}
        started = time.perf_counter()
        try:
            answer = self._ask(request, whole, key or _TRIALS)
        except (ChildTimedOut, ChildEnded) as fault:
            failure = GraphFailed(self._tell(fault))
            failure.duration_ms = round((time.perf_counter() - started) * 1e3, 3)
            raise as_failed(failure) from None
        except TypeError:
            raise _unfit(payload) from None
        if answer["said"] == "faults":
            raise as_mismatch(read_faults_message(answer))
        if answer["said"] == "failed":
            raise as_failed(read_failure_message(answer))
        run = as_run(read_outcome_message(answer))
        return run if effects else run._replace(effects=())

    def check(self, input_schema: dict[str, Any], definition: dict[str, Any]) -> list[FieldFault]:
        """What stands against saving this, up to 100 faults; pointers begin with `/input_schema` or `/definition`.

        Raises `RunnersBusy`.
        """
        request = {"do": "check", "key": "", "input_schema": input_schema, "definition": definition}
        try:
            answer = self._ask(request, None, _CHECKS)
        except (ChildTimedOut, ChildEnded) as fault:
            return [FieldFault(pointer="/definition", detail=f"The chain could not be checked. {self._tell(fault)}")]
        except TypeError:
            detail = "This is not JSON that can be stored: nested too deeply, or with half a character."
            return [FieldFault(pointer="/definition", detail=detail)]
        return [FieldFault(pointer=fault.pointer, detail=fault.detail) for fault in read_faults_message(answer)]

    def close(self) -> None:
        """Stop all processes; runs that are under way fail. Idempotent."""
        with self._changed:
            self._closed = True
            children = list(self._children)
            self._changed.notify_all()
        for child in children:
            child.end()

    def _ask(self, request: Message, source: Message | None, group: str) -> Message:
        """Raises `ChildTimedOut`, `ChildEnded`, `RunnersBusy`, and `TypeError` for what JSON cannot hold."""
        with self._child(group, request["key"]) as child:
            known = bool(request["key"]) and request["key"] in child.knows
            seconds = self._time_limit + _ALARM_SECONDS
            encoded = encode_message({**request, "source": None if known else source, "seconds": seconds})
            try:
                return child.ask(encoded, self._time_limit)
            except ChildNotStarted:
                _log.error("a process for rule chains ended before it could be used")
                raise RunnersBusy from None

    @contextmanager
    def _child(self, group: str, key: str) -> Iterator[ApartChild]:
        child = self._take(group, key)
        try:
            if child is None:
                child = self._start()
            yield child
        finally:
            self._give_back(group, child)

    def _take(self, group: str, key: str) -> ApartChild | None:
        """A process that waits for work, best one that knows the chain; None where a new one may be started."""
        with self._changed:
            if not self._has_room(group):
                self._wait(group)
            if self._closed:
                raise RunnersBusy
            self._running[group] += 1
            self._forget_dead()
            if not self._idle:
                return None
            knowing = next((child for child in self._idle if key in child.knows), self._idle[-1])
            self._idle.remove(knowing)
            return knowing

    def _forget_dead(self) -> None:
        """A process may have been ended from outside while it waited for work."""
        self._children.difference_update([child for child in self._idle if not child.is_alive()])
        self._idle = [child for child in self._idle if child in self._children]

    def _wait(self, group: str) -> None:
        if self._waiting >= self._max_waiting:
            raise RunnersBusy
        self._waiting += 1
        try:
            if not self._changed.wait_for(lambda: self._closed or self._has_room(group), self._max_wait):
                raise RunnersBusy
        finally:
            self._waiting -= 1

    def _has_room(self, group: str) -> bool:
        return self._running.total() < self._processes and self._running[group] < self._share

    def _start(self) -> ApartChild:
        try:
            child = ApartChild()
        except OSError:
            _log.exception("no process for rule chains could be started")
            raise RunnersBusy from None
        with self._changed:
            self._children.add(child)
            closed = self._closed
        if closed:
            child.end()
        return child

    def _give_back(self, group: str, child: ApartChild | None) -> None:
        with self._changed:
            self._running[group] -= 1
            if not self._running[group]:
                del self._running[group]
            if child is not None and child.is_alive() and not self._closed:
                self._idle.append(child)
            elif child is not None:
                self._children.discard(child)
            self._changed.notify_all()

    def _tell(self, fault: ChildTimedOut | ChildEnded) -> str:
        if isinstance(fault, ChildTimedOut):
            return f"It ran longer than {self._time_limit:g} s and was stopped."
        return str(fault)


class ApartChain:
    """One version of a chain that runs in a process of its own."""

    def __init__(self, source: ChainSource, runners: ApartRunners, key: str) -> None:
        self.version = source.version
        self._source = source
        self._runners = runners
        self._key = key

    def execute(self, payload: dict[str, Any], *, trace: bool = False, size: int | None = None) -> Run:
        """The run for a payload. Raises `PayloadMismatch`, `RuleChainFailed` and `RunnersBusy`."""
        return self._runners.execute(self._source, payload, trace=trace, key=self._key)


def _unfit(payload: dict[str, Any]) -> Exception:
    try:
        orjson.dumps({"within": {"a": payload}})
    except TypeError:
        return unfit_payload()
    return RuleChainFailed("The chain as it is stored is not JSON that can be read.")

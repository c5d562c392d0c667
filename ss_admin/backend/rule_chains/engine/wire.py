"""What goes between the worker and the processes for long runs: JSON, each message behind its length in four bytes."""

import dataclasses
import struct
from typing import IO, Any

import orjson

from ss_admin.backend.rule_chains.engine.effects import Effect, SavedDocument, WebhookCall
from ss_admin.backend.rule_chains.engine.faults import Fault
from ss_admin.backend.rule_chains.engine.outcomes import GraphFailed, Outcome, Step

__all__ = [
    "Message",
    "encode_message",
    "failure_message",
    "faults_message",
    "outcome_message",
    "read_failure_message",
    "read_faults_message",
    "read_message",
    "read_outcome_message",
]

Message = dict[str, Any]

_LENGTH = struct.Struct(">I")


def encode_message(message: Message) -> bytes:
    """The message as it goes over. Raises `TypeError` for what JSON cannot hold."""
    body = orjson.dumps(message)
    return _LENGTH.pack(len(body)) + body


def read_message(stream: IO[bytes]) -> Message | None:
    """The next message; None at the end. Raises `OSError`."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        return None
    message: Message = orjson.loads(body)
    return message


def outcome_message(outcome: Outcome) -> Message:
    """A run that succeeded."""
    return {
        "said": "run",
        "result": outcome.result,
        "effects": [
            {"what": "save" if isinstance(effect, SavedDocument) else "send", **dataclasses.asdict(effect)}
            for effect in outcome.effects
        ],
        "steps": _steps(outcome.steps),
        "duration_ms": outcome.duration_ms,
    }


def read_outcome_message(message: Message) -> Outcome:
    """The run that the other side told of."""
    effects = tuple(_read_effect(effect) for effect in message["effects"])
    steps, result = _read_steps(message["steps"]), message["result"]
    return Outcome(result, effects, steps, message["duration_ms"], orjson.dumps(result))


def failure_message(failure: GraphFailed) -> Message:
    """A run that failed."""
    return {
        "said": "failed",
        "message": failure.message,
        "node_id": failure.node_id,
        "steps": _steps(failure.steps),
        "duration_ms": failure.duration_ms,
    }


def read_failure_message(message: Message) -> GraphFailed:
    """The failure that the other side told of."""
    failure = GraphFailed(message["message"], message["node_id"])
    failure.steps = _read_steps(message["steps"])
    failure.duration_ms = message["duration_ms"]
    return failure


def faults_message(faults: list[Fault]) -> Message:
    """What is wrong with a payload or a definition."""
    return {"said": "faults", "faults": [[fault.pointer, fault.detail] for fault in faults]}


def read_faults_message(message: Message) -> list[Fault]:
    """The faults that the other side told of."""
    return [Fault(pointer, detail) for pointer, detail in message["faults"]]


def _steps(steps: tuple[Step, ...]) -> list[Message]:
    return [{name: getattr(step, name) for name in Step.__slots__} for step in steps]


def _read_steps(steps: list[Message]) -> tuple[Step, ...]:
    return tuple(Step(**step) for step in steps)


def _read_effect(told: Message) -> Effect:
    members = {name: value for name, value in told.items() if name != "what"}
    return SavedDocument(**members) if told["what"] == "save" else WebhookCall(**members)

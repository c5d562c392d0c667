"""What came of a trial run, in words. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass

from ss_admin.client.errors import ClientError, OutcomeUnknown
from ss_admin.contract.problems import FieldFault
from ss_admin.contract.rule_chains import ChainTestOutcome, ChainTestResult
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.widgets.notice import NoticeKind

__all__ = ["OutcomeWords", "describe_error", "describe_outcome", "describe_refused_draft", "duration_words"]

_LINES = 5


@dataclass(frozen=True)
class OutcomeWords:
    """Sentences for a notice, and its kind."""

    text: str
    kind: NoticeKind


def duration_words(milliseconds: float) -> str:
    """A run's time: `0.4 ms`, `38 ms`, `1.2 s`."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f} s"
    return f"{milliseconds:.0f} ms" if milliseconds >= 10 else f"{milliseconds:.1f} ms"


def describe_outcome(result: ChainTestResult, elsewhere: Sequence[FieldFault] = ()) -> OutcomeWords:
    """How the run ended. `elsewhere`: faults of the payload that stand at no field."""
    match result.outcome:
        case ChainTestOutcome.SUCCEEDED:
            return OutcomeWords(_succeeded(result), "success")
        case ChainTestOutcome.FAILED:
            return OutcomeWords(_failed(result), "danger")
        case ChainTestOutcome.PAYLOAD_MISMATCH:
            many = _count(len(result.faults))
            text = f"The payload does not match the input schema: {many}. The chain did not run."
            return OutcomeWords(_with_lines(text, elsewhere), "warning")


def describe_refused_draft(faults: Sequence[FieldFault]) -> OutcomeWords:
    """The unsaved changes could not be tested."""
    text = f"Your unsaved changes cannot run yet: {_count(len(faults))}. They are marked in “Edit Rulechain”."
    return OutcomeWords(_with_lines(text, faults, pointers=False), "danger")


def describe_error(error: ClientError) -> OutcomeWords:
    """No outcome came."""
    if isinstance(error, OutcomeUnknown):
        text = "The connection broke before the answer came. A test changes nothing, so you can run it again."
        return OutcomeWords(text, "danger")
    return OutcomeWords(describe(error), "danger")


def _succeeded(result: ChainTestResult) -> str:
    effects = [f"“{node.name}”: {node.effect}" for node in result.trace if node.effect]
    text = f"Succeeded in {duration_words(result.duration_ms)}."
    return "\n".join([text, *effects[:_LINES], *_more(len(effects))])


def _failed(result: ChainTestResult) -> str:
    node = next((node for node in result.trace if node.node_id == result.failed_node_id), None)
    error = (result.error or (node.error if node else None) or "It said nothing about why.").strip()
    if node is None or f"“{node.name}”" in error:
        return f"The chain failed after {duration_words(result.duration_ms)}: {error}"
    return f"The chain failed at “{node.name}”: {error}"


def _count(number: int) -> str:
    return "1 fault" if number == 1 else f"{number} faults"


def _with_lines(text: str, faults: Sequence[FieldFault], *, pointers: bool = True) -> str:
    lines = [f"{fault.pointer}: {fault.detail}" if pointers and fault.pointer else fault.detail for fault in faults]
    return "\n".join([text, *lines[:_LINES], *_more(len(lines))])


def _more(number: int) -> list[str]:
    return [f"… and {number - _LINES} more."] if number > _LINES else []

"""Why calls with a key were refused or failed, by the codes of their answers. No Qt."""

from collections.abc import Mapping

from ss_admin.contract.problems import ProblemCode

__all__ = ["refusals_in_words"]

_CAUSES = {
    ProblemCode.RATE_LIMITED: "over the rate limit",
    ProblemCode.DISABLED_API_KEY: "the key was disabled",
    ProblemCode.EXPIRED_API_KEY: "the key had expired",
    ProblemCode.INVALID_API_KEY: "the key was deleted",
    ProblemCode.PERMISSION_DENIED: "the key may not do this, or not from there",
    ProblemCode.RULECHAIN_NOT_FOUND: "no such rule chain",
    ProblemCode.RULECHAIN_NOT_EXTERNAL: "the rule chain is internal",
    ProblemCode.RULECHAIN_DISABLED: "the rule chain was disabled",
    ProblemCode.PAYLOAD_MISMATCH: "the payload did not fit the rule chain",
    ProblemCode.PAYLOAD_TOO_LARGE: "the payload was too large",
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: "the payload was not sent as JSON",
    ProblemCode.INVALID_JSON: "the payload was no valid JSON",
    ProblemCode.RULECHAIN_FAILED: "the rule chain failed",
    ProblemCode.UNAVAILABLE: "the server could not reach its store",
    ProblemCode.INTERNAL_ERROR: "the server failed",
}
_SUCCEEDED = "succeeded"


def refusals_in_words(calls_by_code: Mapping[str, int]) -> str:
    """“Why calls went wrong: 30 × over the rate limit, …”, the most first; empty where none did."""
    wrong = {code: number for code, number in calls_by_code.items() if code != _SUCCEEDED and number}
    told = [f"{number:,} × {_cause(code)}" for code, number in sorted(wrong.items(), key=lambda entry: -entry[1])]
    return f"Why calls went wrong: {', '.join(told)}." if told else ""


def _cause(code: str) -> str:
    return _CAUSES[ProblemCode(code)] if code in {*_CAUSES} else code.replace("_", " ")

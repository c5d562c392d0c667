"""The exact cause of a refusal in words, for the administrator, and what to tell the partner: a pair for each code."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ss_admin.backend.refusals import call_causes, key_causes
from ss_admin.backend.refusals.refused_call import Explanation, RefusedCall
from ss_admin.contract.problems import ProblemCode

__all__ = ["SUCCEEDED", "explain_call"]

SUCCEEDED = "succeeded"

_CAUSES: Mapping[str, Callable[[RefusedCall], Explanation]] = MappingProxyType(
    {
        SUCCEEDED: call_causes.succeeded,
        ProblemCode.MISSING_API_KEY: key_causes.missing,
        ProblemCode.MALFORMED_API_KEY: key_causes.malformed,
        ProblemCode.INVALID_API_KEY: key_causes.invalid,
        ProblemCode.DISABLED_API_KEY: key_causes.disabled,
        ProblemCode.EXPIRED_API_KEY: key_causes.expired,
        ProblemCode.RATE_LIMITED: key_causes.limited,
        ProblemCode.PERMISSION_DENIED: call_causes.denied,
        ProblemCode.RULECHAIN_NOT_FOUND: call_causes.chain_not_found,
        ProblemCode.RULECHAIN_NOT_EXTERNAL: call_causes.chain_not_external,
        ProblemCode.RULECHAIN_DISABLED: call_causes.chain_disabled,
        ProblemCode.METHOD_NOT_ALLOWED: call_causes.unfit_request,
        ProblemCode.UNSUPPORTED_MEDIA_TYPE: call_causes.unfit_request,
        ProblemCode.PAYLOAD_TOO_LARGE: call_causes.unfit_request,
        ProblemCode.INVALID_JSON: call_causes.unfit_request,
        ProblemCode.PAYLOAD_MISMATCH: call_causes.payload_mismatch,
        ProblemCode.RULECHAIN_FAILED: call_causes.chain_failed,
        ProblemCode.UNAVAILABLE: call_causes.unavailable,
        ProblemCode.INTERNAL_ERROR: call_causes.internal_error,
    }
)


def explain_call(call: RefusedCall) -> Explanation:
    """Why the call was refused; of one that was not, that it was not."""
    return _CAUSES.get(call.code, call_causes.other)(call)

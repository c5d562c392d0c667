"""Problems as the backend answers them: a status and a title for every code, and the document (RFC 9457)."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from ss_admin.contract.problems import FieldFault, Problem, ProblemCode, problem_type

__all__ = ["BEARER_CHALLENGE", "PROBLEM_STATUS", "ProblemError", "problem_document"]

_C = ProblemCode

PROBLEM_STATUS: Mapping[ProblemCode, tuple[int, str]] = MappingProxyType(
    {
        _C.MISSING_API_KEY: (401, "API key missing"),
        _C.MALFORMED_API_KEY: (401, "API key malformed"),
        _C.INVALID_API_KEY: (401, "API key invalid"),
        _C.DISABLED_API_KEY: (401, "API key disabled"),
        _C.EXPIRED_API_KEY: (401, "API key expired"),
        _C.RATE_LIMITED: (429, "Rate limit reached"),
        _C.PERMISSION_DENIED: (403, "Permission denied"),
        _C.RULECHAIN_NOT_FOUND: (404, "Rule chain not found"),
        _C.RULECHAIN_NOT_EXTERNAL: (403, "Rule chain not external"),
        _C.RULECHAIN_DISABLED: (403, "Rule chain disabled"),
        _C.PAYLOAD_MISMATCH: (422, "Payload does not match the input schema"),
        _C.RULECHAIN_FAILED: (500, "Rule chain failed"),
        _C.WRONG_CREDENTIALS: (401, "Wrong user name or password"),
        _C.SIGN_IN_LOCKED: (429, "Sign-in locked"),
        _C.SESSION_REQUIRED: (401, "Sign-in required"),
        _C.TENANT_ADMIN_REQUIRED: (403, "Tenant Administrator required"),
        _C.VALIDATION_FAILED: (422, "Input not valid"),
        _C.VERSION_CONFLICT: (412, "Changed by somebody else"),
        _C.NOT_FOUND: (404, "Not found"),
        _C.METHOD_NOT_ALLOWED: (405, "Method not allowed"),
        _C.UNSUPPORTED_MEDIA_TYPE: (415, "Media type not supported"),
        _C.PAYLOAD_TOO_LARGE: (413, "Body too large"),
        _C.INVALID_JSON: (400, "Body is not valid JSON"),
        _C.UNAVAILABLE: (503, "Temporarily unavailable"),
        _C.INTERNAL_ERROR: (500, "Internal error"),
    }
)
"""The HTTP status and the title that belong to each code."""

BEARER_CHALLENGE: Mapping[str, str] = MappingProxyType({"WWW-Authenticate": 'Bearer realm="signalsync"'})
"""What every 401 of the admin API carries (RFC 9110, 15.5.2)."""


class ProblemError(Exception):
    """Ends a request with a problem document. `detail` is for the reader of the answer: plain, and without secrets.

    `headers` go out with the answer, such as `Retry-After` (whole seconds).
    """

    def __init__(
        self,
        code: ProblemCode,
        detail: str,
        *,
        errors: Sequence[FieldFault] | None = None,
        headers: Mapping[str, str] | None = None,
        execution_id: str | None = None,
    ) -> None:
        self.code = code
        self.detail = detail
        self.errors = None if errors is None else list(errors)
        self.headers = dict(headers) if headers else {}
        self.execution_id = execution_id

    def __str__(self) -> str:  # put together only where somebody reads it: partners' calls are refused in floods
        return f"{self.code.value}: {self.detail}"

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return PROBLEM_STATUS[self.code][0]


def problem_document(error: ProblemError, request_id: str) -> Problem:
    """The document that tells of `error`."""
    status, title = PROBLEM_STATUS[error.code]
    return Problem(
        type=problem_type(error.code),
        title=title,
        status=status,
        detail=error.detail,
        code=error.code,
        request_id=request_id,
        errors=error.errors,
        execution_id=error.execution_id,
    )

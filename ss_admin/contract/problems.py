"""Problem documents (RFC 9457) and the codes by which programs tell one problem from another."""

from enum import StrEnum

from pydantic import Field

from ss_admin.contract.documents import Document

__all__ = ["PROBLEM_MEDIA_TYPE", "FieldFault", "Problem", "ProblemCode", "problem_type"]

PROBLEM_MEDIA_TYPE = "application/problem+json"


class ProblemCode(StrEnum):
    """Every `code` that an answer of the backend can carry. The value is fixed for ever once released."""

    # the partner's route
    MISSING_API_KEY = "missing_api_key"
    MALFORMED_API_KEY = "malformed_api_key"
    INVALID_API_KEY = "invalid_api_key"
    DISABLED_API_KEY = "disabled_api_key"
    EXPIRED_API_KEY = "expired_api_key"
    RATE_LIMITED = "rate_limited"
    PERMISSION_DENIED = "permission_denied"
    RULECHAIN_NOT_FOUND = "rulechain_not_found"
    RULECHAIN_NOT_EXTERNAL = "rulechain_not_external"
    RULECHAIN_DISABLED = "rulechain_disabled"
    PAYLOAD_MISMATCH = "payload_mismatch"
    RULECHAIN_FAILED = "rulechain_failed"
    # the admin API
    WRONG_CREDENTIALS = "wrong_credentials"
    SIGN_IN_LOCKED = "sign_in_locked"
    SESSION_REQUIRED = "session_required"
    TENANT_ADMIN_REQUIRED = "tenant_admin_required"
    VALIDATION_FAILED = "validation_failed"
    VERSION_CONFLICT = "version_conflict"
    # both
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    INVALID_JSON = "invalid_json"
    UNAVAILABLE = "unavailable"
    INTERNAL_ERROR = "internal_error"


class FieldFault(Document):
    """One thing that is wrong with a document sent in, at its JSON pointer (RFC 6901)."""

    pointer: str = Field(description="JSON pointer to the value at fault; for a query parameter its name")
    detail: str


class Problem(Document):
    """An error answer, `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    code: ProblemCode
    request_id: str
    errors: list[FieldFault] | None = Field(default=None, description="all faults found, where the input was at fault")
    execution_id: str | None = Field(default=None, description="the execution that failed, with `rulechain_failed`")


def problem_type(code: ProblemCode) -> str:
    """The `type` URI of a problem: a name, not an address to fetch."""
    return f"urn:signalsync:problem:{code.value}"

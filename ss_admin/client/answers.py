"""The backend's answers: from bytes to contract models, and from problem documents to typed errors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from ss_admin.client.errors import (
    ClientError,
    NotFound,
    OutcomeUnknown,
    ProblemAnswer,
    ServerUnavailable,
    ServerUnreachable,
    SessionEnded,
    SignInLocked,
    TenantAdminRequired,
    UnexpectedAnswer,
    ValidationFailed,
    VersionConflict,
    WrongCredentials,
)
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemCode

__all__ = ["Answer", "error_of"]

Model = TypeVar("Model", bound=BaseModel)

_ERROR_BY_CODE: Final[Mapping[ProblemCode, type[ProblemAnswer]]] = MappingProxyType(
    {
        ProblemCode.SESSION_REQUIRED: SessionEnded,
        ProblemCode.TENANT_ADMIN_REQUIRED: TenantAdminRequired,
        ProblemCode.WRONG_CREDENTIALS: WrongCredentials,
        ProblemCode.SIGN_IN_LOCKED: SignInLocked,
        ProblemCode.NOT_FOUND: NotFound,
        ProblemCode.VERSION_CONFLICT: VersionConflict,
        ProblemCode.VALIDATION_FAILED: ValidationFailed,
        ProblemCode.UNAVAILABLE: ServerUnavailable,
    }
)


@dataclass(frozen=True)
class Answer:
    """A complete answer. Its content may hold a new key or token, so it does not show in the repr."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def read_file(self, media_type: str) -> bytes:
        """The content as a file of this type. Raises `UnexpectedAnswer` where it is something else."""
        if self.media_type != media_type:
            came = self.media_type or "nothing"
            raise UnexpectedAnswer(f"{came} came where {media_type} was expected", status=self.status)
        return self.content

    def read_as(self, model: type[Model]) -> Model:
        """The content as a contract model. Raises `UnexpectedAnswer` where it is something else."""
        if self.media_type != "application/json":
            raise UnexpectedAnswer(f"{self.media_type or 'nothing'} came where JSON was expected", status=self.status)
        try:
            return model.model_validate_json(self.content)
        except ValidationError:
            # The cause would quote the content, and the content may hold a secret.
            raise UnexpectedAnswer("the JSON is not what this version expects", status=self.status) from None


def error_of(answer: Answer, *, is_write: bool) -> ClientError | None:
    """The error that an answer stands for; None for a success (2xx)."""
    if 200 <= answer.status < 300:
        return None
    if answer.media_type == PROBLEM_MEDIA_TYPE:
        return _problem_error(answer)
    if 300 <= answer.status < 400:
        return UnexpectedAnswer("the server redirects to another address", status=answer.status)
    if answer.status in {502, 504} and is_write:
        return OutcomeUnknown(f"a server on the way answered {answer.status}")
    if answer.status in {502, 503, 504}:
        return ServerUnreachable(f"a server on the way answered {answer.status}")
    return UnexpectedAnswer(f"the server answered {answer.status} in a form unknown here", status=answer.status)


def _problem_error(answer: Answer) -> ClientError:
    try:
        problem = Problem.model_validate_json(answer.content)
    except ValidationError:
        return UnexpectedAnswer("the problem document is not what this version expects", status=answer.status)
    error_type = _ERROR_BY_CODE.get(problem.code, ProblemAnswer)
    return error_type(problem, _retry_after(answer.headers.get("Retry-After")))


def _retry_after(text: str | None) -> int | None:
    """Whole seconds to wait, from either form that RFC 9110 (section 10.2.3) allows."""
    if text is None:
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0, round((moment - datetime.now(UTC)).total_seconds()))

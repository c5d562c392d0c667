"""Answers of the admin API: documents as JSON, and every error, whoever raised it, as a problem document."""

import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from ss_admin.backend.accounts.service import SignInBusy, SignInLocked, WrongCredentials
from ss_admin.backend.activity.service import ActivityExportTooLarge, ActivityTenantNotFound
from ss_admin.backend.api_keys.errors import ApiKeyNotFound, ApiKeyOrderUnfit, VersionConflict
from ss_admin.backend.paging import CursorInvalid
from ss_admin.backend.problems import BEARER_CHALLENGE, ProblemError, problem_document
from ss_admin.backend.request_context import request_id
from ss_admin.backend.rule_chains.engine.runs import RunnersBusy
from ss_admin.backend.rule_chains.errors import (
    ExecutionNotFound,
    RuleChainNotFound,
    RuleChainUnfit,
    RuleChainVersionConflict,
)
from ss_admin.backend.signals.errors import EvidenceChanged, SignalNotFound
from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.contract.activity import EXPORT_MAX_ENTRIES
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.problems import PROBLEM_MEDIA_TYPE, FieldFault, ProblemCode

__all__ = ["answer_errors_as_problems", "json_answer", "refuse_invalid_input"]

_log = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 5
_NOTHING_HERE = "There is nothing at this address."


def json_answer(document: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A document of the contract as the answer."""
    return Response(document.model_dump_json(), status, dict(headers or {}), mimetype="application/json")


def answer_errors_as_problems(app: Flask) -> None:
    """Let every error that leaves a route of `app` be answered as `application/problem+json`."""
    app.register_error_handler(Exception, _answer)


def refuse_invalid_input(error: ValidationError) -> None:
    """Raise the 422 that tells of a body or a query that does not fit its model; values are never repeated.

    A path that does not fit, such as an overlong id, is simply the address of nothing: 404.
    """
    faults = [
        FieldFault(pointer=_pointer(fault["loc"]), detail=_sentence(fault["msg"], fault["type"]))
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    if any(fault.pointer.lstrip("/") in (request.view_args or {}) for fault in faults):
        raise ProblemError(ProblemCode.NOT_FOUND, _NOTHING_HERE)
    raise ProblemError(ProblemCode.VALIDATION_FAILED, "The input is not valid; see `errors`.", errors=faults)


def _answer(error: Exception) -> Response:
    problem = _as_problem(error)
    document = problem_document(problem, request_id(request.environ))
    # A fault's pointer is made of what was sent: a key that was pasted in the wrong place must not come back in it.
    body = mask_api_keys_within(document.model_dump_json(exclude_none=True))
    return Response(body, document.status, problem.headers, mimetype=PROBLEM_MEDIA_TYPE)


def _as_problem(error: Exception) -> ProblemError:
    for kind in type(error).__mro__:
        if kind in _TRANSLATIONS:
            return _TRANSLATIONS[kind](error)
    _log.error("a request failed unexpectedly", exc_info=error)
    return ProblemError(ProblemCode.INTERNAL_ERROR, "Something went wrong here. The log has it under the request id.")


def _unavailable(_error: StoreUnavailable) -> ProblemError:
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return ProblemError(ProblemCode.UNAVAILABLE, "The store cannot be reached. Try again.", headers=headers)


def _sign_in_busy(_error: SignInBusy) -> ProblemError:
    detail = "Too many people are signing in at this moment. Try again."
    return ProblemError(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": "1"})


def _wrong_credentials(_error: WrongCredentials) -> ProblemError:
    detail = "The user name or the password is wrong."
    return ProblemError(ProblemCode.WRONG_CREDENTIALS, detail, headers=BEARER_CHALLENGE)


def _locked(error: SignInLocked) -> ProblemError:
    detail = f"Too many wrong passwords. Try again in {error.retry_after} seconds."
    return ProblemError(ProblemCode.SIGN_IN_LOCKED, detail, headers={"Retry-After": str(error.retry_after)})


def _cursor_invalid(_error: CursorInvalid) -> ProblemError:
    fault = FieldFault(pointer="cursor", detail="This cursor was not given out by this list.")
    return ProblemError(ProblemCode.VALIDATION_FAILED, "The cursor is not valid.", errors=[fault])


def _rule_chain_not_found(_error: RuleChainNotFound) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, "There is no such rule chain.")


def _execution_not_found(_error: ExecutionNotFound) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, "There is no such execution; it may be kept no longer.")


def _rule_chain_changed(_error: RuleChainVersionConflict) -> ProblemError:
    detail = "Somebody else changed this rule chain in the meantime. Get it again, then repeat your change."
    return ProblemError(ProblemCode.VERSION_CONFLICT, detail)


def _rule_chain_unfit(error: RuleChainUnfit) -> ProblemError:
    detail = "The rule chain is not valid; see `errors`."
    return ProblemError(ProblemCode.VALIDATION_FAILED, detail, errors=error.faults)


def _runners_busy(_error: RunnersBusy) -> ProblemError:
    detail = "Too many rule chains are being checked or tried at this moment. Try again."
    return ProblemError(ProblemCode.UNAVAILABLE, detail, headers={"Retry-After": "1"})


def _api_key_not_found(_error: ApiKeyNotFound) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, "There is no such API key.")


def _signal_not_found(_error: SignalNotFound) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, "There is no such signal; its cause may have gone.")


def _evidence_changed(_error: EvidenceChanged) -> ProblemError:
    detail = "New evidence has come in the meantime. Get this signal again, look at it, then acknowledge it."
    return ProblemError(ProblemCode.VERSION_CONFLICT, detail)


def _version_conflict(_error: VersionConflict) -> ProblemError:
    detail = "Somebody else changed this API key in the meantime. Get it again, then repeat your change."
    return ProblemError(ProblemCode.VERSION_CONFLICT, detail)


def _order_unfit(error: ApiKeyOrderUnfit) -> ProblemError:
    return ProblemError(ProblemCode.VALIDATION_FAILED, error.detail, errors=error.faults)


def _tenant_not_found(_error: ActivityTenantNotFound) -> ProblemError:
    return ProblemError(ProblemCode.NOT_FOUND, "There is no such tenant.")


def _export_too_large(_error: ActivityExportTooLarge) -> ProblemError:
    detail = f"More than {EXPORT_MAX_ENTRIES:,} entries match. Choose a shorter time or other filters."
    faults = [FieldFault(pointer="since", detail="Too many entries for one file match since then.")]
    return ProblemError(ProblemCode.VALIDATION_FAILED, detail, errors=faults)


def _from_http(error: HTTPException) -> ProblemError:
    """What Flask itself refuses: unknown paths, wrong methods, bodies that are too large."""
    match error.code:
        case 404:
            return ProblemError(ProblemCode.NOT_FOUND, _NOTHING_HERE)
        case 405:
            methods = error.valid_methods if isinstance(error, MethodNotAllowed) else None
            allowed = ", ".join(sorted(methods or ()))
            detail = f"This address does not answer {request.method}; it answers {allowed}."
            return ProblemError(ProblemCode.METHOD_NOT_ALLOWED, detail, headers={"Allow": allowed})
        case 413:
            return ProblemError(ProblemCode.PAYLOAD_TOO_LARGE, "The body is larger than this server accepts.")
        case 415:
            return ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
        case code if code is not None and code < 500:
            return ProblemError(ProblemCode.INVALID_JSON, "The request cannot be read.")
    return ProblemError(ProblemCode.INTERNAL_ERROR, "Something went wrong here.")


def _pointer(location: tuple[int | str, ...]) -> str:
    """A JSON pointer into the body; the bare name of a query parameter."""
    if request.method in {"GET", "DELETE"}:
        return str(location[0]) if location else ""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _sentence(message: str, kind: str) -> str:
    if kind == "extra_forbidden":
        return "This is not a field that is known here."
    if kind == "missing":
        return "This field is required."
    if kind in {"model_type", "model_attributes_type", "dict_type"}:
        return "This must be an object."
    text = message.removeprefix("Value error, ").replace(" after validation", "")
    text = text.replace("Value should", "Input should")
    return text[:1].upper() + text[1:].rstrip(".") + "."


_TRANSLATIONS: Mapping[type[BaseException], Callable[..., ProblemError]] = MappingProxyType(
    {
        ProblemError: lambda error: error,
        HTTPException: _from_http,
        StoreUnavailable: _unavailable,
        WrongCredentials: _wrong_credentials,
        SignInLocked: _locked,
        SignInBusy: _sign_in_busy,
        CursorInvalid: _cursor_invalid,
        ActivityTenantNotFound: _tenant_not_found,
        ActivityExportTooLarge: _export_too_large,
        ApiKeyNotFound: _api_key_not_found,
        VersionConflict: _version_conflict,
        ApiKeyOrderUnfit: _order_unfit,
        SignalNotFound: _signal_not_found,
        EvidenceChanged: _evidence_changed,
        RuleChainNotFound: _rule_chain_not_found,
        RuleChainUnfit: _rule_chain_unfit,
        RuleChainVersionConflict: _rule_chain_changed,
        ExecutionNotFound: _execution_not_found,
        RunnersBusy: _runners_busy,
    }
)
"""The one place where errors of the domain become problems."""

"""What a partner sends: its media type, its size and its JSON, checked in that order."""

from typing import Any

from ss_admin.backend.gateway.body import BodyFault
from ss_admin.backend.problems import ProblemError
from ss_admin.backend.strict_json import InvalidJson, parse_json_object
from ss_admin.contract.problems import ProblemCode

__all__ = ["check_media_type", "read_payload", "unfit_body"]


def check_media_type(content_type: str, content_encoding: str) -> None:
    """Raises `ProblemError` 415."""
    media_type, _, parameters = content_type.partition(";")
    if not _is_json(media_type.strip().lower()):
        sent = f"“{content_type[:80]}” was sent" if content_type else "no Content-Type was sent"
        raise _unsupported(f"Send the body as Content-Type: application/json; {sent}.")
    if not all(_is_harmless(parameter) for parameter in parameters.split(";")):
        raise _unsupported("Send the JSON in UTF-8, with no parameter of Content-Type other than charset=utf-8.")
    if content_encoding.strip().lower() not in {"", "identity"}:
        raise _unsupported("Send the body without a Content-Encoding.")


def unfit_body(fault: BodyFault, max_bytes: int) -> ProblemError:
    """413 or 400."""
    if fault is BodyFault.TOO_LARGE:
        return ProblemError(ProblemCode.PAYLOAD_TOO_LARGE, f"The body is larger than {max_bytes:,} bytes.")
    return ProblemError(ProblemCode.INVALID_JSON, "The body ended before the announced Content-Length.")


def read_payload(body: bytes) -> dict[str, Any]:
    """The object that was sent. Raises `ProblemError` 400."""
    try:
        return parse_json_object(body)
    except InvalidJson as fault:
        raise ProblemError(ProblemCode.INVALID_JSON, str(fault)) from None


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or (
        media_type.startswith("application/")
        and media_type.endswith("+json")
        and len(media_type) > len("application/+json")
    )


def _is_harmless(parameter: str) -> bool:
    name, _, value = parameter.strip().lower().partition("=")
    return not name or (name.strip() == "charset" and value.strip().strip('"') in {"utf-8", "utf8"})


def _unsupported(detail: str) -> ProblemError:
    return ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, detail)

"""What every request carries from the server's edge to the routes: its id, its body, read once and capped."""

import uuid
from typing import Any

from flask import Request, g

from ss_admin.backend.problems import ProblemError
from ss_admin.backend.strict_json import InvalidJson, parse_json_object
from ss_admin.contract.problems import ProblemCode

__all__ = ["REQUEST_ID", "AdminRequest", "read_json_body", "request_id"]

REQUEST_ID = "ss.request_id"
"""The key in the WSGI environ under which a request's id stands."""


def request_id(environ: dict[str, Any]) -> str:
    """The request's id; one is made where nobody in front has done so."""
    return str(environ.setdefault(REQUEST_ID, str(uuid.uuid4())))


class AdminRequest(Request):
    """A request whose JSON body is what `read_json_body` made of it, and nothing else."""

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:  # noqa: ANN401 - werkzeug's signature
        """The object that was sent, or None where no route asked for one."""
        return g.get("json_body")


def read_json_body(request: Request) -> None:
    """Parse the body (`g.body`, which the app has read) strictly, for the routes that take one.

    Raises `ProblemError` 415 or 400.
    """
    if request.mimetype != "application/json":
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body as application/json.")
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProblemError(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Send the body without a content encoding.")
    try:
        g.json_body = parse_json_object(g.body)
    except InvalidJson as fault:
        raise ProblemError(ProblemCode.INVALID_JSON, str(fault)) from None

"""Answers partners' calls straight through granian's transport, past WSGI, which costs more than a refusal itself."""

from collections.abc import Callable
from typing import Any, Protocol

from ss_admin.backend.gateway.answers import Answer, Header

__all__ = ["DirectAnswers", "Transport"]

Environ = dict[str, Any]


class Transport(Protocol):
    """What granian takes an answer by."""

    def response_bytes(self, status: int, headers: list[Header], body: bytes) -> None:
        """Send a whole answer; granian adds its length."""


class DirectAnswers:
    """What granian's threads call for every request. What is no partner's call goes on by WSGI.

    A call is answered from what granian tells of the request alone. For WSGI it lays the process's environment
    variables under that, each time anew, and gathers the answer again from its parts.
    """

    __slots__ = ("_answer_call", "_by_wsgi")

    def __init__(
        self, answer_call: Callable[[Environ], Answer | None], by_wsgi: Callable[[Transport, Environ], object]
    ) -> None:
        self._answer_call = answer_call
        self._by_wsgi = by_wsgi

    def __call__(self, transport: Transport, environ: Environ) -> object:
        """Answer a request; the status, which granian wants to know."""
        answer = self._answer_call(environ)
        if answer is None:
            return self._by_wsgi(transport, environ)
        transport.response_bytes(answer.status, answer.headers, answer.body)
        return answer.status

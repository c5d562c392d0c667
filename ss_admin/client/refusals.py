"""Why a call was refused: asked by a request's id, or by a key that somebody pasted."""

from pydantic import SecretStr, field_serializer

from ss_admin.client.connection import Connection
from ss_admin.client.errors import OutcomeUnknown, ServerUnreachable
from ss_admin.contract.documents import Request
from ss_admin.contract.refusals import RefusalAnswer, RefusalQuestion

__all__ = ["RefusalsClient"]


class _Question(Request):
    """`RefusalQuestion` as it is sent: the one place where the key is written out."""

    request_id: str | None
    api_key: SecretStr | None

    @field_serializer("api_key", when_used="json-unless-none")
    def _written_out(self, api_key: SecretStr) -> str:
        return api_key.get_secret_value()


class RefusalsClient:
    """The refused calls of the signed-in person's tenant. Every method raises `ClientError`s."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def explain(self, question: RefusalQuestion) -> RefusalAnswer:
        """Why the call was refused, or what became of the calls with the key; the key goes in the body alone.

        Raises `ValidationFailed`; never `OutcomeUnknown`, since asking again does no harm.
        """
        order = _Question(request_id=question.request_id, api_key=question.api_key)
        try:
            answer = self._connection.request("POST", "/api/v1/refusals/explain", body=order)
        except OutcomeUnknown as unknown:
            raise ServerUnreachable(unknown.reason) from unknown
        return answer.read_as(RefusalAnswer)

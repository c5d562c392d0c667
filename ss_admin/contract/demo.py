"""What the demo's backend says when it is ready: where it is, who can sign in, and a call that succeeds."""

from typing import Annotated, Any

from pydantic import Field

from ss_admin.contract.accounts import Role
from ss_admin.contract.documents import Document

__all__ = ["DemoReady", "DemoUser"]


class DemoUser(Document):
    """Somebody to sign in as. The password is made anew at each start and is written nowhere else."""

    username: str
    password: Annotated[str, Field(repr=False)]
    role: Role
    tenant: str


class DemoReady(Document):
    """One line of JSON. `api_key`, `rulechain_id` and `payload` answer 200 together."""

    url: str
    users: list[DemoUser]
    api_key: Annotated[str, Field(repr=False)]
    rulechain_id: str
    payload: dict[str, Any]

"""Accounts on the wire: sign-in, the session, and the people that a key can be assigned to."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, SecretStr

from ss_admin.contract.documents import Document, ObjectRef, Page, Request, UtcInstant

__all__ = ["Role", "Session", "SessionGrant", "SignIn", "User", "UserPage"]

PASSWORD_MIN_CHARACTERS = 12
PASSWORD_MAX_CHARACTERS = 1024


class Role(StrEnum):
    """What a person may do. Only a Tenant Administrator manages keys and rule chains."""

    TENANT_ADMIN = "tenant_admin"
    CUSTOMER_ADMIN = "customer_admin"
    CUSTOMER_USER = "customer_user"
    CLOUD_ADMIN = "cloud_admin"


class SignIn(Request):
    """What a person signs in with. The password hides itself in every repr."""

    username: Annotated[str, Field(min_length=1, max_length=200)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=PASSWORD_MAX_CHARACTERS)]


class User(Document):
    """A person of the tenant, as the user picker shows it."""

    id: str
    username: str
    name: str
    role: Role


UserPage = Page[User]


class Session(Document):
    """Who is signed in, for which tenant, and until when."""

    user: User
    tenant: ObjectRef
    expires_at: UtcInstant


class SessionGrant(Document):
    """A new session with its token: sent once, kept by the client in the system's keyring or in memory only."""

    token: Annotated[str, Field(repr=False)]
    session: Session

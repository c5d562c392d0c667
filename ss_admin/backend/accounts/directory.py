"""The directory: what the operator does to tenants and users from the command line."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Transaction

from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.accounts.service import USERNAME_MAX_CHARACTERS, fold_username
from ss_admin.backend.activity.service import record
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import SessionRow, TenantRow, UserRow
from ss_admin.contract.accounts import PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS, Role, User
from ss_admin.contract.activity import ActivityAction, FieldChange
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.contract.documents import Label, ObjectRef

__all__ = ["Directory", "DirectoryError", "NameTaken", "NameUnfit", "PasswordUnfit", "TenantNotFound", "UserNotFound"]

_LABEL: TypeAdapter[str] = TypeAdapter(Label)


class DirectoryError(Exception):
    """What was asked for cannot be done; the message is one sentence for the operator."""


class NameTaken(DirectoryError):
    """The name is in use."""


class NameUnfit(DirectoryError):
    """The name is empty, too long, or has characters that names do not have."""


class PasswordUnfit(DirectoryError):
    """The password is too short or too long."""


class TenantNotFound(DirectoryError):
    """There is no tenant of that name."""


class UserNotFound(DirectoryError):
    """There is no user of that name."""


class Directory:
    """Creates tenants and users, sets passwords and roles. The audit trail names no actor: it is the operator."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords

    def create_tenant(self, name: str) -> ObjectRef:
        """A new tenant. Raises `NameUnfit` and `NameTaken`."""
        name = _label(name, "the tenant's name")
        row = TenantRow(id=str(uuid.uuid4()), name=name, created_at=datetime.now(UTC))
        try:
            with self._store.writing() as transaction:
                transaction.add(row)
        except IntegrityError:
            raise NameTaken(f"there is a tenant called “{name}” already") from None
        return ObjectRef(id=row.id, name=name)

    def create_user(self, *, tenant: str, username: str, name: str, role: Role, password: str) -> User:
        """A new user of the tenant called `tenant`.

        Raises `NameUnfit`, `PasswordUnfit`, `TenantNotFound` and `NameTaken`.
        """
        name, username = _label(name, "the name"), _username(username)
        password_hash = self._hash(password)
        user_id = str(uuid.uuid4())
        try:
            with self._store.writing() as transaction:
                tenant_id = _tenant_id(transaction, tenant)
                transaction.add(
                    UserRow(
                        id=user_id,
                        tenant_id=tenant_id,
                        username=username,
                        name=name,
                        name_folded=name.casefold(),
                        role=role.value,
                        password_hash=password_hash,
                        created_at=datetime.now(UTC),
                    )
                )
                _record_user(
                    transaction,
                    tenant_id,
                    ObjectRef(id=user_id, name=name),
                    ActivityAction.USER_CREATED,
                    _user_facts(username, role),
                )
        except IntegrityError:
            raise NameTaken(f"there is a user called “{username}” already") from None
        return User(id=user_id, username=username, name=name, role=role)

    def change_password(self, username: str, password: str) -> None:
        """A new password; all the user's sessions end. Raises `UserNotFound` and `PasswordUnfit`."""
        password_hash = self._hash(password)
        with self._store.writing() as transaction:
            user = _locked_user(transaction, username)
            user.password_hash = password_hash
            transaction.execute(delete(SessionRow).where(SessionRow.user_id == user.id))
            subject = ObjectRef(id=user.id, name=user.name)
            _record_user(transaction, user.tenant_id, subject, ActivityAction.PASSWORD_CHANGED)

    def change_role(self, username: str, role: Role) -> User:
        """Another role; nothing is changed, nor recorded, where it is theirs already. Raises `UserNotFound`."""
        with self._store.writing() as transaction:
            user = _locked_user(transaction, username)
            if user.role != role.value:
                change = FieldChange(field="role", before=user.role, after=role.value)
                user.role = role.value
                subject = ObjectRef(id=user.id, name=user.name)
                _record_user(transaction, user.tenant_id, subject, ActivityAction.ROLE_CHANGED, [change])
            return User(id=user.id, username=user.username, name=user.name, role=role)

    def _hash(self, password: str) -> str:
        if len(password) < PASSWORD_MIN_CHARACTERS:
            raise PasswordUnfit(f"a password has at least {PASSWORD_MIN_CHARACTERS} characters")
        if len(password) > PASSWORD_MAX_CHARACTERS:
            raise PasswordUnfit(f"a password has at most {PASSWORD_MAX_CHARACTERS} characters")
        try:
            password.encode("utf-8")
        except UnicodeEncodeError:
            raise PasswordUnfit("the password is not valid UTF-8") from None
        return self._passwords.hash(password)


def _locked_user(transaction: Transaction, username: str) -> UserRow:
    query = select(UserRow).where(UserRow.username == fold_username(username)).with_for_update()
    user = transaction.scalar(query)
    if user is None:
        raise UserNotFound("there is no such user")
    return user


def _label(text: str, what: str) -> str:
    try:
        return _without_key(_LABEL.validate_python(text))
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False, include_context=False)[0]["msg"]
        raise NameUnfit(f"{what}: {fault.removeprefix('Value error, ')}") from None


def _without_key(name: str) -> str:
    """Names stand in entries of the audit trail, and no API key may."""
    if mask_api_keys_within(name) != name:
        raise NameUnfit("the name contains a whole API key, which is a secret; take another name")
    return name


def _username(text: str) -> str:
    username = fold_username(_without_key(text))
    if not username or len(username) > USERNAME_MAX_CHARACTERS:
        raise NameUnfit(f"a user name has 1 to {USERNAME_MAX_CHARACTERS} characters")
    if any(letter.isspace() or not letter.isprintable() for letter in username):
        raise NameUnfit("a user name has no spaces and no control characters")
    return username


def _tenant_id(transaction: Transaction, name: str) -> str:
    tenant_id = transaction.scalar(select(TenantRow.id).where(TenantRow.name == name.strip()))
    if tenant_id is None:
        raise TenantNotFound("there is no such tenant; create it with: ss-backend tenant create NAME")
    return tenant_id


def _user_facts(username: str, role: Role) -> list[FieldChange]:
    return [
        FieldChange(field="username", before=None, after=username),
        FieldChange(field="role", before=None, after=role.value),
    ]


def _record_user(
    transaction: Transaction,
    tenant_id: str,
    subject: ObjectRef,
    action: ActivityAction,
    changes: Sequence[FieldChange] = (),
) -> None:
    record(transaction, actor=None, tenant_id=tenant_id, action=action, object_ref=subject, changes=changes)

"""Accounts: signing in and out, whose session a token is, and the people of a tenant."""

import hashlib
import logging
import secrets
import threading
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session as Transaction

from ss_admin.backend.accounts.lockout import SignInLocked, admit_attempt, forget_failures
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.activity.service import Actor, record
from ss_admin.backend.paging import decode_cursor, encode_cursor
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import SessionRow, SignInFailureRow, TenantRow, UserRow
from ss_admin.contract.accounts import Role, Session, SessionGrant, User, UserPage
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.documents import ObjectRef

__all__ = [
    "AccountsService",
    "Origin",
    "SessionNotFound",
    "SignInLocked",
    "SignedIn",
    "WrongCredentials",
    "fold_username",
]

_log = logging.getLogger(__name__)

SESSION_TIME = timedelta(hours=12)
TOKEN_BYTES = 32
TOKEN_MAX_CHARACTERS = 200
USERNAME_MAX_CHARACTERS = 200
ATTEMPTS_AT_ONCE = 32
"""Verifying takes long on purpose; a flood of attempts must not hold every thread, which partners' calls need too."""

_LANES = 64


class WrongCredentials(Exception):
    """No such user name, or not its password; which of the two is not told."""


class SignInBusy(Exception):
    """Too many people sign in at this moment; a second later there is room again."""


class SessionNotFound(Exception):
    """The token belongs to no session, or the session has ended."""


@dataclass(frozen=True)
class Origin:
    """Where a request comes from, before anybody is signed in."""

    address: str
    request_id: str | None = None


@dataclass(frozen=True)
class SignedIn:
    """A session that holds: who acts, and the session as its owner sees it."""

    actor: Actor
    session: Session


def fold_username(username: str) -> str:
    """A user name as it is stored and compared: without regard to case and to how its characters are composed."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", username.strip()).casefold())


class AccountsService:
    """Sign-in with lock-out, sessions, and the user picker's search."""

    def __init__(self, store: Store, passwords: Passwords) -> None:
        self._store = store
        self._passwords = passwords
        self._room = threading.BoundedSemaphore(ATTEMPTS_AT_ONCE)
        # Attempts for one account wait for each other here, so that a right password is not taken for a wrong one
        # only because its neighbours are still being looked at. The database counts exactly without this.
        self._lanes = tuple(threading.Lock() for _ in range(_LANES))

    def sign_in(self, username: str, password: str, origin: Origin) -> SessionGrant:
        """A new session. Raises `WrongCredentials`, `SignInLocked` and `SignInBusy`."""
        if not self._room.acquire(blocking=False):
            raise SignInBusy
        try:
            folded = fold_username(username)[:USERNAME_MAX_CHARACTERS]  # what the column holds
            with self._lanes[hash((folded, origin.address)) % _LANES]:
                return self._sign_in(folded, password, origin)
        finally:
            self._room.release()

    def _sign_in(self, username: str, password: str, origin: Origin) -> SessionGrant:
        with self._store.writing() as transaction:
            attempt = admit_attempt(transaction, username, origin.address, datetime.now(UTC))
            user = transaction.scalar(select(UserRow).where(UserRow.username == username))
        if self._passwords.verify(user.password_hash if user else None, password) and user:
            grant = self._begin_session(user, password, origin)
            if grant is not None:
                return grant
        if user is not None:
            self._record_failure(user, origin, locked=attempt.is_last)
        else:
            self._pretend_to_record(username, origin)
        raise WrongCredentials

    def _begin_session(self, verified: UserRow, password: str, origin: Origin) -> SessionGrant | None:
        """The session; None where the password was changed since it was verified."""
        fresh_hash = self._passwords.hash(password) if self._passwords.is_outdated(verified.password_hash) else None
        token = secrets.token_urlsafe(TOKEN_BYTES)
        now = datetime.now(UTC)
        with self._store.writing() as transaction:
            user = transaction.get(UserRow, verified.id, with_for_update=True)
            if user is None or user.password_hash != verified.password_hash:
                return None
            if fresh_hash is not None:
                user.password_hash = fresh_hash
            forget_failures(transaction, user.username, origin.address)
            transaction.execute(delete(SessionRow).where(SessionRow.expires_at <= now))
            row = SessionRow(
                token_digest=_digest(token),
                user_id=user.id,
                address=origin.address,
                created_at=now,
                expires_at=now + SESSION_TIME,
            )
            transaction.add(row)
            tenant = transaction.get_one(TenantRow, user.tenant_id)
            actor = _actor(user, origin)
            _record_own(transaction, actor, ActivityAction.SIGNED_IN)
            return SessionGrant(token=token, session=_session(user, tenant, row.expires_at))

    def _record_failure(self, user: UserRow, origin: Origin, *, locked: bool) -> None:
        actions = [ActivityAction.SIGN_IN_FAILED]
        if locked:
            actions.append(ActivityAction.SIGN_IN_LOCKED)
        with self._store.writing() as transaction:
            for action in actions:
                record(
                    transaction,
                    actor=None,
                    tenant_id=user.tenant_id,
                    action=action,
                    object_ref=ObjectRef(id=user.id, name=user.name),
                    address=origin.address,
                    request_id=origin.request_id,
                )

    def _pretend_to_record(self, username: str, origin: Origin) -> None:
        """An unknown user name belongs to no tenant's trail; a write all the same, so that time does not tell."""
        _log.info("sign-in with an unknown user name", extra={"address": origin.address})
        with self._store.writing() as transaction:
            transaction.execute(
                update(SignInFailureRow)
                .where(SignInFailureRow.username == username, SignInFailureRow.address == origin.address)
                .values(at=SignInFailureRow.at)
            )

    def authenticate(self, token: str, origin: Origin) -> SignedIn:
        """Whose session the token is. Raises `SessionNotFound`."""
        if not token or len(token) > TOKEN_MAX_CHARACTERS or not token.isascii():
            raise SessionNotFound
        query = (
            select(UserRow, TenantRow, SessionRow.expires_at)
            .join(SessionRow, SessionRow.user_id == UserRow.id)
            .join(TenantRow, TenantRow.id == UserRow.tenant_id)
            .where(SessionRow.token_digest == _digest(token), SessionRow.expires_at > datetime.now(UTC))
        )
        with self._store.reading() as transaction:
            found = transaction.execute(query).one_or_none()
        if found is None:
            raise SessionNotFound
        user, tenant, expires_at = found
        return SignedIn(actor=_actor(user, origin), session=_session(user, tenant, expires_at))

    def sign_out(self, actor: Actor, token: str) -> None:
        """End this session; nothing happens where it has ended already."""
        with self._store.writing() as transaction:
            ended = transaction.execute(
                delete(SessionRow).where(SessionRow.token_digest == _digest(token)).returning(SessionRow.user_id)
            ).first()
            if ended is not None:
                _record_own(transaction, actor, ActivityAction.SIGNED_OUT)

    def find_users(
        self, actor: Actor, search: str = "", *, limit: int, cursor: str | None = None, offset: int = 0
    ) -> UserPage:
        """A page of the actor's tenant by name, of those whose name or user name contains `search`.

        Raises `CursorInvalid`.
        """
        conditions = _matching(actor.tenant_id, search)
        query = select(UserRow).where(*conditions).order_by(UserRow.name_folded, UserRow.id)
        if cursor is not None:
            query = query.where(tuple_(UserRow.name_folded, UserRow.id) > decode_cursor(cursor, str, str))
        with self._store.reading() as transaction:
            total = transaction.scalar(select(func.count()).select_from(UserRow).where(*conditions)) or 0
            rows = transaction.scalars(query.offset(offset).limit(limit + 1)).all()
        page = rows[:limit]
        more = len(rows) > limit
        return UserPage(
            items=[_user(row) for row in page],
            next_cursor=encode_cursor(page[-1].name_folded, page[-1].id) if more else None,
            total=total,
        )


def _digest(token: str) -> bytes:
    """SHA-256 is enough for 256 random bits: there is nothing to guess, so nothing to slow down."""
    return hashlib.sha256(token.encode("ascii")).digest()


def _matching(tenant_id: str, search: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [UserRow.tenant_id == tenant_id]
    wanted = unicodedata.normalize("NFC", search.strip()).casefold()
    if wanted:
        in_name = UserRow.name_folded.contains(wanted, autoescape=True)
        conditions.append(or_(in_name, UserRow.username.contains(wanted, autoescape=True)))
    return conditions


def _record_own(transaction: Transaction, actor: Actor, action: ActivityAction) -> None:
    subject = ObjectRef(id=actor.user_id, name=actor.name)
    record(transaction, actor=actor, tenant_id=actor.tenant_id, action=action, object_ref=subject)


def _actor(user: UserRow, origin: Origin) -> Actor:
    return Actor(
        user_id=user.id,
        name=user.name,
        tenant_id=user.tenant_id,
        role=Role(user.role),
        address=origin.address,
        request_id=origin.request_id,
    )


def _user(row: UserRow) -> User:
    return User(id=row.id, username=row.username, name=row.name, role=Role(row.role))


def _session(user: UserRow, tenant: TenantRow, expires_at: datetime) -> Session:
    return Session(user=_user(user), tenant=ObjectRef(id=tenant.id, name=tenant.name), expires_at=expires_at)

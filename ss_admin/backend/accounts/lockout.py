"""The lock-out: five wrong passwords in 15 minutes lock an account, from that address, for 15 minutes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from ss_admin.backend.store.tables import SignInFailureRow

__all__ = ["Attempt", "SignInLocked", "admit_attempt", "forget_failures"]

FAILURES_ALLOWED = 5
FAILURE_WINDOW = timedelta(minutes=15)
LOCK_TIME = timedelta(minutes=15)


class SignInLocked(Exception):
    """Too many wrong passwords. `retry_after`: whole seconds until an attempt is let through again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"sign-in is locked for {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Attempt:
    """An attempt that was let through. `is_last`: if its password is wrong, too, the account is locked."""

    is_last: bool


def admit_attempt(session: Session, username: str, address: str, now: datetime) -> Attempt:
    """Let an attempt through or raise `SignInLocked`.

    The attempt is counted as a failure at once, before its password is looked at, so that of many at the same time no
    more than five get through; success takes the count back with `forget_failures`. While the lock holds nothing is
    counted, so it ends when it said it would. Must run in a writing transaction of its own.
    """
    _serialise(session, username, address)
    # What lies further ahead than a lock can reach was noted while the clock was wrong; it would lock until then.
    forgotten = or_(SignInFailureRow.at <= now - FAILURE_WINDOW - LOCK_TIME, SignInFailureRow.at > now + LOCK_TIME)
    session.execute(delete(SignInFailureRow).where(forgotten))
    query = (
        select(SignInFailureRow.at)
        .where(SignInFailureRow.username == username, SignInFailureRow.address == address)
        .order_by(SignInFailureRow.at.desc())
        .limit(FAILURES_ALLOWED)
    )
    failures = list(session.scalars(query))
    if len(failures) == FAILURES_ALLOWED and failures[0] - failures[-1] < FAILURE_WINDOW:
        left = failures[0] + LOCK_TIME - now
        if left > timedelta(0):
            raise SignInLocked(retry_after=-(-left // timedelta(seconds=1)))
    session.add(SignInFailureRow(username=username, address=address, at=now))
    before = failures[: FAILURES_ALLOWED - 1]
    return Attempt(is_last=len(before) == FAILURES_ALLOWED - 1 and now - before[-1] < FAILURE_WINDOW)


def forget_failures(session: Session, username: str, address: str) -> None:
    """The password was right: start counting afresh."""
    session.execute(
        delete(SignInFailureRow).where(SignInFailureRow.username == username, SignInFailureRow.address == address)
    )


def _serialise(session: Session, username: str, address: str) -> None:
    """Let nobody else count for this account and address until the transaction ends."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's writers are alone anyway
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{username}\n{address}", 0))))

"""Password hashes: argon2id, replaced when the cost changes, and never more at once than memory allows."""

import threading
import time

from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import select

from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.accounts.service import AccountsService, Origin
from ss_admin.backend.store.engine import Store
from ss_admin.backend.store.tables import UserRow
from tests.support.backend import PASSWORD, Person, cheap_passwords


def test_hash_is_argon2id_with_the_library_s_parameters_by_default() -> None:
    passwords = Passwords()
    assert passwords.hash(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_only_the_same_password_verifies() -> None:
    passwords = cheap_passwords()
    password_hash = passwords.hash("Grüße, Welt!")
    assert passwords.verify(password_hash, "Gru\u0308ße, Welt!")  # the same letters, composed differently
    assert not passwords.verify(password_hash, "Grüße, welt!")
    assert not passwords.verify(None, "Grüße, Welt!")
    assert not passwords.verify("not a hash", "Grüße, Welt!")


def test_hash_is_renewed_at_sign_in_when_the_parameters_have_changed(
    store: Store, admin: Person, client: FlaskClient
) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    AccountsService(store, dearer).sign_in(admin.username, PASSWORD, Origin("127.0.0.1"))
    with store.reading() as session:
        password_hash = session.scalar(select(UserRow.password_hash).where(UserRow.id == admin.user_id))
    assert password_hash is not None
    assert "m=16,t=2" in password_hash
    assert dearer.verify(password_hash, PASSWORD)
    assert client.get("/api/v1/session", headers=admin.headers).status_code == 200  # renewed, not changed


def test_no_more_hashes_are_made_at_once_than_allowed() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1), hashes_at_once=2)
    lock, running, most = threading.Lock(), 0, 0

    class Watching:
        def hash(self, _password: str) -> str:
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.01)
            with lock:
                running -= 1
            return ""

    passwords._hasher = Watching()  # type: ignore[assignment]
    threads = [threading.Thread(target=passwords.hash, args=("x",)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2

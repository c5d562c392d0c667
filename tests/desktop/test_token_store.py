"""The keyring: only backends that keep secrets are used, and every refusal is told in words without the token."""

import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend

from ss_admin.desktop.token_store import KeyringTokenStore, TokenStoreRefused

TOKEN = "token-of-a-test"


class FileKeyring(KeyringBackend):
    """Stands for a backend that writes secrets into a file for anyone to read."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.error: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._fail()
        if (service, username) not in self.kept:
            raise keyring.errors.PasswordDeleteError("not there")
        del self.kept[service, username]

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class SecretServiceDouble(FileKeyring):
    """Counts as the Secret Service, since backends are told apart by the module they come from."""

    __module__ = "keyring.backends.SecretService"


def test_a_safe_keyring_keeps_gives_and_forgets():
    store = KeyringTokenStore(SecretServiceDouble())
    assert store.state().usable
    assert store.load("https://a", "maria") is None
    store.save("https://a", "maria", TOKEN)
    assert store.load("https://a", "maria") == TOKEN
    assert store.load("https://b", "maria") is None
    store.delete("https://a", "maria")
    store.delete("https://a", "maria")
    assert store.load("https://a", "maria") is None


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring(), keyring.backends.null.Keyring()])
def test_where_there_is_no_keyring_it_says_so(backend: KeyringBackend):
    state = KeyringTokenStore(backend).state()
    assert not state.usable
    assert "no keyring" in state.reason


def test_a_keyring_in_a_plain_file_is_refused():
    backend = FileKeyring()
    store = KeyringTokenStore(backend)
    assert "safely" in store.state().reason
    with pytest.raises(TokenStoreRefused):
        store.save("https://a", "maria", TOKEN)
    assert not backend.kept


def test_in_a_chain_only_the_safe_one_is_used(monkeypatch: pytest.MonkeyPatch):
    unsafe, safe = FileKeyring(), SecretServiceDouble()
    monkeypatch.setattr(ChainerBackend, "backends", [unsafe, safe])
    KeyringTokenStore(ChainerBackend()).save("https://a", "maria", TOKEN)
    assert not unsafe.kept
    assert safe.kept


@pytest.mark.parametrize(
    ("error", "words"),
    [(keyring.errors.KeyringLocked("locked"), "locked"), (OSError(f"pipe broke after {TOKEN}"), "did not answer")],
)
def test_a_refusal_is_told_in_words_without_the_token(error: Exception, words: str):
    backend = SecretServiceDouble()
    backend.error = error
    store = KeyringTokenStore(backend)
    for call in (
        lambda: store.save("https://a", "maria", TOKEN),
        lambda: store.load("https://a", "maria"),
        lambda: store.delete("https://a", "maria"),
    ):
        with pytest.raises(TokenStoreRefused) as refused:
            call()
        assert words in str(refused.value)
        assert TOKEN not in str(refused.value)
        assert refused.value.__cause__ is None

"""The session: sign in, come back with the kept token, sign out, end, and be the same person again."""

import pytest
from pydantic import SecretStr

from ss_admin.client.errors import ClientError, ServerUnreachable, WrongCredentials
from ss_admin.desktop.background import Background
from ss_admin.desktop.session import Credentials, DesktopSession, ServerChoice
from tests.support.desktop_session import TOKEN, MemoryKeyring, grant_document, session_document
from tests.support.scripted_server import ScriptedServer, http_answer, json_answer, problem_answer

PASSWORD = "correct horse battery"


class Heard:
    """Counts the signals of a session."""

    def __init__(self, session: DesktopSession) -> None:
        self.names: list[str] = []
        self.refusals: list[str] = []
        for name in ("signed_in", "resumed", "signed_out", "ended"):
            getattr(session, name).connect(lambda name=name: self.names.append(name))
        session.token_not_kept.connect(self.refusals.append)


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def session(background: Background, keyring: MemoryKeyring) -> DesktopSession:
    return DesktopSession(background, keyring)


def credentials(server: ScriptedServer, *, stay: bool = False) -> Credentials:
    return Credentials(ServerChoice(server.url), "maria.keller", SecretStr(PASSWORD), stay)


def sign_in(session: DesktopSession, background: Background, given: Credentials) -> list[ClientError]:
    errors: list[ClientError] = []
    session.sign_in(given, done=lambda: None, failed=errors.append)
    assert background.wait_idle()
    return errors


def test_after_signing_in_the_connection_carries_the_token(session, background, keyring):
    heard = Heard(session)
    with ScriptedServer([json_answer(200, grant_document())]) as server:
        assert sign_in(session, background, credentials(server)) == []
    assert heard.names == ["signed_in"]
    assert session.session.user.name == "Maria Keller"
    assert session.connection.token == TOKEN
    assert keyring.tokens == {}


def test_a_wrong_password_leaves_nobody_signed_in(session, background):
    heard = Heard(session)
    with ScriptedServer([problem_answer(401, "wrong_credentials")]) as server:
        errors = sign_in(session, background, credentials(server))
    assert [type(error) for error in errors] == [WrongCredentials]
    assert heard.names == []
    assert session.session is None


def test_staying_signed_in_keeps_the_token_in_the_keyring(session, background, keyring):
    with ScriptedServer([json_answer(200, grant_document())]) as server:
        sign_in(session, background, credentials(server, stay=True))
        assert background.wait_idle()
        assert keyring.tokens == {(server.url, "maria.keller"): TOKEN}


def test_a_keyring_that_refuses_is_told_and_the_sign_in_stands(session, background, keyring):
    heard = Heard(session)
    keyring.refusal = "The keyring is locked."
    with ScriptedServer([json_answer(200, grant_document())]) as server:
        sign_in(session, background, credentials(server, stay=True))
        assert background.wait_idle()
    assert heard.names == ["signed_in"]
    assert heard.refusals == ["The keyring is locked."]


def test_a_kept_token_opens_the_app_without_asking(session, background, keyring):
    heard = Heard(session)
    with ScriptedServer([json_answer(200, session_document())]) as server:
        keyring.tokens[server.url, "maria.keller"] = TOKEN
        session.come_back(ServerChoice(server.url), "maria.keller", absent=pytest.fail, failed=pytest.fail)
        assert background.wait_idle()
        assert server.received[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert heard.names == ["signed_in"]


def test_a_kept_token_that_is_over_is_thrown_away(session, background, keyring):
    absent = []
    with ScriptedServer([problem_answer(401, "session_required")]) as server:
        keyring.tokens[server.url, "maria.keller"] = TOKEN
        session.come_back(ServerChoice(server.url), "maria.keller", absent=lambda: absent.append(1), failed=pytest.fail)
        assert background.wait_idle()
    assert absent == [1]
    assert keyring.tokens == {}


def test_a_kept_token_outlives_a_server_that_is_away(session, background, keyring):
    errors = []
    with ScriptedServer([b""]) as server:
        keyring.tokens[server.url, "maria.keller"] = TOKEN
        session.come_back(ServerChoice(server.url), "maria.keller", absent=pytest.fail, failed=errors.append)
        assert background.wait_idle()
    assert isinstance(errors[0], ServerUnreachable)
    assert list(keyring.tokens.values()) == [TOKEN]


def test_signing_out_tells_the_server_and_the_keyring(session, background, keyring):
    heard = Heard(session)
    with ScriptedServer([json_answer(200, grant_document()), http_answer(204)]) as server:
        sign_in(session, background, credentials(server, stay=True))
        assert background.wait_idle()
        session.sign_out()
        assert session.connection is None
        assert background.wait_idle()
        assert (server.received[-1].method, server.received[-1].target) == ("DELETE", "/api/v1/session")
    assert heard.names == ["signed_in", "signed_out"]
    assert keyring.tokens == {}


def test_the_end_of_a_session_is_told_once_and_its_token_forgotten(session, background, keyring):
    heard = Heard(session)
    with ScriptedServer([json_answer(200, grant_document())]) as server:
        sign_in(session, background, credentials(server, stay=True))
        assert background.wait_idle()
        session.end()
        session.end()
        assert background.wait_idle()
    assert heard.names == ["signed_in", "ended"]
    assert keyring.tokens == {}
    assert session.has_ended


def test_the_same_person_goes_on_over_the_same_connection(session, background):
    heard = Heard(session)
    replies = [json_answer(200, grant_document()), json_answer(200, grant_document(token=TOKEN[::-1]))]
    with ScriptedServer(replies) as server:
        sign_in(session, background, credentials(server))
        connection = session.connection
        session.end()
        sign_in(session, background, credentials(server))
    assert heard.names == ["signed_in", "ended", "resumed"]
    assert session.connection is connection
    assert connection.token == TOKEN[::-1]
    assert not session.has_ended


def test_another_person_starts_anew(session, background):
    heard = Heard(session)
    replies = [json_answer(200, grant_document()), json_answer(200, grant_document(name="Jonas Lindqvist"))]
    with ScriptedServer(replies) as server:
        sign_in(session, background, credentials(server))
        connection = session.connection
        session.end()
        sign_in(session, background, credentials(server))
    assert heard.names == ["signed_in", "ended", "signed_in"]
    assert session.connection is not connection


def test_the_password_shows_in_no_repr(session):
    given = Credentials(ServerChoice("https://a"), "maria.keller", SecretStr(PASSWORD))
    assert PASSWORD not in repr(given)

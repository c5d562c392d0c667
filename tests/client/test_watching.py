"""A key's use, why calls are refused, and keys as files: asked of the real app through the client."""

import logging

import pytest
import requests
from icalendar import Calendar
from pydantic import SecretStr

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.errors import NotFound, ServerUnreachable, UnexpectedAnswer
from ss_admin.client.refusals import RefusalsClient
from ss_admin.client.usage import UsageClient
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyStatus, NewApiKey
from ss_admin.contract.refusals import RefusalQuestion
from ss_admin.contract.usage import UsageSpan
from tests.support.scripted_server import ScriptedServer, http_answer
from tests.support.watching import eventually


@pytest.fixture
def created(connection, person):
    order = NewApiKey(name="=Alarm, 1", user_id=person.user.id, expires_in_days=30)
    return ApiKeysClient(connection).create(order)


def test_a_keys_use_and_addresses_are_there_before_it_was_ever_used(connection, created):
    usage = UsageClient(connection)
    for span, buckets in ((UsageSpan.DAY, 48), (UsageSpan.WEEK, 56), (UsageSpan.MONTH, 60)):
        found = usage.usage(created.api_key.id, span)
        assert (found.span, len(found.buckets), found.calls_by_code) == (span, buckets, {})
    assert usage.addresses(created.api_key.id).items == []
    for ask in (usage.usage, usage.addresses):
        with pytest.raises(NotFound):
            ask("nothing/../here")


def test_a_refused_call_is_explained_by_its_id_and_a_pasted_key_by_itself(server, connection, created, caplog):
    caplog.set_level(logging.DEBUG)
    refusals = RefusalsClient(connection)
    answer = requests.post(
        f"{server.url}/rulechains/nothing/execute", headers={"x-api-key": created.secret}, timeout=20
    )
    assert answer.status_code == 404
    by_id = RefusalQuestion(request_id=answer.headers["X-Request-Id"])
    eventually(lambda: refusals.explain(by_id).refusals)
    [call] = refusals.explain(by_id).refusals
    assert (call.code, call.api_key.id) == ("rulechain_not_found", created.api_key.id)
    assert UsageClient(connection).usage(created.api_key.id).buckets[-1].refused == 1
    assert UsageClient(connection).addresses(created.api_key.id).items[0].address == "127.0.0.1"
    question = RefusalQuestion(api_key=SecretStr(f" Bearer {created.secret}\n"))
    assert created.secret not in repr(question)
    found = refusals.explain(question)
    assert found.refusals == [call]
    assert (found.finding.api_key.id, found.finding.api_key.state) == (created.api_key.id, ApiKeyStatus.ACTIVE)
    nothing = refusals.explain(RefusalQuestion(request_id="no such id"))
    assert (nothing.finding, nothing.refusals) == (None, [])
    assert nothing.note
    assert refusals.explain(RefusalQuestion(api_key=SecretStr(new_api_key()))).finding.api_key is None
    assert created.secret not in caplog.text


def test_keys_come_as_files(connection, created):
    keys = ApiKeysClient(connection)
    inventory = keys.inventory()
    assert inventory.startswith(b"\xef\xbb\xbfName,")
    assert b'"\'=Alarm, 1"' in inventory
    [event] = Calendar.from_ical(keys.expiries()).events
    assert event["SUMMARY"] == "API key “=Alarm, 1” expires"
    assert created.secret.encode() not in inventory


def test_what_is_not_the_file_that_was_asked_for_is_no_file():
    with ScriptedServer([http_answer(200, b"<html>", "text/html"), http_answer(200, b"", "text/csv")]) as server:
        keys = ApiKeysClient(Connection(server.url))
        with pytest.raises(UnexpectedAnswer, match="text/html came where text/csv was expected"):
            keys.inventory()
        with pytest.raises(UnexpectedAnswer):
            keys.expiries()


def test_a_question_whose_answer_never_came_may_be_asked_again():
    with ScriptedServer([b""]) as server, pytest.raises(ServerUnreachable):
        RefusalsClient(Connection(server.url)).explain(RefusalQuestion(request_id="x"))

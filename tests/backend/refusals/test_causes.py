"""Each kind of refusal, made by a real call, is explained by its exact cause: who, when, which places, what instead."""

from datetime import UTC, datetime, timedelta

import pytest

from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.service import RuleChainsService
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions, RateLimit
from ss_admin.contract.rule_chains import RuleChainChange
from tests.support.backend import PEPPER


@pytest.fixture
def chain_id(partner):
    return partner.chain()


@pytest.fixture
def key(partner):
    return partner.key()


@pytest.fixture
def chains(partner):
    runners = ApartRunners()
    yield RuleChainsService(partner.store, PEPPER.encode(), runners, execution_days=30)
    runners.close()


def test_disabled_says_who_did_it_and_when_and_whether_it_works_again(partner, chain_id, key, why):
    partner.disable(key)
    call = partner.call(chain_id, key.secret)
    refusal = why(call, 401)
    today = datetime.now(UTC)
    assert refusal.cause.startswith(f"The key “Building Alarm” was disabled on {today.day} {today:%b %Y}, ")
    assert refusal.cause.endswith("by Ada Admin.")
    assert (refusal.api_key.id, refusal.api_key.state, refusal.rulechain.id) == (key.api_key.id, "disabled", chain_id)
    partner.change(key, status=ApiKeyStatus.ACTIVE)
    refusal = why(call, 401)
    assert "By now it works again: it was enabled on" in refusal.cause
    assert "repeat the call" in refusal.advice
    partner.delete(key)
    refusal = why(call, 401)
    assert "was disabled on" in refusal.cause
    assert "By now it is deleted: The key “Building Alarm” was deleted on" in refusal.cause
    assert refusal.api_key.state == "deleted"


def test_deleted_says_who_did_it_and_when(partner, chain_id, key, why):
    partner.delete(key)
    refusal = why(partner.call(chain_id, key.secret), 401)
    assert refusal.cause.startswith("The key “Building Alarm” was deleted on ")
    assert refusal.cause.endswith(" by Ada Admin.")
    assert refusal.api_key.state == "deleted"


def test_expired_says_when_and_that_it_was_renewed_since(partner, chain_id, key, why):
    partner.expire_at(key, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    call = partner.call(chain_id, key.secret)
    refusal = why(call, 401)
    assert (
        refusal.cause == "The key “Building Alarm” expired on 2 Jan 2026, 03:04:05 UTC, and the call came after that."
    )
    assert refusal.api_key.state == "expired"
    partner.change(key, expires_at=datetime.now(UTC) + timedelta(days=3))
    refusal = why(call, 401)
    assert "expired on 2 Jan 2026" in refusal.cause
    assert "that was changed by Ada Admin" in refusal.cause


def test_limited_says_which_limit_and_when_the_next_call_was_possible(partner, chain_id, why):
    key = partner.key(rate_limit=RateLimit(max_requests=2, window_seconds=3600))
    calls = [partner.call(chain_id, key.secret) for _ in range(4)]
    refusal = why(calls[-1], 429)
    assert "may call 2 times in 3,600 s, and all 2 admissions were used in that window" in refusal.cause
    wait = int(calls[-1].headers["Retry-After"])
    again = refusal.at + timedelta(seconds=wait)
    assert f"{again:%H:%M:%S} UTC, {wait:,} s later" in refusal.cause
    assert "2 calls were admitted and 2 refused for this reason" in refusal.cause
    partner.change(key, rate_limit=RateLimit(max_requests=50, window_seconds=60))
    assert "By now the key has a limit of 50 times in 60 s." in why(calls[-1], 429).cause


def test_what_the_key_may_not_do_is_told_as_it_was_then(partner, chain_id, why):
    other = partner.chain(name="Lift Watch")
    narrowed = partner.key(permissions=Permissions(rulechains=[other]))
    call = partner.call(chain_id, narrowed.secret)
    partner.change(narrowed, permissions=Permissions(rulechains=[chain_id]))
    refusal = why(call, 403)
    assert "may call certain rule chains only: “Lift Watch”. The rule chain “Building Alarm” is not" in refusal.cause
    assert refusal.cause.endswith("by Ada Admin.")
    assert "That was changed since, on " in refusal.cause
    reader = partner.key(permissions=Permissions(entities=[Entity.READ]))
    assert "had only: read." in why(partner.call(chain_id, reader.secret), 403).cause
    away = partner.key(allowed_addresses=["203.0.113.0/24", "2001:db8::1"])
    cause = why(partner.call(chain_id, away.secret), 403).cause
    assert "certain addresses only: 203.0.113.0/24, 2001:db8::1/128. The call came from 127.0.0.1." in cause


def test_chains_that_are_off_gone_or_never_were(partner, chain_id, key, chains, why):
    actor = partner.admin.actor
    chains.change(actor, chain_id, RuleChainChange(is_external=False), endpoint_base="")
    partner.wait_until_seen()
    call = partner.call(chain_id, key.secret)
    refusal = why(call, 403)
    assert "“Building Alarm” had “Is External” off when the call came: switched off on" in refusal.cause
    assert refusal.cause.endswith(" by Ada Admin.")
    chains.change(actor, chain_id, RuleChainChange(is_external=True, enabled=False), endpoint_base="")
    partner.wait_until_seen()
    assert "It is on by now, since " in why(call, 403).cause
    assert "was disabled when the call came: switched off on" in why(partner.call(chain_id, key.secret), 403).cause
    chains.delete(actor, chain_id)
    partner.wait_until_seen()
    refusal = why(partner.call(chain_id, key.secret), 404)
    assert refusal.cause.startswith("The rule chain “Building Alarm” was deleted on ")
    assert refusal.rulechain.name == "Building Alarm"
    refusal = why(partner.call("nothing-here", key.secret), 404)
    assert refusal.cause == "There is no rule chain with the id nothing-here in this tenant, and there never was."
    assert refusal.rulechain is None
    assert "has not an id's form" in why(partner.call("%C3%A4", key.secret), 404).cause


def test_what_was_sent_is_told_with_the_places_of_its_faults(partner, chain_id, key, why):
    refusal = why(partner.call(chain_id, key.secret, b'{"facility": 5}'), 422)
    assert "did not match the input schema of the rule chain “Building Alarm”" in refusal.cause
    assert "\n/" in refusal.cause
    refusal = why(partner.call(chain_id, key.secret, b"{"), 400)
    assert refusal.cause.startswith("The key was right, the request was not. ")
    assert "Content-Type" in why(partner.call(chain_id, key.secret, content_type="text/plain"), 415).cause
    assert "POST" in why(partner.call(chain_id, key.secret, method="GET"), 405).cause


def test_calls_without_a_key_that_can_be_told(partner, chain_id, why):
    secret = new_api_key()
    assert "no x-api-key header, so it is not known" in why(partner.call(chain_id, None), 401).cause
    inside = partner.call(chain_id, None, headers={"Authorization": f"Bearer {secret}"})
    assert "its key came in the header Authorization" in why(inside, 401).cause
    assert "its key came in the URL" in why(partner.call(chain_id, None, query=f"?key={secret}"), 401).cause
    refusal = why(partner.call(chain_id, f"Bearer {secret}"), 401)
    assert "cannot be an API key of anybody. The key has a prefix such as “Bearer”." in refusal.cause
    refusal = why(partner.call(chain_id, secret), 401)
    assert "it was not mistyped" in refusal.cause
    assert refusal.api_key is None
    assert refusal.rulechain.id == chain_id


def test_calls_that_were_admitted_are_told_as_such(partner, chain_id, key, ask, why):
    answer = partner.call(chain_id, key.secret)
    assert answer.status_code == 200
    [call] = ask(request_id=answer.headers["X-Request-Id"]).refusals
    assert (call.status, call.code, call.api_key.id, call.rulechain.id) == (200, "succeeded", key.api_key.id, chain_id)
    assert answer.json["execution_id"] in call.cause
    definition = {
        "nodes": [
            {
                "id": "i",
                "name": "Request",
                "type": "inputNode",
                "position": {"x": 0, "y": 0},
                "content": {"schema": ""},
            },
            {
                "id": "e",
                "name": "Fail",
                "type": "expressionNode",
                "position": {"x": 0, "y": 0},
                "content": {"expressions": [{"id": "x", "key": "x", "value": "number('no number')"}]},
            },
        ],
        "edges": [{"id": "1", "type": "edge", "sourceId": "i", "targetId": "e"}],
    }
    failing = partner.chain(name="Failing", definition=definition, input_schema={"type": "object"})
    failed = partner.call(failing, key.secret)
    refusal = why(failed, 500)
    assert refusal.code == "rulechain_failed"
    assert refusal.cause.startswith("The call was admitted; the rule chain “Failing” itself failed at its node “e”: ")
    assert failed.json["execution_id"] in refusal.cause

"""The partner's table, row by row and in its order."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import Entity, Permissions, RateLimit
from tests.support.article import CURL_BODY, SAMPLE_KEY
from tests.support.partner import Partner, plant_chain

CHALLENGE = 'ApiKey realm="signalsync", header="x-api-key"'
READ_ONLY = Permissions(entities=[Entity.READ])
LIMIT = RateLimit(max_requests=3, window_seconds=60)


def assert_problem(answer: TestResponse, status: int, code: str, *told: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["type"] == f"urn:signalsync:problem:{code}"
    assert (document["status"], document["code"]) == (status, code)
    assert document["title"]
    assert document["request_id"] == answer.headers["X-Request-Id"]
    for part in told:
        assert part in document["detail"]
    assert (answer.headers.get("WWW-Authenticate") == CHALLENGE) == (status == 401)
    assert answer.headers["Cache-Control"] == "no-store"
    return document


class TestSucceeded:
    def test_the_articles_payload_is_answered_with_the_result(self, partner: Partner) -> None:
        chain = partner.chain()
        answer = partner.call(chain, partner.key().secret)
        assert answer.status_code == 200
        assert answer.mimetype == "application/json"
        document = answer.get_json()
        assert set(document) == {"execution_id", "rulechain_id", "status", "result", "duration_ms"}
        assert (document["rulechain_id"], document["status"]) == (chain, "succeeded")
        assert uuid.UUID(document["execution_id"])
        assert document["duration_ms"] >= 0
        assert document["result"]["work_order"]["priority"] == "Routine"
        assert uuid.UUID(answer.headers["X-Request-Id"])

    def test_the_articles_curl_payload_is_answered_too(self, partner: Partner) -> None:
        assert partner.call(partner.chain(), partner.key().secret, CURL_BODY).status_code == 200

    def test_every_call_has_ids_of_its_own(self, partner: Partner) -> None:
        chain, secret = partner.chain(), partner.key().secret
        answers = [partner.call(chain, secret) for _ in range(3)]
        assert len({answer.get_json()["execution_id"] for answer in answers}) == 3
        assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3

    @pytest.mark.parametrize(
        "content_type",
        ["application/json", "application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"', "application/json;",
         "application/vnd.partner+json"],
    )  # fmt: skip
    def test_each_spelling_of_json_is_accepted(self, partner: Partner, content_type: str) -> None:
        answer = partner.call(partner.chain(), partner.key().secret, content_type=content_type)
        assert answer.status_code == 200

    def test_a_key_with_write_alone_may_call(self, partner: Partner) -> None:
        key = partner.key(permissions=Permissions(entities=[Entity.WRITE]))
        assert partner.call(partner.chain(), key.secret).status_code == 200


class TestNotAuthenticated:
    def test_missing(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(), None)
        assert_problem(answer, 401, "missing_api_key", "in the header x-api-key")

    @pytest.mark.parametrize("prefix", ["Bearer ", "", "ApiKey "])
    def test_key_in_the_authorization_header(self, partner: Partner, prefix: str) -> None:
        headers = {"Authorization": prefix + partner.key().secret}
        answer = partner.call(partner.chain(), None, headers=headers)
        assert_problem(answer, 401, "missing_api_key", "Authorization header", "x-api-key", "without a prefix")

    def test_another_authorization_is_not_taken_for_a_key(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(), None, headers={"Authorization": "Basic a2ltOmtpbQ=="})
        assert_problem(answer, 401, "missing_api_key", "in the header x-api-key", "is not looked at")

    @pytest.mark.parametrize("name", ["x-api-key", "X-API-Key", "api_key", "key"])
    def test_key_in_the_url(self, partner: Partner, name: str) -> None:
        answer = partner.call(partner.chain(), None, query=f"?{name}={partner.key().secret}")
        assert_problem(answer, 401, "missing_api_key", "came in the URL", "replaced")

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("", "empty"),
            ("Bearer {}", "prefix such as “Bearer”"),
            ("bearer {}", "prefix"),
            ("API {}", "prefix"),
            ("{} {}", "spaces or line breaks"),
            ("ss_ {}", "spaces or line breaks"),
            ("{}\\n", "too long"),
            ("{}%0A", "too long"),
            ('"{}"', "starts with “ss_”"),
            ("{},{}", "Several x-api-key headers"),
            ("ss_abc", "too short"),
            ("ss_" + "!" * 39, "contains a character"),
            (SAMPLE_KEY, "check digits"),
        ],
    )
    def test_malformed_says_what_is_wrong(self, partner: Partner, text: str, told: str) -> None:
        secret = partner.key().secret
        answer = partner.call(partner.chain(), text.replace("{}", secret))
        assert_problem(answer, 401, "malformed_api_key", told)
        assert secret not in answer.text

    def test_truncated(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(), partner.key().secret[:-1])
        assert_problem(answer, 401, "malformed_api_key", "too short", "copied whole")

    def test_one_wrong_character(self, partner: Partner) -> None:
        secret = partner.key().secret
        wrong = secret[:10] + ("a" if secret[10] != "a" else "b") + secret[11:]
        assert_problem(partner.call(partner.chain(), wrong), 401, "malformed_api_key", "check digits")

    def test_unknown(self, partner: Partner) -> None:
        assert_problem(partner.call(partner.chain(), new_api_key()), 401, "invalid_api_key", "not known")

    def test_deleted_answers_as_unknown(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        assert partner.call(chain, key.secret).status_code == 200
        partner.delete(key)
        deleted = assert_problem(partner.call(chain, key.secret), 401, "invalid_api_key")
        unknown = assert_problem(partner.call(chain, new_api_key()), 401, "invalid_api_key")
        assert deleted | {"request_id": ""} == unknown | {"request_id": ""}

    def test_disabled_on_the_very_next_call_and_back(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        for _ in range(3):
            assert partner.call(chain, key.secret).status_code == 200
            partner.disable(key)
            assert_problem(partner.call(chain, key.secret), 401, "disabled_api_key", "disabled")
            partner.change(key, status="active")
        assert partner.call(chain, key.secret).status_code == 200

    def test_expired_at_the_very_instant(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        end = datetime(2030, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
        partner.expire_at(key, end)
        with time_machine.travel(end - timedelta(microseconds=1), tick=False) as clock:
            assert partner.call(chain, key.secret).status_code == 200
            clock.move_to(end)
            answer = partner.call(chain, key.secret)
            assert_problem(answer, 401, "expired_api_key", "expired at 2030-05-01T12:00:00Z")
            clock.move_to(end - timedelta(seconds=5))  # the wall clock is set back: expiry follows it
            assert partner.call(chain, key.secret).status_code == 200

    def test_disabled_comes_before_expired(self, partner: Partner) -> None:
        key = partner.key()
        partner.disable(key)
        partner.expire_at(key, datetime(2020, 1, 1, tzinfo=UTC))
        assert_problem(partner.call(partner.chain(), key.secret), 401, "disabled_api_key")

    def test_an_extended_key_works_again(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        partner.expire_at(key, datetime.now(UTC) - timedelta(seconds=1))
        assert_problem(partner.call(chain, key.secret), 401, "expired_api_key")
        partner.change(key, expires_in_days=1)
        assert partner.call(chain, key.secret).status_code == 200


class TestLimited:
    def test_headers_count_down_and_429_says_when(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(rate_limit=LIMIT)
        for remaining in (2, 1, 0):
            answer = partner.call(chain, key.secret)
            assert answer.status_code == 200
            assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=60'
            assert answer.headers["RateLimit"] == f'"default";r={remaining};t=60'
            assert answer.headers["X-RateLimit-Limit"] == "3"
            assert answer.headers["X-RateLimit-Remaining"] == str(remaining)
            assert answer.headers["X-RateLimit-Reset"] == "60"
            assert "Retry-After" not in answer.headers
        answer = partner.call(chain, key.secret)
        assert_problem(answer, 429, "rate_limited", "3 times in 60 s", "again in 60 s")
        assert answer.headers["Retry-After"] == "60"
        assert answer.headers["RateLimit"] == '"default";r=0;t=60'

    def test_an_unlimited_key_is_never_refused_and_gets_no_headers(self, partner: Partner) -> None:
        chain, key = partner.chain("plain-acknowledge"), partner.key()
        answers = [partner.call(chain, key.secret, b"{}") for _ in range(30)]
        assert {answer.status_code for answer in answers} == {200}
        assert not [name for name, _ in answers[-1].headers if "ratelimit" in name.lower()]

    def test_a_lowered_limit_counts_at_once_in_a_fresh_window(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(rate_limit=RateLimit(max_requests=100, window_seconds=60))
        for _ in range(5):
            partner.call(chain, key.secret)
        partner.change(key, rate_limit=LIMIT)
        assert [partner.call(chain, key.secret).status_code for _ in range(4)] == [200, 200, 200, 429]

    def test_disabling_and_enabling_does_not_refill_the_window(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(rate_limit=LIMIT)
        for _ in range(3):
            partner.call(chain, key.secret)
        partner.disable(key)
        partner.change(key, status="active", name="Renamed")
        assert partner.call(chain, key.secret).status_code == 429

    def test_a_call_that_fails_a_later_check_counts_and_is_told_the_limit(self, partner: Partner) -> None:
        key = partner.key(rate_limit=LIMIT)
        chain = partner.chain(is_external=False)
        answer = partner.call(chain, key.secret)
        assert_problem(answer, 403, "rulechain_not_external")
        assert answer.headers["X-RateLimit-Remaining"] == "2"

    def test_a_key_that_is_off_is_told_its_limit_under_which_such_calls_do_not_count(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(rate_limit=LIMIT)
        partner.call(chain, key.secret)
        partner.disable(key)
        for _ in range(4):
            answer = partner.call(chain, key.secret)
            assert_problem(answer, 401, "disabled_api_key")
            assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=60'
            assert answer.headers["RateLimit"] == '"default";r=2;t=60'
            assert answer.headers["X-RateLimit-Limit"] == "3"
            assert answer.headers["X-RateLimit-Remaining"] == "2"
            assert answer.headers["X-RateLimit-Reset"] == "60"

    def test_an_expired_key_is_told_its_limit(self, partner: Partner) -> None:
        key = partner.key(rate_limit=LIMIT)
        partner.expire_at(key, datetime.now(UTC) - timedelta(days=1))
        answer = partner.call(partner.chain(), key.secret)
        assert_problem(answer, 401, "expired_api_key")
        assert answer.headers["RateLimit"] == '"default";r=3;t=60'

    def test_a_deleted_key_is_told_nothing_of_its_limit(self, partner: Partner) -> None:
        key = partner.key(rate_limit=LIMIT)
        partner.delete(key)
        answer = partner.call(partner.chain(), key.secret)
        assert_problem(answer, 401, "invalid_api_key")
        assert not [name for name, _ in answer.headers if "ratelimit" in name.lower()]


class TestRefused:
    def test_a_key_without_write(self, partner: Partner) -> None:
        key = partner.key(permissions=READ_ONLY)
        assert_problem(partner.call(partner.chain(), key.secret), 403, "permission_denied", "write")

    @pytest.mark.parametrize("rulechain_id", ["unknown", str(uuid.UUID(int=1)), "a" * 300, "%00", "%ff", "a%0ab", ""])
    def test_no_such_chain(self, partner: Partner, rulechain_id: str) -> None:
        answer = partner.call(rulechain_id, partner.key().secret)
        assert_problem(answer, 404, "rulechain_not_found", "Compare the URL")

    def test_another_tenants_chain_answers_the_same(self, partner: Partner) -> None:
        theirs = plant_chain(partner.store, partner.other_tenant)
        secret = partner.key().secret
        foreign = assert_problem(partner.call(theirs, secret), 404, "rulechain_not_found")
        unknown = assert_problem(partner.call(str(uuid.uuid4()), secret), 404, "rulechain_not_found")
        assert foreign | {"request_id": ""} == unknown | {"request_id": ""}

    def test_chain_not_external(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(is_external=False), partner.key().secret)
        assert_problem(answer, 403, "rulechain_not_external", "Is External")

    def test_chain_disabled(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(enabled=False), partner.key().secret)
        assert_problem(answer, 403, "rulechain_disabled", "disabled")

    def test_a_chain_switched_off_is_refused_on_the_next_call(self, partner: Partner) -> None:
        chain, secret = partner.chain(), partner.key().secret
        assert partner.call(chain, secret).status_code == 200
        partner.change_chain(chain, enabled=False)
        assert_problem(partner.call(chain, secret), 403, "rulechain_disabled")
        partner.change_chain(chain, enabled=True, is_external=False)
        assert_problem(partner.call(chain, secret), 403, "rulechain_not_external")

    def test_a_saved_chain_runs_in_its_new_version_on_the_next_call(self, partner: Partner) -> None:
        chain, secret = partner.chain(), partner.key().secret
        assert partner.call(chain, secret).status_code == 200
        partner.change_chain(chain, input_schema={"required": ["other"]})
        assert_problem(partner.call(chain, secret), 422, "payload_mismatch")

    @pytest.mark.parametrize(
        ("content_type", "told"),
        [
            (None, "no Content-Type was sent"),
            ("text/plain", "“text/plain” was sent"),
            ("application/x-www-form-urlencoded", "application/json"),
            ("application/json; charset=latin-1", "UTF-8"),
            ("application/json; boundary=x", "charset=utf-8"),
            ("application/+json", "application/json"),
        ],
    )
    def test_other_media_types(self, partner: Partner, content_type: str | None, told: str) -> None:
        answer = partner.call(partner.chain(), partner.key().secret, content_type=content_type)
        assert_problem(answer, 415, "unsupported_media_type", told)

    def test_a_compressed_body(self, partner: Partner) -> None:
        answer = partner.call(partner.chain(), partner.key().secret, headers={"Content-Encoding": "gzip"})
        assert_problem(answer, 415, "unsupported_media_type", "Content-Encoding")

    def test_too_large(self, partner: Partner) -> None:
        key, chain = partner.key(), partner.chain("plain-acknowledge")
        room = 1024 * 1024 - len(b'{"a":""}')
        assert partner.call(chain, key.secret, b'{"a":"' + b"x" * room + b'"}').status_code == 200
        answer = partner.call(chain, key.secret, b'{"a":"' + b"x" * (room + 1) + b'"}')
        assert_problem(answer, 413, "payload_too_large", "1,048,576 bytes")

    @pytest.mark.parametrize(
        ("body", "told"),
        [
            (b"", "empty"), (b"{", "line 1, column 2"), (b"[]", "an array"), (b'{"a":1,"a":2}', "more than once"),
            (b'{"a":NaN}', "NaN"), (b'{"a":' * 65 + b"1" + b"}" * 65, "deeper than 64"), (b'{"a":"\xff"}', "UTF-8"),
            (b'{"a":"\\ud800"}', "surrogate"), (b'{"a":1' + b"0" * 400 + b"}", "too large"),
        ],
    )  # fmt: skip
    def test_invalid_json(self, partner: Partner, body: bytes, told: str) -> None:
        answer = partner.call(partner.chain("plain-acknowledge"), partner.key().secret, body)
        assert_problem(answer, 400, "invalid_json", told)

    def test_payload_mismatch_lists_every_fault(self, partner: Partner) -> None:
        body = b'{"_building":{"label":"","value":"x"},"_priority":"?","_problem_type":{"label":"A"},"_more":1}'
        document = assert_problem(
            partner.call(partner.chain(), partner.key().secret, body), 422, "payload_mismatch", "6 faults"
        )
        assert sorted(fault["pointer"] for fault in document["errors"]) == [
            "/_building/label", "/_building/value", "/_description", "/_more", "/_priority", "/_problem_type/value",
        ]  # fmt: skip
        assert all(fault["detail"] for fault in document["errors"])

    @pytest.mark.parametrize("definition", [{}, {"nodes": [], "edges": []}])
    def test_a_chain_that_fails_is_told_with_its_execution_and_nothing_of_its_insides(
        self, partner: Partner, definition: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        answer = partner.call(partner.chain(definition=definition), partner.key().secret)
        document = assert_problem(answer, 500, "rulechain_failed", "The rule chain itself failed")
        [record] = [record for record in caplog.records if record.message.startswith("a rule chain failed")]
        assert record.execution_id == document["execution_id"]  # type: ignore[attr-defined]
        assert "nodes" not in answer.text
        assert "Graph" not in answer.text

    @pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
    def test_other_methods(self, partner: Partner, method: str) -> None:
        answer = partner.call(partner.chain(), partner.key().secret, method=method)
        assert answer.headers["Allow"] == "POST"
        assert answer.headers["X-Request-Id"]
        if method == "HEAD":
            assert (answer.status_code, answer.data) == (405, b"")
        else:
            assert_problem(answer, 405, "method_not_allowed", "POST")


STEPS: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("missing_api_key", lambda call: call.update(secret=None)),
    ("malformed_api_key", lambda call: call.update(secret="ss_short")),
    ("invalid_api_key", lambda call: call.update(secret=new_api_key())),
    ("disabled_api_key", lambda call: call.update(disabled=True)),
    ("expired_api_key", lambda call: call.update(expired=True)),
    ("rate_limited", lambda call: call.update(exhausted=True)),
    ("permission_denied", lambda call: call.update(read_only=True)),
    ("rulechain_not_found", lambda call: call.update(chain="nowhere")),
    ("rulechain_not_external", lambda call: call.update(chain_values={"is_external": False, "enabled": False})),
    ("rulechain_disabled", lambda call: call.update(chain_values={"enabled": False})),
    ("unsupported_media_type", lambda call: call.update(content_type="text/plain")),
    ("payload_too_large", lambda call: call.update(body=b"[" * 1_100_000)),
    ("invalid_json", lambda call: call.update(body=b"[]")),
    ("payload_mismatch", lambda call: call.update(body=b"{}")),
]


@pytest.mark.parametrize(("first", "second"), list(itertools.pairwise(range(len(STEPS)))), ids=lambda i: STEPS[i][0])
def test_of_two_faults_the_one_that_stands_first_in_the_table_is_told(
    partner: Partner, first: int, second: int
) -> None:
    plan: dict[str, Any] = {"secret": "", "content_type": "application/json", "body": b"{}", "chain": None}
    STEPS[second][1](plan)
    STEPS[first][1](plan)
    key = partner.key(
        rate_limit=RateLimit(max_requests=1, window_seconds=600),
        permissions=READ_ONLY if plan.get("read_only") else Permissions(),
    )
    chain = plan["chain"] or partner.chain(**plan.get("chain_values", {}))
    if plan.get("exhausted"):
        partner.call("nowhere", key.secret)
    if plan.get("disabled"):
        partner.disable(key)
    if plan.get("expired"):
        partner.expire_at(key, datetime(2020, 1, 1, tzinfo=UTC))
    secret = key.secret if plan["secret"] == "" else plan["secret"]
    answer = partner.call(chain, secret, plan["body"], content_type=plan["content_type"])
    assert answer.get_json(force=True)["code"] == STEPS[first][0]

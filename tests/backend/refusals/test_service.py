"""Who is told what: nothing of other tenants, nothing that is too old; and what a pasted key is."""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from ss_admin.backend.ids import TimeOrderedIds
from ss_admin.backend.store.tables import ApiKeyRow, RefusalRow
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import NewApiKey
from tests.support.problems import refused

EXPLAIN = "/api/v1/refusals/explain"


@pytest.fixture
def foreign_key(partner, town, store):
    """A key of another tenant, which calls with its own partner's chain."""
    other = town.person(partner.other_tenant, "otto.other", name="Otto Other")
    return partner.service.create(other.actor, NewApiKey(name="Harbour Crane", user_id=other.user_id, rate_limit=None))


def id_of(at):
    return TimeOrderedIds().new(int(at.timestamp() * 1_000_000))


def plant(store, at, **values):
    standard = {"request_id": id_of(at), "at": at, "status": 401, "code": "disabled_api_key", "detail": "Told."}
    row = standard | {"address": "203.0.113.7", "api_key_id": None, "rulechain_id": None} | values
    with store.writing() as session:
        session.execute(insert(RefusalRow).values(row))
    return row["request_id"]


def looked_up(town, admin):
    page = town.client(admin).get("/api/v1/activity", query_string={"action": ActivityAction.API_KEY_LOOKED_UP.value})
    return [(entry["object"]["id"], entry["changes"]) for entry in page.json["items"]]


class TestByRequestId:
    def test_the_id_is_found_in_what_was_pasted(self, partner, ask):
        answer = partner.call("chain", None)
        text = f' X-Request-Id: "{answer.headers["X-Request-Id"]}",\n'
        assert [refusal.code for refusal in ask(request_id=text).refusals] == ["missing_api_key"]

    def test_calls_with_keys_of_other_tenants_are_as_unknown_as_any(self, partner, foreign_key, ask, store):
        chain_id = partner.chain()
        called = partner.call(chain_id, foreign_key.secret)
        assert called.status_code == 404
        deleted_later = called.headers["X-Request-Id"]
        nothing = ask(request_id=id_of(datetime.now(UTC) - timedelta(minutes=5)))
        at = datetime.now(UTC) - timedelta(minutes=5)
        planted = plant(store, at, api_key_id=foreign_key.api_key.id)
        hidden = ask(request_id=planted)
        assert ask(request_id=deleted_later).refusals == hidden.refusals == nothing.refusals == []
        assert hidden.finding is None
        assert "Harbour" not in hidden.note
        assert hidden.note.split(" on ")[0] == nothing.note.split(" on ")[0]

    def test_a_chain_of_another_tenant_is_not_named(self, partner, town, store, ask):
        from tests.support.partner import plant_chain

        foreign = plant_chain(store, partner.other_tenant, name="Secret Crane")
        [refusal] = ask(request_id=partner.call(foreign, None).headers["X-Request-Id"]).refusals
        assert refusal.rulechain is None
        assert "Crane" not in refusal.model_dump_json()

    def test_why_nothing_is_found_is_told(self, ask, store):
        now = datetime.now(UTC)
        assert "kept for 7 days" in ask(request_id=id_of(now - timedelta(days=8))).note
        assert "Nothing is known" in ask(request_id=id_of(now - timedelta(hours=8))).note
        assert "a moment ago" in ask(request_id=id_of(now)).note
        for strange in ("x", "ä" * 50, str(uuid.uuid4()), "%00", id_of(now + timedelta(days=300)), "' OR 1=1"):
            assert "not a request id of SignalSync" in ask(request_id=strange).note

    def test_of_a_flood_it_is_told_that_not_all_are_kept(self, partner, ask, store):
        at = datetime.now(UTC).replace(second=30, microsecond=0) - timedelta(minutes=5)
        key_id = partner.key().api_key.id
        with store.writing() as session:
            row = {"at": at, "status": 401, "code": "x", "detail": "", "address": "::1", "api_key_id": key_id}
            session.execute(insert(RefusalRow), [row | {"request_id": str(number)} for number in range(300)])
        assert "only some of them are kept" in ask(request_id=id_of(at)).note

    def test_a_code_and_a_detail_that_a_later_release_left_are_told_as_they_are(self, ask, store):
        planted = plant(store, datetime.now(UTC), code="not_known_yet", status=418, detail="Short and stout.")
        assert ask(request_id=planted).refusals[0].cause == "The call was refused: Short and stout."
        for code in ("rate_limited", "expired_api_key", "permission_denied", "payload_mismatch", "unavailable"):
            planted = plant(store, datetime.now(UTC), code=code, detail="")
            assert ask(request_id=planted).refusals[0].cause


class TestByKey:
    def test_an_active_key_is_named_with_its_last_refusals_newest_first_and_audited(self, partner, ask, town):
        key, chain_id = partner.key(), partner.chain()
        partner.disable(key)
        for _ in range(22):
            last = partner.call(chain_id, key.secret)
        partner.change(key, status="active")
        answer = ask(api_key=key.secret)
        assert (answer.finding.api_key.id, answer.finding.api_key.state) == (key.api_key.id, "active")
        assert answer.finding.cause.startswith("This is the key “Building Alarm” of Ada Admin. It is active and never")
        assert len(answer.refusals) == 20
        assert answer.refusals[0].request_id == last.headers["X-Request-Id"]
        assert [refusal.at for refusal in answer.refusals] == sorted((r.at for r in answer.refusals), reverse=True)
        assert looked_up(town, partner.admin) == [(key.api_key.id, [])]

    def test_disabled_expired_and_deleted_keys_are_told_as_such(self, partner, ask, store):
        off, expired, gone = partner.key(), partner.key(), partner.key()
        partner.disable(off)
        partner.delete(gone)
        with store.writing() as session:
            past = datetime.now(UTC) - timedelta(days=2, hours=1)
            session.execute(update(ApiKeyRow).where(ApiKeyRow.id == expired.api_key.id).values(expires_at=past))
        states = {}
        for key in (off, expired, gone):
            finding = ask(api_key=key.secret).finding
            states[finding.api_key.state] = finding.cause
        assert " was disabled on " in states["disabled"]
        assert ", 2 days ago." in states["expired"]
        assert " was deleted on " in states["deleted"]
        assert states["deleted"].endswith(" by Ada Admin.")

    def test_what_came_along_is_told_since_it_may_be_the_cause(self, partner, ask):
        key = partner.key()
        finding = ask(api_key=f'-H "x-api-key: Bearer {key.secret} "').finding
        assert finding.api_key.id == key.api_key.id
        assert "“Bearer”" in finding.cause
        assert "quotation marks" in finding.cause
        assert "may be the cause" in finding.cause

    def test_no_key_unknown_keys_and_other_tenants_keys_leave_no_entry(self, partner, ask, town, foreign_key):
        unknown, foreign = (ask(api_key=secret) for secret in (new_api_key(), foreign_key.secret))
        assert unknown == foreign
        assert (unknown.finding.api_key, unknown.refusals) == (None, [])
        assert "no key of this tenant" in unknown.finding.cause
        key = partner.key().secret
        assert "check digits do not match" in ask(api_key=key[:-1] + ("a" if key[-1] != "a" else "b")).finding.cause
        assert "too short" in ask(api_key=key[:30]).finding.cause
        assert looked_up(town, partner.admin) == []

    def test_the_key_stands_in_no_answer_and_no_log(self, partner, town, caplog):
        caplog.set_level(logging.DEBUG)
        client, secret = town.client(partner.admin), partner.key().secret
        bodies = [
            {"api_key": secret}, {"api_key": f"Bearer {secret}"}, {"api_key": secret + "x"}, {"api_key": secret * 40},
            {"request_id": secret}, {"api_key": secret, "request_id": "both"}, {secret: secret}, {"api_key": [secret]},
        ]  # fmt: skip
        for body in bodies:
            answer = client.post(EXPLAIN, json=body)
            assert secret not in answer.text
            assert answer.status_code in {200, 422}
        assert secret not in caplog.text
        assert all(secret not in str(vars(record)) for record in caplog.records)

    def test_a_question_is_one_of_the_two(self, partner, town):
        client = town.client(partner.admin)
        refused(client.post(EXPLAIN, json={}), 422, "validation_failed")
        refused(client.post(EXPLAIN, json={"request_id": None, "api_key": None}), 422, "validation_failed")
        refused(client.post(EXPLAIN, json={"api_key": "x" * 1001}), 422, "validation_failed", ["/api_key"])

"""Every run that is answered is on record first: what stands there, also where something of ours goes wrong."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from ss_admin.backend.journal.entries import decode_entry
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.rule_chains.engine.compiled import CompiledChains
from ss_admin.backend.rule_chains.engine.effects import SavedDocument
from ss_admin.backend.rule_chains.engine.runs import RuleChainFailed, RuleChainGone, Run, RunnersBusy
from ss_admin.backend.store.tables import RecordRow
from ss_admin.contract.rule_chains import NodeTrace
from tests.support.article import SAMPLE_PAYLOAD
from tests.support.chain_definitions import compute, in_a_row, save_record
from tests.support.partner import Partner

NOON = datetime(2030, 1, 1, 12, 0, 0, 5, tzinfo=UTC)


class Panic(BaseException):
    """What compiled libraries raise where they find a bug in themselves."""


class OddChain:
    """A chain that does what no chain should."""

    version = 7

    def __init__(self, outcome: Run | BaseException) -> None:
        self.outcome = outcome

    def execute(self, payload: dict[str, Any], *, trace: bool = False, size: int | None = None) -> Run:
        if isinstance(self.outcome, Run):
            return self.outcome
        raise self.outcome


def journaled(partner: Partner) -> list[bytes]:
    """All entries of the app's journal that are still there."""
    spool = Spool.join(partner.app.extensions["ss_backend"].spool.folder)
    entries = []
    for reader in spool.readers():
        batch = reader.read(0, 0, 1000)
        while batch.entries:
            entries += batch.entries
            batch = reader.read(batch.segment, batch.position, 1000)
    spool.close()
    return entries


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes every chain an odd one, which ends like this."""

    def make(outcome: Run | BaseException) -> None:
        monkeypatch.setattr(CompiledChains, "get", lambda *_: OddChain(outcome))

    return make


class TestSucceeded:
    def test_all_of_the_call_is_kept(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(name="Alarm")
        with time_machine.travel(NOON, tick=False):
            answer = partner.call(chain, key.secret)
        document = answer.get_json()
        row = partner.execution(document["execution_id"])
        assert row is not None
        assert (row.tenant_id, row.rulechain_id, row.definition_version) == (partner.admin.tenant.id, chain, 1)
        assert (row.at, row.outcome, row.duration_ms) == (NOON, "succeeded", document["duration_ms"])
        assert (row.api_key_id, row.api_key_name) == (key.api_key.id, f"Alarm ({key.api_key.masked_key})")
        assert (row.address, row.request_id) == ("127.0.0.1", answer.headers["X-Request-Id"])
        assert (row.input, row.result) == (SAMPLE_PAYLOAD, document["result"])
        assert (row.error, row.failed_node_id, row.trace) == (None, None, [])

    def test_the_key_is_kept_as_it_was_called_then(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(name="Old")
        partner.call(chain, key.secret)
        partner.change(key, name="New")
        partner.call(chain, key.secret)
        assert [row.api_key_name.partition(" ")[0] for row in partner.executions(chain)] == ["Old", "New"]

    def test_documents_are_saved_with_it(self, partner: Partner) -> None:
        chain = partner.chain("plain-acknowledge", definition=in_a_row(save_record(document="{ n: n }")))
        answer = partner.call(chain, partner.key().secret, b'{"n": 5}').get_json()
        partner.settle()
        with partner.store.reading() as session:
            [record] = session.query(RecordRow).filter_by(execution_id=answer["execution_id"]).all()
        assert (record.document, record.collection) == ({"n": 5}, "alarms")
        assert record.id == answer["result"]["record_id"]

    def test_the_version_that_ran_is_told(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        partner.call(chain, key.secret)
        partner.change_chain(chain, description="Only told otherwise")
        partner.call(chain, key.secret)
        partner.change_chain(chain, input_schema={"type": "object"})
        partner.call(chain, key.secret)
        assert [row.definition_version for row in partner.executions(chain)] == [1, 1, 3]


class TestFailed:
    def test_the_cause_the_node_and_the_trace_are_kept(self, partner: Partner) -> None:
        chain = partner.chain("plain-acknowledge", definition=in_a_row(compute(next="n + 1"), save_record()))
        answer = partner.call(chain, partner.key().secret, b'{"n": "x"}')
        document = answer.get_json(force=True)
        assert (answer.status_code, document["code"]) == (500, "rulechain_failed")
        row = partner.execution(document["execution_id"])
        assert row is not None
        assert (row.outcome, row.failed_node_id, row.result, row.input) == ("failed", "compute", None, {"n": "x"})
        assert row.error
        assert "backtrace" not in row.error
        assert [node["node_id"] for node in row.trace] == ["request", "compute"]
        with partner.store.reading() as session:
            assert session.query(RecordRow).filter_by(execution_id=row.id).count() == 0

    @pytest.mark.parametrize("surprise", [RuntimeError("a bug"), MemoryError(), RecursionError(), Panic("a bug")])
    def test_a_bug_of_ours_within_a_run_is_on_record_too(
        self, partner: Partner, odd: Any, surprise: BaseException, caplog: pytest.LogCaptureFixture
    ) -> None:
        chain, key = partner.chain(), partner.key()
        odd(surprise)
        answer = partner.call(chain, key.secret)
        document = answer.get_json(force=True)
        assert (answer.status_code, document["code"]) == (500, "internal_error")
        assert "a bug" not in answer.text
        [row] = partner.executions(chain)
        assert (row.id, row.outcome, row.definition_version) == (document["execution_id"], "failed", 7)
        assert "SignalSync" in row.error
        [logged] = [record for record in caplog.records if record.message.startswith("running a rule chain failed")]
        assert logged.execution_id == row.id  # type: ignore[attr-defined]

    def test_a_result_that_is_no_json_is_on_record_as_a_failure(self, partner: Partner, odd: Any) -> None:
        chain, key = partner.chain(), partner.key()
        odd(Run({"what": object()}))
        assert partner.call(chain, key.secret).status_code == 500
        assert [row.outcome for row in partner.executions(chain)] == ["failed"]

    def test_a_run_whose_effects_cannot_be_stored_has_none_and_is_a_failure(self, partner: Partner, odd: Any) -> None:
        chain, key = partner.chain(), partner.key()
        stored = SavedDocument(str(uuid.uuid4()), "a", "A", "alarms", {"n": 1})
        odd(Run({"ok": True}, effects=(stored, SavedDocument(str(uuid.uuid4()), "b", "B", "alarms", object()))))
        answer = partner.call(chain, key.secret)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (500, "rulechain_failed")
        [row] = partner.executions(chain)
        assert (row.outcome, row.result, row.error) == ("failed", None, "What it gave cannot be stored.")
        with partner.store.reading() as session:
            assert session.query(RecordRow).filter_by(id=stored.id).count() == 0

    def test_a_trace_that_cannot_be_stored_is_left_out(self, partner: Partner, odd: Any) -> None:
        chain, key = partner.chain(), partner.key()
        told = NodeTrace(node_id="a", name="A", kind="table", order=0, input="\ud800", output=None, duration_ms=None)
        odd(RuleChainFailed("It failed, half a character: \ud800", "a", [told]))
        assert partner.call(chain, key.secret).status_code == 500
        [row] = partner.executions(chain)
        assert (row.outcome, row.input, row.trace) == ("failed", SAMPLE_PAYLOAD, [])
        assert row.error == "It failed, half a character: ?"

    @pytest.mark.parametrize("written", ["{}", "\\u0073{}"], ids=["as it is", "behind an escape"])
    def test_an_api_key_in_a_payload_never_reaches_the_journal(self, partner: Partner, written: str) -> None:
        chain, key = partner.chain("plain-acknowledge", definition=in_a_row(save_record())), partner.key()
        text = written.replace("{}", key.secret if written == "{}" else key.secret[1:])
        before = len(journaled(partner))
        answer = partner.call(chain, key.secret, b'{"pasted": "%b"}' % text.encode())
        assert answer.get_json()["result"]["pasted"] == key.secret
        entries = journaled(partner)[before:]
        assert len(entries) == 1
        assert key.secret.encode() not in b"".join(entries)
        [row] = partner.executions(chain)
        assert row.input == {"pasted": key.api_key.masked_key}


class TestNotRun:
    def test_runners_that_are_busy_are_told_with_the_shortest_wait(self, partner: Partner, odd: Any) -> None:
        chain, key = partner.chain(), partner.key()
        odd(RunnersBusy())
        answer = partner.call(chain, key.secret)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (503, "unavailable")
        assert answer.headers.getlist("Retry-After") == ["1"]
        assert partner.executions(chain) == []

    def test_a_chain_deleted_between_the_checks_and_the_run_is_not_found(
        self, partner: Partner, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def gone(*_: object) -> None:
            raise RuleChainGone

        monkeypatch.setattr(CompiledChains, "get", gone)
        answer = partner.call(partner.chain(), partner.key().secret)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "rulechain_not_found")

    def test_an_interrupt_is_not_swallowed(self, partner: Partner, odd: Any) -> None:
        chain, key = partner.chain(), partner.key()
        odd(SystemExit())
        with pytest.raises(SystemExit):
            partner.call(chain, key.secret)

    def test_a_call_that_is_refused_leaves_no_execution(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key()
        for body in (b"", b"[]", b"{}"):
            assert partner.call(chain, key.secret, body).status_code in {400, 422}
        assert partner.executions(chain) == []


def test_answers_and_the_journal_name_only_executions_that_are_on_record(partner: Partner) -> None:
    good, bad = partner.chain("plain-acknowledge"), partner.chain("plain-acknowledge", definition={})
    secret = partner.key().secret
    before = len(journaled(partner))
    for chain, body in ((good, b"{}"), (bad, b"{}"), (good, b"[]")):
        partner.call(chain, secret, body)
    calls = [decode_entry(entry) for entry in journaled(partner)[before:]]
    told = [call.execution.id if call.execution else None for call in calls]
    assert [call.code for call in calls] == ["succeeded", "rulechain_failed", "invalid_json"]
    assert told == [partner.executions(good)[0].id, partner.executions(bad)[0].id, None]

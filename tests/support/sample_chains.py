"""Rule chains and executions for tests of the console: sample documents, and clients that keep them in memory."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ss_admin.client.errors import ClientError, ValidationFailed
from ss_admin.client.executions import ExecutionQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import Execution, ExecutionDetail, ExecutionOutcome, ExecutionPage
from ss_admin.contract.problems import FieldFault, Problem, ProblemCode, problem_type
from ss_admin.contract.rule_chains import (
    ChainTest,
    ChainTestOutcome,
    ChainTestResult,
    NewRuleChain,
    NodeTrace,
    RuleChain,
    RuleChainChange,
    RuleChainDetail,
    RuleChainPage,
    ScopedKey,
    ScopedKeyPage,
    SigningSecret,
)
from ss_admin.resource_files import resource_path
from tests.support.sample_keys import not_found, version_conflict

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECRET = "whsec_c2FtcGxlLXNpZ25pbmctc2VjcmV0LW9mLWEtdGVzdA"


def sample_document(name: str = "building-alarm") -> dict[str, object]:
    """A chain of `resources/sample-chains`, whole."""
    text = resource_path("sample-chains", f"{name}.json").read_text(encoding="utf-8")
    document: dict[str, object] = json.loads(text)
    return document


def sample_detail(number: int = 1, *, template: str = "building-alarm", **changes: object) -> RuleChainDetail:
    """Chain `number`, made of a sample chain; the same number always gives the same chain."""
    document = sample_document(template)
    values: dict[str, object] = {
        "id": f"chain-{number}",
        "name": f"{document['name']} {number}",
        "description": document["description"],
        "is_external": True,
        "enabled": True,
        "endpoint_url": f"https://api.example.com/rulechains/chain-{number}/execute",
        "sample_payload": document["sample_payload"],
        "input_schema": document["input_schema"],
        "definition": document["definition"],
        "definition_version": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "version": 1,
        "last_run_at": NOW - timedelta(minutes=2),
        "runs": 200,
        "success_rate": 0.985,
    }
    return RuleChainDetail.model_validate(values | changes)


def with_webhook(detail: RuleChainDetail) -> RuleChainDetail:
    """The same chain with a node before its answer that calls a webhook."""
    definition = json.loads(json.dumps(detail.definition))
    last = definition["nodes"][-1]
    hook = {
        "id": "notify",
        "type": "customNode",
        "name": "Notify",
        "content": {"kind": "callWebhook", "config": {"url": "https://hooks.example.com/alarms"}},
    }
    definition["nodes"].insert(-1, hook)
    for edge in definition["edges"]:
        if edge["targetId"] == last["id"]:
            edge["targetId"] = "notify"
    definition["edges"].append({"id": "edge-notify", "type": "edge", "sourceId": "notify", "targetId": last["id"]})
    return detail.model_copy(update={"definition": definition})


def sample_execution(number: int, **changes: object) -> Execution:
    """Execution `number`, one a minute back in time; every tenth failed."""
    failed = number % 10 == 9
    values: dict[str, object] = {
        "id": f"execution-{number}",
        "rulechain_id": "chain-1",
        "at": NOW - timedelta(minutes=number),
        "outcome": ExecutionOutcome.FAILED if failed else ExecutionOutcome.SUCCEEDED,
        "api_key": ObjectRef(id=f"key-{number % 3}", name=f"Integration {number % 3} (ss_000{number % 3}…abcd)"),
        "address": "203.0.113.7",
        "request_id": f"request-{number}",
        "duration_ms": 0.42 + number % 7,
        "error": "Node “Triage”: the number is too large." if failed else None,
        "failed_node_id": "triage" if failed else None,
    }
    return Execution.model_validate(values | changes)


def sample_execution_detail(execution: Execution, chain: RuleChainDetail | None = None) -> ExecutionDetail:
    """The execution as it is opened: a trace where it failed."""
    chain = chain or sample_detail()
    trace = sample_trace(chain, failed_node_id=execution.failed_node_id) if execution.failed_node_id else []
    succeeded = execution.outcome is ExecutionOutcome.SUCCEEDED
    return ExecutionDetail(
        **execution.model_dump(),
        input=chain.sample_payload,
        result={"triage": {"priority": "Routine"}} if succeeded else None,
        trace=trace,
        definition=chain.definition,
        records=[],
        deliveries=[],
    )


def sample_trace(chain: RuleChainDetail, *, failed_node_id: str | None = None) -> list[NodeTrace]:
    """What each node of the chain got and gave, up to the one that failed."""
    trace = []
    for order, node in enumerate(chain.definition["nodes"]):
        failed = node["id"] == failed_node_id
        trace.append(
            NodeTrace(
                node_id=node["id"],
                name=node["name"],
                kind=node["type"],
                order=order,
                input=chain.sample_payload,
                output=None if failed else {**chain.sample_payload, "step": order},
                duration_ms=0.01 * (order + 1),
                error="The number is too large." if failed else None,
            )
        )
        if failed:
            break
    return trace


def refused(*faults: tuple[str, str]) -> ValidationFailed:
    """What comes of saving a chain with these faults: pairs of pointer and detail."""
    return ValidationFailed(
        Problem(
            type=problem_type(ProblemCode.VALIDATION_FAILED),
            title="Problem",
            status=422,
            detail="The rule chain has faults.",
            code=ProblemCode.VALIDATION_FAILED,
            request_id="request-1",
            errors=[FieldFault(pointer=pointer, detail=detail) for pointer, detail in faults],
        )
    )


@dataclass
class SampleChains:
    """Stands in for `RuleChainsClient`: chains in memory.

    `hold()` keeps every answer back until `release()`; `fail_with` is raised instead of the next answers. `writes`
    tells in order what was changed; `listed` counts the pages asked for. `before_change`, if set, is called before
    a change is judged: there a test lets somebody else be quicker.
    """

    chains: list[RuleChainDetail] = field(default_factory=list)
    keys: list[ScopedKey] = field(default_factory=list)
    writes: list[tuple[object, ...]] = field(default_factory=list)
    tests: list[ChainTest] = field(default_factory=list)
    listed: int = 0
    fail_with: ClientError | None = None
    test_result: ChainTestResult | None = None
    before_change: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self._open = threading.Event()
        self._open.set()

    @classmethod
    def of(cls, count: int) -> "SampleChains":
        """A client of `count` chains."""
        return cls([sample_detail(number) for number in range(1, count + 1)])

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def list_page(
        self, *, search: str = "", limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> RuleChainPage:
        self.listed += 1
        self._answer()
        words = search.casefold()
        found = [chain for chain in self.chains if words in f"{chain.name} {chain.description}".casefold()]
        found.sort(key=lambda chain: (chain.name.casefold(), chain.id))
        start = int(cursor) if cursor is not None else offset or 0
        end = min(start + limit, len(found))
        items = [RuleChain.model_validate(chain.model_dump()) for chain in found[start:end]]
        return RuleChainPage(items=items, next_cursor=str(end) if end < len(found) else None, total=len(found))

    def get(self, rule_chain_id: str) -> RuleChainDetail:
        self._answer()
        return self.chains[self._place(rule_chain_id)]

    def create(self, order: NewRuleChain) -> RuleChainDetail:
        self._answer()
        number = len(self.writes) + 1000
        made = sample_detail(number, last_run_at=None, runs=0, success_rate=None, **order.model_dump())
        self.chains.append(made)
        self.writes.append(("create", order))
        return made

    def change(self, rule_chain_id: str, change: RuleChainChange, *, version: int | None) -> RuleChainDetail:
        self._answer()
        if self.before_change is not None:
            meanwhile, self.before_change = self.before_change, None
            meanwhile()
        place = self._place(rule_chain_id)
        if version is not None and version != self.chains[place].version:
            raise version_conflict()
        self.writes.append(("change", rule_chain_id, change))
        return self.somebody_changes(rule_chain_id, **change.model_dump(include=set(change.model_fields_set)))

    def somebody_changes(self, rule_chain_id: str, **fields: object) -> RuleChainDetail:
        """A change that bumps the version and is not counted among the `writes`."""
        place = self._place(rule_chain_id)
        version = self.chains[place].version + 1
        self.chains[place] = self.chains[place].model_copy(update={**fields, "version": version})
        return self.chains[place]

    def delete(self, rule_chain_id: str, *, version: int | None = None) -> None:
        self._answer()
        place = self._place(rule_chain_id)
        if version is not None and version != self.chains[place].version:
            raise version_conflict()
        self.writes.append(("delete", rule_chain_id))
        del self.chains[place]

    def test(self, rule_chain_id: str, order: ChainTest) -> ChainTestResult:
        self._answer()
        self.tests.append(order)
        if self.test_result is not None:
            return self.test_result
        chain = self.chains[self._place(rule_chain_id)]
        return ChainTestResult(
            outcome=ChainTestOutcome.SUCCEEDED,
            result={"triage": {"priority": "Routine"}},
            error=None,
            failed_node_id=None,
            faults=[],
            trace=sample_trace(chain),
            duration_ms=0.42,
        )

    def scoped_keys(
        self, rule_chain_id: str, *, limit: int = 100, cursor: str | None = None, offset: int | None = None
    ) -> ScopedKeyPage:
        self._answer()
        self._place(rule_chain_id)
        start = int(cursor) if cursor is not None else offset or 0
        end = min(start + limit, len(self.keys))
        more = str(end) if end < len(self.keys) else None
        return ScopedKeyPage(items=self.keys[start:end], next_cursor=more, total=len(self.keys))

    def signing_secret(self, rule_chain_id: str) -> SigningSecret:
        self._answer()
        self.writes.append(("signing_secret", rule_chain_id))
        return SigningSecret(secret=SECRET)

    def replace_signing_secret(self, rule_chain_id: str) -> SigningSecret:
        self._answer()
        self.writes.append(("replace_signing_secret", rule_chain_id))
        return SigningSecret(secret=SECRET[:-4] + "new0")

    def _answer(self) -> None:
        assert self._open.wait(10)
        if self.fail_with is not None:
            raise self.fail_with

    def _place(self, rule_chain_id: str) -> int:
        for place, chain in enumerate(self.chains):
            if chain.id == rule_chain_id:
                return place
        raise not_found()


@dataclass
class SampleExecutions:
    """Stands in for `ExecutionsClient`: executions in memory, newest first. `queries` tells what was asked for."""

    executions: list[Execution] = field(default_factory=list)
    queries: list[ExecutionQuery] = field(default_factory=list)
    fail_with: ClientError | None = None

    @classmethod
    def of(cls, count: int) -> "SampleExecutions":
        """A client of `count` executions."""
        return cls([sample_execution(number) for number in range(count)])

    def list_page(
        self,
        rule_chain_id: str,
        query: ExecutionQuery,
        *,
        limit: int = 100,
        cursor: str | None = None,
        offset: int | None = None,
    ) -> ExecutionPage:
        self.queries.append(query)
        if self.fail_with is not None:
            raise self.fail_with
        found = [
            execution
            for execution in self.executions
            if execution.rulechain_id == rule_chain_id and _matches(execution, query)
        ]
        start = int(cursor) if cursor is not None else offset or 0
        end = min(start + limit, len(found))
        more = str(end) if end < len(found) else None
        return ExecutionPage(items=found[start:end], next_cursor=more, total=len(found))

    def get(self, rule_chain_id: str, execution_id: str) -> ExecutionDetail:
        if self.fail_with is not None:
            raise self.fail_with
        for execution in self.executions:
            if (execution.rulechain_id, execution.id) == (rule_chain_id, execution_id):
                return sample_execution_detail(execution)
        raise not_found()


def _matches(execution: Execution, query: ExecutionQuery) -> bool:
    return (
        query.outcome in {None, execution.outcome}
        and query.api_key_id in {None, execution.api_key.id}
        and (query.since is None or execution.at >= query.since)
        and (query.until is None or execution.at < query.until)
    )

"""Every statement of the list is answered by an index: the databases themselves are asked for their plans."""

from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from ss_admin.backend.api_keys.listing import ApiKeyQuery
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.store.tables import ApiKeyRow
from ss_admin.contract.api_keys import ApiKeySort, ApiKeyStatus, ExpiryState
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import plant, varied_seeds
from tests.support.backend import PEPPER

ORDERS = [
    ApiKeyQuery(sort=sort, descending=descending, limit=10) for sort in ApiKeySort for descending in (False, True)
]
FILTERS = {
    "status": {"statuses": frozenset({ApiKeyStatus.DISABLED})},
    "mostly": {"statuses": frozenset({ApiKeyStatus.ACTIVE})},
    "soon": {"expiries": frozenset({ExpiryState.SOON})},
    "expired or never": {"expiries": frozenset({ExpiryState.EXPIRED, ExpiryState.NEVER})},
    "search": {"search": "alarm"},
    "short search": {"search": "al"},
    "search in status": {"search": "alarm", "statuses": frozenset({ApiKeyStatus.DISABLED})},
}


@contextmanager
def statements_of(store):
    """The statements that go to the database, with their parameters."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append((statement, parameters))

    event.listen(store.engine, "before_cursor_execute", note)
    yield sent
    event.remove(store.engine, "before_cursor_execute", note)


def plans_of_page(store, actor, query, explain):
    """The plan of each statement that a page takes."""
    service = ApiKeysService(store, PEPPER.encode())
    with statements_of(store) as sent:
        service.list_page(actor, query)
    assert len(sent) >= 2
    with store.reading() as session:
        if store.dialect == "postgresql":
            session.execute(text("SET LOCAL random_page_cost = 1.1"))  # as it is told on solid-state disks
        return [explain(session.connection(), statement, parameters) for statement, parameters in sent]


def explain_sqlite(connection, statement, parameters):
    return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]


def nodes_within(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_within(part)


def explain_postgresql(connection, statement, parameters):
    [[plan]] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters).scalars()
    return list(nodes_within(plan["Plan"]))


def second_page(store, actor, query):
    cursor = ApiKeysService(store, PEPPER.encode()).list_page(actor, query).next_cursor
    assert cursor is not None
    return replace(query, cursor=cursor)


def sqlite_faults(plan, *, sorted_by_index):
    faults = [line for line in plan if line.startswith("SCAN") and "api_key_search VIRTUAL TABLE INDEX 0:M" not in line]
    return faults + [line for line in plan if sorted_by_index and "TEMP B-TREE" in line]


def postgresql_faults(plan, *, sorted_by_index):
    faults = [node for node in plan if node["Node Type"] == "Seq Scan" and node["Relation Name"] == "api_keys"]
    return faults + [node for node in plan if sorted_by_index and "Sort" in node["Node Type"]]


class Examiner:
    """Asks for a page and looks for faults in the plans of its statements."""

    def __init__(self, store, actor, explain, find_faults):
        self.store, self.actor = store, actor
        self._explain, self._find_faults = explain, find_faults

    def faults(self, query, *, sorted_by_index=False):
        plans = plans_of_page(self.store, self.actor, query, self._explain)
        return [fault for plan in plans for fault in self._find_faults(plan, sorted_by_index=sorted_by_index)]


@pytest.fixture
def examiner(store, admin, other_admin):
    """A database that the tenant shares with bigger ones, its statistics fresh.

    Where one tenant owned nearly all rows, PostgreSQL would rightly scan the table to count most of them.
    """
    me = ObjectRef(id=admin.user_id, name=admin.name)
    other = ObjectRef(id=other_admin.user_id, name=other_admin.name)
    plant(store, admin.tenant, me, varied_seeds(200))
    plant(store, other_admin.tenant, other, varied_seeds(800, seed=2))
    if store.dialect == "sqlite":
        return Examiner(store, admin.actor, explain_sqlite, sqlite_faults)
    multiply(store, 20)
    return Examiner(store, admin.actor, explain_postgresql, postgresql_faults)


def multiply(store, times):
    """Many more of the same keys: PostgreSQL rightly scans tables that are small."""
    own = {
        "id": "gen_random_uuid()::text",
        "digest": "sha256(digest || n::text::bytea)",
        "name_folded": "name_folded || ' ' || n",
        "search_text": "search_text || '  ' || md5(n::text || number::text)",
    }
    with store.writing() as session:
        columns = [column.key for column in ApiKeyRow.__table__.columns if column.key != "number"]
        values = ", ".join(own.get(column, column) for column in columns)
        session.execute(
            text(
                f"INSERT INTO api_keys ({', '.join(columns)}) SELECT {values} "
                f"FROM api_keys, generate_series(1, {times}) AS n"
            )
        )
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def test_every_page_of_every_order_and_filter_is_answered_by_an_index(examiner):
    faults = {}
    for query in ORDERS:
        name = f"{query.sort.value} {'down' if query.descending else 'up'}"
        faults[name] = examiner.faults(query, sorted_by_index=True)
        next_page = second_page(examiner.store, examiner.actor, query)
        faults[f"{name}, next page"] = examiner.faults(next_page, sorted_by_index=True)
    for name, filters in {**FILTERS, "user": {"user_id": examiner.actor.user_id}}.items():
        for query in ORDERS:
            faults[f"{name} by {query.sort.value}"] = examiner.faults(replace(query, **filters))
    assert {name: found for name, found in faults.items() if found} == {}

    with examiner.store.writing() as session:  # the proof of the proof
        session.execute(text("DROP INDEX ix_api_keys_name"))
    assert examiner.faults(ApiKeyQuery(sort=ApiKeySort.NAME, limit=10), sorted_by_index=True) != []


def test_total_of_an_unfiltered_list_is_read_from_one_row(examiner):
    with statements_of(examiner.store) as sent:
        ApiKeysService(examiner.store, PEPPER.encode()).list_page(examiner.actor, ApiKeyQuery(limit=10))
    assert not any("count(" in statement for statement, _ in sent)
    assert any("FROM api_key_counts" in statement for statement, _ in sent)


def test_search_asks_the_trigram_index(examiner):
    used = str(
        plans_of_page(examiner.store, examiner.actor, ApiKeyQuery(search="12345", limit=1), examiner._explain)[0]
    )
    assert "api_key_search VIRTUAL TABLE INDEX" in used or "ix_api_keys_search_text" in used

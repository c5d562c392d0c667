"""A trail from before the chain: it is chained in its order, and nobody can change it from then on."""

from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from ss_admin.backend.activity.verification import verify_store
from ss_admin.backend.store import migrate
from ss_admin.backend.store.engine import Store
from tests.backend.activity.conftest import ACTIVITY
from tests.support.backend import PostgresqlSource

OLD = (
    "INSERT INTO activity (id, tenant_id, at, action, actor_id, actor_name, object_id, object_name, changes) "
    "VALUES (:id, :tenant_id, :at, 'session.signed_in', 'u', :name, 'u', :name, :changes)"
)
COUNT = 5001  # one more than are taken at once


@pytest.fixture(params=["sqlite", "postgresql"])
def old_store(request, tmp_path):
    """The tables of the release before, with entries."""
    source: PostgresqlSource | None = None
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/old.db"
    else:
        source = request.getfixturevalue("postgresql_source")
        name = source.server.create_database()
        url = source.server.url(name)
    store = Store.open(url)
    with store.altering() as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for tenant_id in ("a", "b"):
            tenant = {"id": tenant_id, "name": f"Tenant {tenant_id}"}
            connection.execute(text("INSERT INTO tenants (id, name, created_at) VALUES (:id, :name, 0)"), tenant)
        rows = [
            {
                "id": f"{number}",
                "tenant_id": "ab"[number % 7 == 0],
                "at": int(datetime.now(UTC).timestamp() * 1e6) - number,
                "name": "Jürgen “Ü”",
                "changes": '[{"field": "x", "after": {"b": 1, "a": [null, true, "\\u00fc"]}, "before": null}]',
            }
            for number in range(COUNT + COUNT // 6)
        ]
        connection.execute(text(OLD), rows)
    yield store
    store.close()
    if source is not None:
        source.server.drop_database(name)


def test_old_entries_are_chained_in_their_order(old_store):
    migrate.upgrade(old_store)
    assert [chain.end.sequence for chain in verify_store(old_store)] == [5000, 834]
    with pytest.raises(IntegrityError), old_store.writing() as session:
        session.execute(ACTIVITY.delete())

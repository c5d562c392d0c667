"""Creates and upgrades the database; several processes may ask for it at once."""

from functools import cache

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from ss_admin.backend.store.engine import Store

__all__ = ["SchemaNewer", "is_current", "upgrade"]

_ADVISORY_LOCK = 0x5516_6E61_1517  # any number of our own; it names the right to alter the tables


class SchemaNewer(Exception):
    """The database was upgraded by a newer release than this one."""


def upgrade(store: Store) -> None:
    """Bring the tables up to this release, in one transaction; nothing is done where they are.

    Raises `StoreUnavailable`, and `SchemaNewer` where the database knows revisions that this release does not.
    """
    with store.altering() as connection:
        if store.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        config = _config()
        _refuse_newer(connection, ScriptDirectory.from_config(config))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(store: Store) -> bool:
    """Whether the tables are those of this release. Raises `StoreUnavailable`."""
    with store.reading() as session:
        found = MigrationContext.configure(session.connection()).get_current_heads()
    return set(found) == _heads()


@cache
def _heads() -> frozenset[str]:
    """The revisions that this release ends with; they are files of the package and do not change while it runs."""
    return frozenset(ScriptDirectory.from_config(_config()).get_heads())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "ss_admin.backend.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    unknown = set(MigrationContext.configure(connection).get_current_heads()) - known
    if unknown:
        raise SchemaNewer("the database was upgraded by a newer release; install that release or a later one")

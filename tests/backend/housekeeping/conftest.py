from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ss_admin.backend.accounts.directory import Directory
from ss_admin.backend.activity.service import Actor
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.housekeeping.housekeeping import Housekeeping, create_housekeeping
from ss_admin.backend.journal.spool import Spool
from ss_admin.backend.journal.writer import JournalWriter
from ss_admin.backend.store.engine import Store
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import ApiKey, NewApiKey
from ss_admin.contract.documents import ObjectRef
from tests.support.backend import PASSWORD, PEPPER, cheap_passwords, test_settings
from tests.support.partner import plant_chain


@pytest.fixture
def tenant(store: Store):
    return Directory(store, cheap_passwords()).create_tenant("Building Services")


@pytest.fixture
def chain_id(store: Store, tenant) -> str:
    """A rule chain: days of one that is not there are trimmed."""
    return plant_chain(store, tenant)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    """The spool of a server that lives."""
    spool = Spool.claim(tmp_path / "spools")
    yield spool
    spool.close()


@pytest.fixture
def journal(spool: Spool) -> Iterator[JournalWriter]:
    journal = spool.new_journal()
    yield journal
    journal.close()


@pytest.fixture
def make_housekeeping(store: Store, store_url: str, spool: Spool) -> Iterator[Callable[..., Housekeeping]]:
    """Makes housekeepings over `store`, of `spool` unless another is given, and ends them."""
    made: list[Housekeeping] = []

    def make(own: Spool = spool) -> Housekeeping:
        made.append(create_housekeeping(test_settings(store_url), store=store, spool=Spool.join(own.folder)))
        made[-1].start()
        return made[-1]

    yield make
    for housekeeping in made:
        housekeeping.close()


@pytest.fixture
def make_private_housekeeping(spool: Spool) -> Iterator[Callable[[str, Store], tuple[Housekeeping, str, str]]]:
    """Makes one over a database of the test's own, with a tenant and a chain."""
    made: list[Housekeeping] = []

    def make(url: str, store: Store) -> tuple[Housekeeping, str, str]:
        tenant = Directory(store, cheap_passwords()).create_tenant("Building Services")
        made.append(create_housekeeping(test_settings(url), store=store, spool=Spool.join(spool.folder)))
        made[-1].start()
        return made[-1], tenant.id, plant_chain(store, tenant)

    yield make
    for housekeeping in made:
        housekeeping.close()


@pytest.fixture
def key(store: Store, tenant) -> ApiKey:
    return _new_key(store, tenant)[1]


@pytest.fixture
def deleted_key(store: Store, tenant) -> str:
    """The id of a key that was deleted."""
    actor, key = _new_key(store, tenant)
    ApiKeysService(store, PEPPER.encode()).delete(actor, key.id)
    return key.id


def _new_key(store: Store, tenant: ObjectRef) -> tuple[Actor, ApiKey]:
    directory = Directory(store, cheap_passwords())
    user = directory.create_user(
        tenant=tenant.name, username="ada.admin", name="Ada", role=Role.TENANT_ADMIN, password=PASSWORD
    )
    actor = Actor(user_id=user.id, name="Ada", tenant_id=tenant.id, role=Role.TENANT_ADMIN, address="::1")
    created = ApiKeysService(store, PEPPER.encode()).create(actor, NewApiKey(name="Key", user_id=user.id))
    return actor, created.api_key

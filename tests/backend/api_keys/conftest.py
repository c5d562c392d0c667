"""The service itself, over both databases, and a signed-in administrator's point of view."""

from collections.abc import Callable, Iterable
from functools import partial

import pytest
from flask.testing import FlaskClient

from ss_admin.backend.activity.service import ActivityService
from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.store.engine import Store
from ss_admin.contract.activity import ActivityEntry
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import Seed, plant
from tests.support.backend import PEPPER, Person, Town


@pytest.fixture
def api_keys(store: Store) -> ApiKeysService:
    return ApiKeysService(store, PEPPER.encode())


@pytest.fixture
def me(admin: Person) -> ObjectRef:
    """The administrator as the user of keys."""
    return ObjectRef(id=admin.user_id, name=admin.name)


@pytest.fixture
def signed_in(town: Town, admin: Person) -> FlaskClient:
    """A client whose every request is the administrator's."""
    return town.client(admin)


@pytest.fixture
def planted(store: Store, tenant: ObjectRef, me: ObjectRef) -> Callable[[Iterable[Seed]], list[str]]:
    """Puts keys into the store, past the service; gives their ids."""
    return partial(plant, store, tenant, me)


@pytest.fixture
def audit(store: Store, admin: Person) -> Callable[[], list[ActivityEntry]]:
    """The tenant's entries about keys, newest first."""

    def entries() -> list[ActivityEntry]:
        page = ActivityService(store).list_page(admin.actor, limit=1000)
        return [entry for entry in page.items if entry.action.value.startswith("api_key.")]

    return entries

"""The service itself, over both databases, and what an administrator's orders leave in the audit trail."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from ss_admin.backend.activity.service import ActivityService
from ss_admin.backend.rule_chains.engine.apart import ApartRunners
from ss_admin.backend.rule_chains.service import RuleChainsService
from ss_admin.backend.store.engine import Store
from ss_admin.contract.activity import ActivityEntry
from tests.support.backend import PEPPER, Person, Town


@pytest.fixture(scope="session")
def runners() -> Iterator[ApartRunners]:
    """Processes that chains run in apart; no test leaves anything behind in them."""
    runners = ApartRunners()
    yield runners
    runners.close()


@pytest.fixture
def chains(store: Store, runners: ApartRunners) -> RuleChainsService:
    return RuleChainsService(store, PEPPER.encode(), runners)


@pytest.fixture
def signed_in(town: Town, admin: Person) -> FlaskClient:
    """A client whose every request is the administrator's."""
    return town.client(admin)


@pytest.fixture
def audit(store: Store, admin: Person) -> Callable[[], list[ActivityEntry]]:
    """The tenant's entries about rule chains, newest first."""

    def entries() -> list[ActivityEntry]:
        page = ActivityService(store).list_page(admin.actor, limit=1000)
        return [entry for entry in page.items if entry.action.value.startswith("rule_chain.")]

    return entries

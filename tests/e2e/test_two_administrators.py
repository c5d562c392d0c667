"""Two administrators change one key at the same time: the second sees both versions, and nothing is lost silently."""

import pytest
from PySide6.QtWidgets import QLabel

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, RateLimit
from tests.support.real_window import RealApp, wait_until

MINE = "Renamed by Maria"
THEIRS = "Renamed by Jonas"


@pytest.fixture
def jonas(jonas_connection: Connection) -> ApiKeysClient:
    """The other administrator, at another workstation."""
    return ApiKeysClient(jonas_connection)


@pytest.fixture
def edited(app: RealApp, jonas: ApiKeysClient) -> ApiKey:
    """A key that Maria has open, renamed but not saved, and that Jonas meanwhile changed."""
    key = app.page.model.api_key(0)
    assert key is not None
    app.page.table.setFocus()
    app.press("ctrl+Home", "Return")
    app.wait_active("apiKeyEditor")
    app.press("ctrl+a")
    app.write(MINE)
    theirs = ApiKeyChange(name=THEIRS, rate_limit=RateLimit(max_requests=7, window_seconds=3))
    changed = jonas.change(key.id, theirs, version=key.version)
    app.press("Return")
    app.wait_active("apiKeyConflict")
    return changed


def shown(app: RealApp, whose: str, field: str) -> str:
    return app.find(QLabel, f"apiKeyConflict.{whose}.{field}").text()


def test_both_versions_are_shown_and_nothing_is_overwritten(app: RealApp, jonas: ApiKeysClient, edited: ApiKey):
    assert MINE in shown(app, "yours", "Name")
    assert THEIRS in shown(app, "theirs", "Name")
    assert jonas.get(edited.id) == edited


def test_use_mine_saves_what_was_changed_here_over_their_version(app: RealApp, jonas: ApiKeysClient, edited: ApiKey):
    app.tab_to("apiKeyConflict.useMine")
    app.press("space")
    wait_until(lambda: not app.sees("apiKeyEditor"), "saved")
    after = jonas.get(edited.id)
    assert after.name == MINE
    assert after.rate_limit == RateLimit(max_requests=7, window_seconds=3)


def test_keep_theirs_saves_nothing_and_the_list_shows_theirs(app: RealApp, jonas: ApiKeysClient, edited: ApiKey):
    app.tab_to("apiKeyConflict.keepTheirs")
    app.press("space")
    wait_until(lambda: not app.sees("apiKeyEditor"), "closed")
    assert jonas.get(edited.id) == edited
    wait_until(lambda: (key := app.page.model.api_key(0)) is not None and key.name == THEIRS, "the list shows theirs")


def test_escape_goes_back_to_what_was_typed(app: RealApp, jonas: ApiKeysClient, edited: ApiKey):
    app.press("Escape")
    app.wait_active("apiKeyEditor")
    app.press("Return")
    wait_until(lambda: not app.sees("apiKeyEditor"), "saved over their version, knowingly")
    assert jonas.get(edited.id).name == MINE


def test_a_status_that_somebody_else_changed_first_is_not_overwritten(app: RealApp, jonas: ApiKeysClient):
    key = app.page.model.api_key(0)
    assert key is not None
    changed = jonas.change(key.id, ApiKeyChange(name=THEIRS), version=key.version)
    app.page.actions_on_key.set_status(key, key.status.__class__.DISABLED)
    wait_until(lambda: app.sees("apiKeys.message"), "it is said")
    assert jonas.get(key.id) == changed

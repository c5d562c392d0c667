"""What the tests of the list share: a page over sample keys, and one over a real backend."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.client.signals import SignalsClient
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from tests.support.admin_backend import AdminBackend
from tests.support.sample_keys import SampleAccounts, SampleApiKeys, SampleRuleChains, sample_chain
from tests.support.sample_signals import SampleSignals


class Pasteboard:
    """A clipboard that a test can read, or that is not there."""

    def __init__(self) -> None:
        self.text = ""
        self.is_there = True

    def copy(self, text: str) -> CopyOutcome:
        if not self.is_there:
            return CopyOutcome.NOT_AVAILABLE
        self.text = text
        return CopyOutcome.COPIED

    def copy_secret(self, text: str, clear_after_seconds: int = 60) -> CopyOutcome:
        return self.copy(text)


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def pasteboard() -> Pasteboard:
    return Pasteboard()


@pytest.fixture
def show_page(
    qtbot: QtBot, background: Background, theme: Theme, preferences: Preferences, pasteboard: Pasteboard
) -> Callable[..., ApiKeysPage]:
    """Shows the page over these clients, 1000 x 700, with its first answer on the screen."""

    def show(
        api_keys: object,
        accounts: object | None = None,
        rule_chains: object | None = None,
        signals: object | None = None,
    ) -> ApiKeysPage:
        page = ApiKeysPage(
            api_keys=api_keys,
            accounts=accounts or SampleAccounts(),
            rule_chains=rule_chains or SampleRuleChains(sample_chain()),
            signals=signals or SampleSignals(),
            background=background,
            clipboard=pasteboard,
            theme=theme,
            preferences=preferences,
        )
        qtbot.addWidget(page)
        page.resize(1000, 700)
        with qtbot.waitExposed(page):
            page.show()
        page.activate()
        qtbot.waitUntil(lambda: page.model.shown_query is not None)
        settle(qtbot, background)
        return page

    return show


def settle(qtbot: QtBot, background: Background) -> None:
    """Lets the view tell what is in view, and waits for every answer."""
    qtbot.wait(80)
    assert background.wait_idle()


@pytest.fixture
def settled(qtbot: QtBot, background: Background) -> Callable[[], None]:
    """Waits until nothing is on its way any more."""
    return lambda: settle(qtbot, background)


@dataclass
class Clients:
    """The real clients of one signed-in person."""

    api_keys: ApiKeysClient
    accounts: AccountsClient
    rule_chains: RuleChainsClient
    signals: SignalsClient


@pytest.fixture
def clients(admin_backend: AdminBackend, background: Background) -> Iterator[Clients]:
    connection = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield Clients(
        ApiKeysClient(connection),
        AccountsClient(connection),
        RuleChainsClient(connection),
        SignalsClient(connection),
    )
    background.shutdown()
    connection.close()


@pytest.fixture
def sample_page(show_page: Callable[..., ApiKeysPage]) -> tuple[ApiKeysPage, SampleApiKeys]:
    """The page over 250 sample keys."""
    api_keys = SampleApiKeys.of(250)
    return show_page(api_keys), api_keys

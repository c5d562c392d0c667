"""What the tests of a key's page share: the page over clients in memory, on the screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from pytestqt.qtbot import QtBot

from ss_admin.client.errors import ClientError
from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.background import Background
from ss_admin.desktop.key_page.page import KeyPage
from ss_admin.desktop.key_page.surroundings import Surroundings
from ss_admin.desktop.theme.theme import Theme
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_activity import SampleActivity
from tests.support.sample_keys import NOW, sample_key
from tests.support.sample_signals import SampleSignals
from tests.support.sample_usage import SampleUsage


@dataclass
class OneKey:
    """Stands in for `ApiKeysClient`: one key, or an error."""

    api_key: ApiKey = field(default_factory=lambda: sample_key(1))
    fail_with: ClientError | None = None

    def get(self, _api_key_id: str) -> ApiKey:
        if self.fail_with is not None:
            raise self.fail_with
        return self.api_key


class Stage:
    """The page and what it is given; what it says to the shell is kept."""

    def __init__(self, around: Surroundings, page: KeyPage) -> None:
        self.page = page
        self.keys: OneKey = around.api_keys
        self.usage: SampleUsage = around.usage
        self.signals: SampleSignals = around.signals
        self.activity: SampleActivity = around.activity
        self.clipboard: MemoryClipboard = around.clipboard
        self._background = around.background
        self.said: list[str] = []
        self.failures: list[ClientError] = []
        page.said.connect(self.said.append)
        page.failed.connect(self.failures.append)

    def open(self, *, known: bool = True) -> KeyPage:
        """Opens the key and waits for all answers."""
        self.page.open(self.keys.api_key.id, self.keys.api_key if known else None)
        self.settle()
        return self.page

    def settle(self) -> None:
        assert self._background.wait_idle()

    def fail(self, error: ClientError | None) -> None:
        """From now on everything fails so; None: nothing."""
        self.keys.fail_with = self.usage.fail_with = self.signals.fail_with = self.activity.error = error


@pytest.fixture
def stage(qtbot: QtBot, background: Background, theme: Theme) -> Iterator[Callable[..., Stage]]:
    """Makes the page, 1040 x 760, shown but with no key open yet."""

    def make(
        keys: OneKey | None = None,
        usage: SampleUsage | None = None,
        signals: SampleSignals | None = None,
        activity: SampleActivity | None = None,
    ) -> Stage:
        around = Surroundings(
            keys or OneKey(),
            usage or SampleUsage(),
            signals or SampleSignals(),
            activity or SampleActivity(3),
            background,
            MemoryClipboard(),
            theme,
            lambda: NOW,
        )
        page = KeyPage(around)
        qtbot.addWidget(page)
        page.resize(1040, 760)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        return Stage(around, page)

    yield make
    assert background.wait_idle()

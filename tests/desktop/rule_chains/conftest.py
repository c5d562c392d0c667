"""What tests of the console share: its page over chains in memory, on the screen."""

from collections.abc import Callable, Iterator

import pytest

from ss_admin.client.errors import ClientError
from ss_admin.desktop.rule_chains.page import RuleChainsPage
from ss_admin.desktop.rule_chains.surroundings import Surroundings
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_chains import NOW, SampleChains, SampleExecutions
from tests.support.sample_keys import SampleApiKeys


class Stage:
    """The page over `chains`, shown and loaded; what it says to the shell is kept."""

    def __init__(self, page: RuleChainsPage, chains: SampleChains, clipboard: MemoryClipboard, background) -> None:
        self.page = page
        self.list = page.list
        self.chains = chains
        self.clipboard = clipboard
        self.background = background
        self.said: list[str] = []
        self.failures: list[ClientError] = []
        page.said.connect(self.said.append)
        page.failed.connect(self.failures.append)

    @property
    def chain(self):
        return self.page.chain

    def settle(self) -> None:
        """All answers are here."""
        assert self.background.wait_idle()

    def open(self, number: int = 0, tab=None) -> None:
        """Opens a chain from the list."""
        arguments = () if tab is None else (tab,)
        self.page._open(self.chains.chains[number], *arguments)
        self.settle()

    def names(self) -> list[str]:
        model = self.list.model
        return [model.item(row).name for row in range(model.rowCount())]


@pytest.fixture
def console(background, theme, qtbot, blank_preferences) -> Iterator[Callable[..., Stage]]:
    """Makes the page over some chains; three by default."""

    def make(chains: SampleChains | None = None, clipboard: MemoryClipboard | None = None) -> Stage:
        chains = chains or SampleChains.of(3)
        clipboard = clipboard or MemoryClipboard()
        page = RuleChainsPage(
            chains,
            SampleExecutions.of(5),
            SampleApiKeys.of(3),
            background=background,
            clipboard=clipboard,
            theme=theme,
            preferences=blank_preferences,
            clock=lambda: NOW,
        )
        qtbot.addWidget(page)
        page.resize(1040, 740)
        stage = Stage(page, chains, clipboard, background)
        with qtbot.waitActive(page):
            page.show()
            page.activateWindow()
        page.activate()
        stage.settle()
        return stage

    yield make
    assert background.wait_idle()


@pytest.fixture
def surroundings(background, theme, blank_preferences) -> Surroundings:
    """What a part is given, over three chains in memory."""
    return Surroundings(
        SampleChains.of(3),
        SampleExecutions.of(5),
        SampleApiKeys.of(3),
        background,
        MemoryClipboard(),
        theme,
        blank_preferences,
        lambda: NOW,
    )

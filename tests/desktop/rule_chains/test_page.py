"""The page “Rule Chains”."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ss_admin.contract.documents import Page
from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.rule_chains.page import RuleChainsPage
from ss_admin.desktop.widgets.dialog import Message
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import MemoryClipboard


class SampleChains:
    def __init__(self, *chains: RuleChain) -> None:
        self.chains = list(chains)

    def list_page(self, *, limit: int, cursor: str | None) -> Page[RuleChain]:
        return Page(items=self.chains, next_cursor=None, total=len(self.chains))


def chain(name: str, *, external: bool = True, enabled: bool = True) -> RuleChain:
    return RuleChain(
        id=name,
        name=name,
        description="What it does.",
        is_external=external,
        enabled=enabled,
        endpoint_url=f"https://api.example.com/rulechains/{name}/execute",
        sample_payload={},
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        updated_at=datetime(2026, 1, 1, tzinfo=UTC),
        version=1,
        last_run_at=None,
        runs=0,
        success_rate=None,
    )


def shown(chains: SampleChains, clipboard: MemoryClipboard, background, theme, qtbot) -> RuleChainsPage:
    page = RuleChainsPage(chains, background=background, clipboard=clipboard, theme=theme)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.activate()
    assert background.wait_idle()
    return page


def test_it_lists_chains_with_their_states_in_words(background, theme, qtbot):
    chains = SampleChains(chain("alarm"), chain("intake", external=False, enabled=False))
    page = shown(chains, MemoryClipboard(), background, theme, qtbot)
    rows = [[page.model.index(row, column).data() for column in range(3)] for row in range(2)]
    assert rows == [["alarm", "External", "Enabled"], ["intake", "Internal", "Disabled"]]
    assert_accessible(page)
    theme.force("dark")
    assert not page.grab().isNull()


def test_a_click_on_the_address_copies_it(background, theme, qtbot):
    clipboard = MemoryClipboard()
    page = shown(SampleChains(chain("alarm")), clipboard, background, theme, qtbot)
    place = page.table.visualRect(page.model.index(0, 3)).center()
    with qtbot.waitSignal(page.said) as said:
        qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert clipboard.text == "https://api.example.com/rulechains/alarm/execute"
    assert "alarm" in said.args[0]


def test_enter_copies_the_address_of_the_row(background, theme, qtbot):
    clipboard = MemoryClipboard()
    page = shown(SampleChains(chain("alarm")), clipboard, background, theme, qtbot)
    page.table.setCurrentIndex(page.model.index(0, 0))
    with qtbot.waitSignal(page.said):
        qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert clipboard.text.endswith("/alarm/execute")


def test_without_a_clipboard_it_says_so(background, theme, qtbot):
    page = shown(SampleChains(chain("a")), MemoryClipboard(CopyOutcome.NOT_AVAILABLE), background, theme, qtbot)
    page.table.activated.emit(page.model.index(0, 0))
    (message,) = page.findChildren(Message)
    assert message.isVisible()
    assert any(
        "No clipboard" in label.text() and "/a/execute" in label.text() for label in message.findChildren(QLabel)
    )

"""Run as a program: scrolls the real page through all of a list and prints by how much the process grew, in bytes."""

import sys
from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import SystemClipboard
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from tests.support.sample_keys import SampleAccounts, SampleApiKeys, SampleRuleChains
from tests.support.sample_signals import SampleSignals


def resident_bytes() -> int:
    """The memory of this process that is in use, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main(settings: str, count: int) -> None:
    """Shows the page, scrolls a page of rows at a time down to the end, and reports."""
    app = QApplication([])
    theme = Theme()
    theme.apply_to(app)
    background = Background()
    page = ApiKeysPage(
        api_keys=SampleApiKeys.of(count),
        accounts=SampleAccounts(),
        rule_chains=SampleRuleChains(),
        signals=SampleSignals(),
        background=background,
        clipboard=SystemClipboard(),
        theme=theme,
        preferences=Preferences(QSettings(settings, QSettings.Format.IniFormat)),
    )
    page.resize(1280, 480)
    page.show()
    page.activate()
    background.wait_idle()
    page.grab()
    before = resident_bytes()
    shown = 0
    for row in range(0, count, 100):
        page.table.verticalScrollBar().setValue(row * 56)
        page.table.in_view.tell()
        background.wait_idle()
        if row % 500 == 0:
            page.table.viewport().grab()
        shown += page.model.api_key(row) is not None
    background.shutdown()
    sys.stdout.write(f"{resident_bytes() - before} {shown}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))

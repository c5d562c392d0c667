"""From the list to a key's page, through it and back, with nothing but the keyboard."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.usage import UsageSpan
from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.shell.keys_place import KeysPlace
from tests.support.real_window import RealApp, wait_until


def test_a_key_is_opened_read_disabled_and_left_from_the_keyboard(app: RealApp) -> None:
    assert app.window.workspace is not None
    place = app.window.workspace.findChild(KeysPlace)
    assert place is not None
    table, page = app.page.table, place.key
    table.setFocus(Qt.FocusReason.TabFocusReason)
    app.press("ctrl+Home", "Down", "Down", "Down", "ctrl+Return")
    wait_until(lambda: place.is_key_open and page.sections.history.has_content, "the key's page is here")
    key = page.orders.key
    assert key is not None
    assert key.id == app.page.model.api_key(3).id
    app.tab_to("keyPage.span.24h")
    app.press("Right")
    wait_until(lambda: page.questions.span is UsageSpan.WEEK, "the next span is chosen")
    app.background.wait_idle()
    assert "the last 7 days" in page.sections.calls.chart.accessibleDescription()
    app.tab_to("keyPage.chart")
    app.press("Left", "Left")
    wait_until(lambda: page.sections.calls.chart.current == 54, "the bar before the last is read")
    app.press("Escape")
    wait_until(lambda: page.sections.calls.chart.current is None, "no bar is read any more")
    assert place.is_key_open
    app.tab_to("keyPage.history.table")
    history = QApplication.focusWidget()
    assert history is not None
    assert not history.visibleRegion().isEmpty()
    app.tab_to("keyPage.status", back=True)
    app.press("space")
    wait_until(lambda: page.head.status.text == "Disabled", "the key is disabled")
    wait_until(lambda: "Refused everywhere" in page.head.following.text, "every server refuses it")
    app.press("alt+Left")
    wait_until(lambda: not place.is_key_open, "the list is back")
    app.background.wait_idle()
    assert table.hasFocus()
    assert table.currentIndex().row() == 3
    assert table.currentIndex().column() == Column.NAME or table.current_key().id == key.id
    assert app.page.model.api_key(3).status is ApiKeyStatus.DISABLED

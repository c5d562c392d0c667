"""Pictures of the page “Activity” and of the exports, for `screenshots.py`."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.activity_filter import ActivityFilter
from ss_admin.desktop.activity.page import ActivityPage
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan
from tests.support.real_window import RealApp, close_dialogs, close_popups, wait_until

__all__ = ["ActivityPictures"]


class ActivityPictures:
    """Goes through the page in the window of `app`, and calls `shot` with a name at every stop."""

    def __init__(self, app: RealApp, shot: Callable[[str], None]) -> None:
        self._app = app
        self._shot = shot

    def take_all(self) -> None:
        """The list, its filters, its menu, an entry, and where nothing matches; then the menu of exports."""
        workspace = self._app.window.workspace
        assert workspace is not None
        workspace.open_page("Activity")
        page = workspace.findChild(ActivityPage)
        assert page is not None
        self._app.background.wait_idle()
        self._shot("activity")
        self._filters(page)
        self._entry(page)
        workspace.open_page("API Keys Management")
        self._app.page.head.export_button.click()
        self._shot("export-menu")
        close_popups()

    def _filters(self, page: ActivityPage) -> None:
        for name in ("person", "object", "action"):
            choice = getattr(page.filters, name)
            choice.click()
            wait_until(lambda choice=choice: choice.popup.found.model().rowCount() > 0, "something is found")
            self._shot(f"activity-{name}")
            close_popups()
        page.filters.show_filter(
            ActivityFilter(
                action=ObjectRef(id=ActivityAction.SIGN_IN_LOCKED.value, name="Sign-in locked after wrong passwords"),
                period=Period(TimeSpan.HOUR),
            )
        )
        self._app.background.wait_idle()
        self._shot("activity-no-match")
        page.filters.show_filter(
            ActivityFilter(action=ObjectRef(id=ActivityAction.API_KEY_CHANGED.value, name="Changed API key"))
        )
        self._app.background.wait_idle()
        self._shot("activity-filtered")

    def _entry(self, page: ActivityPage) -> None:
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        self._shot("activity-row-menu")
        close_popups()
        QTest.keyClick(page.table, Qt.Key.Key_Return)
        self._shot("activity-entry")
        close_dialogs()
        page.filters.clear()
        self._app.background.wait_idle()

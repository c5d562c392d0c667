"""Reading the audit trail with the keyboard alone: found, narrowed, opened, its history, and all of it again."""

from PySide6.QtWidgets import QApplication

from ss_admin.contract.activity import ActivityAction
from ss_admin.desktop.activity.page import ActivityPage
from tests.support.real_window import RealApp, wait_until


def test_an_entry_is_found_opened_and_followed_to_its_history_from_the_keyboard(app: RealApp) -> None:
    app.go_to_page("Activity")
    assert app.window.workspace is not None
    page = app.window.workspace.findChild(ActivityPage)
    assert page is not None
    wait_until(lambda: page.model.item(0) is not None, "the trail is here")
    everything = page.model.rowCount()
    assert everything > 10

    app.tab_to("activity.action", back=True)
    app.press("space")
    wait_until(page.filters.action.popup.isVisible, "the actions are offered")
    app.write("changed api")
    wait_until(lambda: page.filters.action.popup.found.model().rowCount() == 1, "one action is called so")
    app.press("Down", "Return")
    wait_until(lambda: page.filters.action.choice is not None, "it is chosen")
    app.background.wait_idle()
    assert 0 < page.model.rowCount() < everything
    first = page.model.item(0)
    assert first is not None
    assert first.action is ActivityAction.API_KEY_CHANGED

    app.tab_to("activity.table")
    app.press("ctrl+Home", "Return")
    app.wait_active("activityEntry")
    app.tab_to("activityEntry.cancel")
    app.press("space")
    wait_until(lambda: not app.sees("activityEntry"), "the entry is closed")
    app.background.wait_idle()
    assert page.filters.object.choice is not None
    assert page.filters.object.choice.id == first.object.id
    assert {page.model.item(number).object.id for number in range(min(page.model.rowCount(), 5))} == {first.object.id}

    app.tab_to("activity.clearFilters", back=True)
    app.press("space")
    app.background.wait_idle()
    assert page.filters.filter.is_empty
    assert page.model.rowCount() >= everything
    focused = QApplication.focusWidget()
    assert focused is page.filters.person

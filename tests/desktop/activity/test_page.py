"""The page “Activity”."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.activity import ActivityAction, ActivityEntry
from ss_admin.contract.documents import ObjectRef, Page
from ss_admin.desktop.activity.page import ActivityPage
from tests.support.accessibility import assert_accessible


class SampleActivity:
    """An audit trail of `count` entries."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.error: ServerUnreachable | None = None

    def list_page(self, *, limit: int, cursor: str | None) -> Page[ActivityEntry]:
        if self.error is not None:
            raise self.error
        start = int(cursor or 0)
        numbers = range(start, min(start + limit, self.count))
        last = start + limit >= self.count
        return Page(
            items=[entry(n) for n in numbers], next_cursor=None if last else str(start + limit), total=self.count
        )


def entry(number: int) -> ActivityEntry:
    return ActivityEntry(
        id=str(number),
        at=datetime(2026, 1, 1, tzinfo=UTC),
        action=ActivityAction.API_KEY_CREATED,
        actor=ObjectRef(id="u", name="Maria Keller"),
        address="10.0.0.1",
        object=ObjectRef(id="k", name=f"Key {number}"),
        changes=[],
    )


def shown(activity: SampleActivity, background, theme, qtbot) -> ActivityPage:
    page = ActivityPage(activity, background=background, theme=theme)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.activate()
    assert background.wait_idle()
    return page


def test_it_tells_who_did_what_to_which_key(background, theme, qtbot):
    page = shown(SampleActivity(3), background, theme, qtbot)
    row = [page.model.index(0, column).data() for column in range(1, 4)]
    assert row == ["Maria Keller", "Created API key", "Key 0"]
    assert "10.0.0.1" in page.model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert "UTC" in page.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert_accessible(page)


def test_further_entries_come_as_they_are_scrolled_to(background, theme, qtbot):
    page = shown(SampleActivity(250), background, theme, qtbot)
    assert page.model.rowCount() < 250
    for _ in range(3):
        page.table.scrollToBottom()
        qtbot.wait(20)
        assert background.wait_idle()
    assert page.model.rowCount() == 250


def test_where_nothing_happened_it_says_so(background, theme, qtbot):
    page = shown(SampleActivity(0), background, theme, qtbot)
    assert page.empty.isVisible()


def test_a_failure_goes_up_and_what_is_shown_stays_marked(background, theme, qtbot):
    activity = SampleActivity(3)
    page = shown(activity, background, theme, qtbot)
    activity.error = ServerUnreachable("away")
    with qtbot.waitSignal(page.failed):
        qtbot.keyClick(page, Qt.Key.Key_F5)
    page.set_stale(True)
    assert page.stale_mark.isVisible()
    assert page.model.rowCount() == 3
    activity.error = None
    with qtbot.waitSignal(page.recovered):
        page.refresh_button.click()
    assert not page.stale_mark.isVisible()

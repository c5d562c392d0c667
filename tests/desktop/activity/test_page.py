"""The page “Activity”: what it shows, how it is narrowed, opened, taken out, and that it holds its place."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.activity import EXPORT_MAX_ENTRIES, ActivityAction
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.activity_filter import ActivityFilter
from ss_admin.desktop.activity.cells import Column
from ss_admin.desktop.activity.entry_dialog import EntryDialog
from ss_admin.desktop.activity.page import ActivityPage
from ss_admin.desktop.activity.row_menu import RowMenu
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan
from ss_admin.desktop.widgets.dialog import Message
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_activity import NOW, SampleActivity, sample_entry


class Stage:
    """The page over a trail, shown and loaded."""

    def __init__(self, activity: SampleActivity, background, theme, qtbot, preferences) -> None:
        self.activity, self.background, self.qtbot = activity, background, qtbot
        self.clipboard = MemoryClipboard()
        self.page = ActivityPage(
            activity,
            background=background,
            clipboard=self.clipboard,
            theme=theme,
            preferences=preferences,
            clock=lambda: NOW,
        )
        if activity.count <= 10:
            QAbstractItemModelTester(self.page.model, self.page)
        qtbot.addWidget(self.page)
        self.page.resize(1000, 700)
        with qtbot.waitExposed(self.page):
            self.page.show()
        self.page.activate()
        self.settle()

    def settle(self) -> None:
        self.qtbot.wait(80)
        assert self.background.wait_idle()

    def cells(self, row: int) -> list[object]:
        return [self.page.model.index(row, column).data() for column in (Column.WHO, Column.ACTION, Column.CHANGES)]

    def top(self) -> str:
        return self.page.model.item(self.page.table.rowAt(0)).id

    def dialog(self, kind: type) -> EntryDialog | Message:
        return next(part for part in QApplication.topLevelWidgets() if isinstance(part, kind) and part.isVisible())


@pytest.fixture
def stage(background, theme, qtbot, blank_preferences) -> Iterator[Callable[[SampleActivity], Stage]]:
    made: list[Stage] = []

    def make(activity: SampleActivity) -> Stage:
        made.append(Stage(activity, background, theme, qtbot, blank_preferences))
        return made[-1]

    yield make
    for part in QApplication.topLevelWidgets():
        if isinstance(part, EntryDialog | Message | RowMenu):
            part.close()


def test_it_tells_who_did_what_to_which_key_and_when(stage):
    shown = stage(SampleActivity(3))
    model = shown.page.model
    assert shown.cells(0) == ["Maria Keller", "Disabled API key", "Status: Active → Disabled"]
    assert model.index(0, Column.OBJECT).data() == "Key 3 (ss_Ab12…Cd34)"
    assert "10.0.0.1" in model.index(0, Column.WHO).data(Qt.ItemDataRole.ToolTipRole)
    assert "UTC" in model.index(0, Column.WHEN).data(Qt.ItemDataRole.ToolTipRole)
    assert shown.page.count.text() == "3 entries"
    assert_accessible(shown.page)


def test_of_100_000_entries_only_those_in_view_are_fetched(stage):
    shown = stage(SampleActivity(100_000))
    table = shown.page.table
    assert shown.page.model.rowCount() == 100_000
    assert shown.page.model.item(50_000) is None
    table.scrollTo(shown.page.model.index(50_000, 0))
    shown.settle()
    assert shown.page.model.item(50_000).id == "entry-50000"
    table.scrollToBottom()
    shown.settle()
    assert shown.page.model.item(99_999).id == "entry-1"
    assert len(shown.activity.asked) < 10


@pytest.mark.parametrize("new", [3, 250])
def test_the_list_stays_where_it_is_read_while_new_entries_come(stage, new):
    shown = stage(SampleActivity(1_000))
    table, model = shown.page.table, shown.page.model
    table.setCurrentIndex(model.index(2, 0))
    table.verticalScrollBar().setValue(table.verticalHeader().defaultSectionSize() * 330 + 20)
    shown.settle()
    top, current = shown.top(), "entry-998"
    shown.activity.count += new
    shown.page.refresh()
    shown.settle()
    assert model.rowCount() == 1_000 + new
    assert shown.top() == top
    table.scrollToTop()
    shown.settle()
    assert model.item(0).id == f"entry-{1_000 + new}"
    table.scrollTo(table.currentIndex())
    shown.settle()
    assert model.item(table.currentIndex().row()).id == current


def test_a_list_that_shows_its_beginning_shows_what_is_new(stage):
    shown = stage(SampleActivity(200))
    shown.activity.count += 2
    shown.page.refresh()
    shown.settle()
    assert shown.top() == "entry-202"


def test_entries_that_came_while_scrolling_do_not_move_it(stage):
    shown = stage(SampleActivity(1_000))
    bar, height = shown.page.table.verticalScrollBar(), shown.page.table.verticalHeader().defaultSectionSize()
    bar.setValue(height * 540)
    shown.settle()
    shown.activity.count += 40
    bar.setValue(height * 590)
    shown.settle()
    assert shown.page.model.rowCount() == 1_040
    assert shown.top() == "entry-410"


def test_the_filters_ask_for_what_is_chosen_and_clear_shows_all_again(stage):
    shown = stage(SampleActivity(10))
    bar = shown.page.filters
    bar.person.choose(ObjectRef(id="u-M", name="Maria Keller"))
    bar.object.choose(ObjectRef(id="nobody", name="Gone"))
    bar.action.choose(ObjectRef(id="API keys", name="Everything about API keys"))
    bar.time.choose_period(Period(TimeSpan.HOUR))
    shown.settle()
    asked = shown.activity.asked[-1]
    assert (asked.actor_id, asked.object_id) == ("u-M", "nobody")
    assert ActivityAction.API_KEY_DELETED in asked.actions
    assert ActivityAction.SIGNED_IN not in asked.actions
    assert asked.since is not None
    assert shown.page.empty.isVisible()
    assert shown.page.empty.action.text() == "Clear filters"
    shown.page.empty.action.click()
    shown.settle()
    assert shown.page.table.isVisible()
    assert shown.activity.asked[-1].object_id is None
    assert not bar.clear_button.isVisible()


@pytest.mark.parametrize(
    ("name", "typed", "chosen"),
    [
        ("person", "maria", "Maria Keller"),
        ("object", "gone", "Gone Key (ss_Ab12…Cd34)"),
        ("action", "deleted api", "Deleted API key"),
    ],
)
def test_filters_are_chosen_by_typing(stage, qtbot, name, typed, chosen):
    shown = stage(SampleActivity(10))
    choice = getattr(shown.page.filters, name)
    choice.click()
    qtbot.keyClicks(choice.popup.search, typed)
    qtbot.waitUntil(lambda: choice.popup.found.model().rowCount() == 1)
    qtbot.keyClick(choice.popup.search, Qt.Key.Key_Return)
    assert choice.choice.name == chosen


def test_one_object_can_be_asked_for_from_elsewhere(stage):
    shown = stage(SampleActivity(10))
    shown.page.filters.person.choose(ObjectRef(id="u-M", name="Maria Keller"))
    shown.page.show_object(ObjectRef(id="key-1", name="Alarm"))
    shown.settle()
    assert shown.page.filters.filter == ActivityFilter(object=ObjectRef(id="key-1", name="Alarm"))


def test_a_span_back_from_now_goes_on_with_the_clock_without_losing_the_place(stage):
    shown = stage(SampleActivity(500))
    shown.page.filters.time.choose_period(Period(TimeSpan.DAY))
    shown.settle()
    table = shown.page.table
    table.verticalScrollBar().setValue(table.verticalHeader().defaultSectionSize() * 100)
    shown.settle()
    top, before = shown.top(), len(shown.activity.asked)
    shown.page.refresh()
    shown.settle()
    assert len(shown.activity.asked) > before
    assert shown.top() == top


def test_enter_opens_the_entry_with_what_proves_it(stage, qtbot):
    shown = stage(SampleActivity(3))
    qtbot.keyClick(shown.page.table, Qt.Key.Key_Return)
    dialog = shown.dialog(EntryDialog)
    told = " ".join(label.text().replace("\u200b", "") for label in dialog.findChildren(QLabel))
    for part in ("Maria Keller", "10.0.0.1", "request-3", "Entry 3 of the trail", f"{3:064x}", "Active", "Disabled"):
        assert part in told
    assert_accessible(dialog)
    dialog.cancel_button.click()
    shown.settle()
    assert shown.page.filters.filter.object == ObjectRef(id="key-3", name="Key 3 (ss_Ab12…Cd34)")


def test_the_menu_narrows_the_list_and_leads_to_the_key(stage, qtbot):
    shown = stage(SampleActivity(3))
    qtbot.keyClick(shown.page.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[:2] == ["Open details", "Open API key"]
    assert "Show “Maria Keller” only" in words
    with qtbot.waitSignal(shown.page.key_opened) as opened:
        menu.actions()[1].trigger()
    assert opened.args == ["key-3"]
    menu.actions()[-1].trigger()
    shown.settle()
    assert shown.activity.asked[-1].actions == {ActivityAction.API_KEY_CHANGED}
    menu.close()


def test_what_has_no_key_offers_none(qtbot, theme):
    for action in (ActivityAction.SIGNED_IN, ActivityAction.RULE_CHAIN_CHANGED, ActivityAction.INVENTORY_EXPORTED):
        menu = RowMenu(sample_entry(1, action=action, actor=None), ActivityFilter(), parent=None)
        qtbot.addWidget(menu)
        assert "Open API key" not in [entry.text() for entry in menu.actions()]


def test_the_export_saves_what_the_filters_let_through(stage, qtbot, tmp_path):
    shown = stage(SampleActivity(3))
    shown.page.filters.person.choose(ObjectRef(id="u-M", name="Maria Keller"))
    shown.settle()
    with qtbot.waitSignal(shown.page.said) as said:
        save_to(shown.page, tmp_path / "trail.csv")
    assert (tmp_path / "trail.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "trail.csv" in said.args[0]
    assert shown.activity.asked[-1].actor_id == "u-M"
    assert shown.page.export_button.isEnabled()


def test_a_file_that_cannot_be_written_is_told_and_an_error_goes_up(stage, qtbot, tmp_path):
    shown = stage(SampleActivity(3))
    save_to(shown.page, tmp_path / "nowhere" / "trail.csv")
    shown.settle()
    assert "trail.csv" in " ".join(label.text() for label in shown.dialog(Message).findChildren(QLabel))
    shown.dialog(Message).accept()
    shown.activity.error = ServerUnreachable("away")
    with qtbot.waitSignal(shown.page.failed):
        save_to(shown.page, tmp_path / "trail.csv")
    assert not (tmp_path / "trail.csv").exists()


def test_more_than_a_file_holds_is_told_before_a_place_is_chosen(stage):
    shown = stage(SampleActivity(EXPORT_MAX_ENTRIES + 1))
    shown.page.export_button.click()
    assert "50,000" in " ".join(label.text() for label in shown.dialog(Message).findChildren(QLabel))


def test_where_nothing_happened_it_says_so(stage):
    shown = stage(SampleActivity(0))
    assert shown.page.empty.isVisible()
    assert not shown.page.export_button.isEnabled()


def test_a_failure_goes_up_and_what_is_shown_stays_marked(stage, qtbot):
    shown = stage(SampleActivity(3))
    page = shown.page
    shown.activity.error = ServerUnreachable("away")
    with qtbot.waitSignal(page.failed):
        qtbot.keyClick(page, Qt.Key.Key_F5)
    page.set_stale(True)
    assert page.stale_mark.isVisible()
    assert page.model.rowCount() == 3
    shown.activity.error = None
    with qtbot.waitSignal(page.recovered):
        page.refresh_button.click()
    assert not page.stale_mark.isVisible()


def save_to(page: ActivityPage, path: Path) -> None:
    """Presses the button and chooses the place, as a person does in the dialog."""
    page.export_button.click()
    dialog = next(part for part in QApplication.topLevelWidgets() if part.objectName() == "activity.saveFile")
    dialog.fileSelected.emit(str(path))
    dialog.close()

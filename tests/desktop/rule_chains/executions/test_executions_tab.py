"""The list of executions: filtered, refreshed without losing its place, and opened."""

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QLabel

from ss_admin.client.errors import ServerUnreachable
from ss_admin.client.executions import ExecutionQuery
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.executions import ExecutionOutcome
from ss_admin.desktop.rule_chains.executions import executions_tab
from ss_admin.desktop.rule_chains.executions.execution_dialog import ExecutionDialog
from ss_admin.desktop.rule_chains.executions.executions_tab import ExecutionsTab
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan
from ss_admin.desktop.widgets.choosing.period_dialog import PeriodDialog
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_chains import NOW, SampleExecutions, sample_execution
from tests.support.sample_keys import SampleApiKeys


class Stage:
    """The tab over executions in memory, shown and loaded."""

    def __init__(self, executions: SampleExecutions, background, theme, qtbot) -> None:
        self.executions = executions
        self.background = background
        self.keys = SampleApiKeys.of(40).keys
        self.tab = ExecutionsTab(
            executions=executions,
            api_keys=SampleApiKeys(self.keys),
            background=background,
            clipboard=MemoryClipboard(),
            theme=theme,
            clock=lambda: NOW,
        )
        qtbot.addWidget(self.tab)
        tester = QAbstractItemModelTester(self.tab.model, QAbstractItemModelTester.FailureReportingMode.Fatal, self.tab)
        tester.setUseFetchMore(False)
        self.tab.resize(1000, 560)
        self.tab.show_chain("chain-1", "Building Alarm")
        self.tab.show()
        self.settle()

    def settle(self) -> None:
        assert self.background.wait_idle()

    @property
    def ids(self) -> list[str]:
        return [self.tab.model.item(row).id for row in range(self.tab.model.rowCount())]

    @property
    def query(self) -> ExecutionQuery:
        return self.executions.queries[-1]

    @property
    def empty_words(self) -> list[str]:
        return [label.text() for label in self.tab.empty.findChildren(QLabel)]


@pytest.fixture
def make_stage(background, theme, qtbot):
    return lambda executions=None: Stage(executions or SampleExecutions.of(250), background, theme, qtbot)


def choose_in(menu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_it_lists_the_newest_first_and_fetches_more_as_it_scrolls(make_stage):
    stage = make_stage()
    assert len(stage.ids) == 100
    assert stage.tab.count.text() == "250 executions"
    stage.tab.table.scrollToBottom()
    stage.settle()
    assert len(stage.ids) == 200
    assert stage.ids[:2] == ["execution-0", "execution-1"]
    assert_accessible(stage.tab)


def test_it_filters_by_outcome_key_and_time_together(make_stage, qtbot):
    stage = make_stage()
    choose_in(stage.tab.filters.outcome.menu_of_choices, "Failed")
    choose_in(stage.tab.filters.time.menu_of_choices, "Last hour")
    stage.settle()
    assert stage.ids == [f"execution-{number}" for number in (9, 19, 29, 39, 49, 59)]
    popup = stage.tab.filters.api_key.popup
    stage.tab.filters.api_key.click()
    stage.settle()
    key = stage.keys[7]
    qtbot.keyClicks(popup.search, "ss_0007")
    qtbot.waitUntil(lambda: popup.found.model().rowCount() == 1)
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    stage.settle()
    assert stage.query == ExecutionQuery(ExecutionOutcome.FAILED, key.id, since=NOW - timedelta(hours=1), until=None)
    assert stage.tab.filters.outcome.text() == "Outcome: Failed"


def test_no_match_says_which_filter_and_clears_it(make_stage, qtbot):
    stage = make_stage()
    stage.tab.filters.api_key.choose(ObjectRef(id="gone", name="Old key"))
    choose_in(stage.tab.filters.outcome.menu_of_choices, "Succeeded")
    stage.settle()
    assert "Nothing matches outcome “Succeeded” and API key “Old key”." in stage.empty_words
    asked = len(stage.executions.queries)
    stage.tab.empty.action.click()
    stage.settle()
    assert stage.query == ExecutionQuery()
    assert len(stage.executions.queries) == asked + 1
    assert not stage.tab.filters.clear_button.isVisible()
    assert len(stage.ids) == 100


def test_a_chain_without_calls_says_what_will_stand_here(make_stage):
    stage = make_stage(SampleExecutions())
    assert "No executions yet" in stage.empty_words
    assert stage.tab.empty.isVisible()
    assert not stage.tab.count.isVisible()


def test_a_custom_time_is_asked_for_from_minute_to_minute(make_stage, qtbot):
    stage = make_stage()
    choose_in(stage.tab.filters.time.menu_of_choices, "Custom…")
    (dialog,) = stage.tab.findChildren(PeriodDialog)
    assert_accessible(dialog)
    dialog.since.setDateTime(dialog.since.dateTime().addSecs(3600 * 30))
    dialog.primary_button.click()
    assert dialog.isVisible()
    assert "later" in dialog._until.error
    dialog.since.setDateTime(dialog.since.dateTime().addSecs(-3600 * 29))
    wanted = dialog.period
    dialog.primary_button.click()
    stage.settle()
    assert stage.tab.filters.time.period == wanted
    assert (stage.query.since, stage.query.until) == (wanted.since, wanted.until)
    assert wanted.since == NOW - timedelta(hours=23)


def test_a_custom_time_that_is_given_up_leaves_the_time_as_it_was(make_stage):
    stage = make_stage()
    stage.tab.filters.time.choose_period(Period(TimeSpan.DAY))
    stage.settle()
    choose_in(stage.tab.filters.time.menu_of_choices, "Custom…")
    stage.tab.findChild(PeriodDialog).reject()
    assert stage.tab.filters.time.period == Period(TimeSpan.DAY)
    checked = [action.text() for action in stage.tab.filters.time.menu_of_choices.actions() if action.isChecked()]
    assert checked == ["Last 24 hours"]


def test_a_refresh_keeps_the_row_and_the_place(make_stage, qtbot):
    stage = make_stage()
    stage.tab.table.setCurrentIndex(stage.tab.model.index(40, 0))
    stage.tab.table.scrollTo(stage.tab.model.index(40, 0))
    seen = stage.tab.table.visualRect(stage.tab.model.index(40, 0)).top()
    new = sample_execution(0, id="new", at=NOW)
    stage.executions.executions.insert(0, new)
    qtbot.keyClick(stage.tab.table, Qt.Key.Key_F5)
    stage.settle()
    assert stage.ids[0] == "new"
    assert stage.tab.table.currentIndex().row() == 41
    assert stage.tab.table.visualRect(stage.tab.model.index(41, 0)).top() == seen


def test_it_refreshes_itself_while_it_can_be_seen(make_stage):
    stage = make_stage()
    assert executions_tab.REFRESH_MS == 30_000
    assert stage.tab._timer.isActive()
    asked = len(stage.executions.queries)
    stage.tab._timer.timeout.emit()
    stage.settle()
    assert len(stage.executions.queries) == asked + 1
    stage.tab.hide()
    assert not stage.tab._timer.isActive()


def test_another_chain_begins_with_nothing_of_the_one_before(make_stage):
    stage = make_stage()
    stage.tab.filters.outcome.choose(ExecutionOutcome.FAILED)
    stage.settle()
    stage.tab.show_chain("chain-2", "Work order")
    assert stage.ids == []
    stage.settle()
    assert "No executions yet" in stage.empty_words
    assert stage.query == ExecutionQuery()


def test_a_server_that_is_away_is_told_to_the_shell_and_the_rows_stay(make_stage, qtbot):
    stage = make_stage()
    stage.executions.fail_with = ServerUnreachable("no route")
    with qtbot.waitSignal(stage.tab.failed):
        stage.tab.refresh()
    assert len(stage.ids) == 100


def test_enter_and_a_double_click_open_an_execution(make_stage, qtbot):
    stage = make_stage()
    stage.tab.table.setFocus()
    stage.tab.table.setCurrentIndex(stage.tab.model.index(2, 0))
    qtbot.keyClick(stage.tab.table, Qt.Key.Key_Return)
    stage.settle()
    (dialog,) = stage.tab.findChildren(ExecutionDialog)
    assert dialog.heading == "Execution of “Building Alarm”"
    dialog.reject()
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    place = stage.tab.table.visualRect(stage.tab.model.index(3, 1)).center()
    qtbot.mouseClick(stage.tab.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(stage.tab.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    stage.settle()
    assert stage.tab.findChildren(ExecutionDialog)[-1].isVisible()


def test_the_menu_of_a_row_narrows_the_list_to_its_key(make_stage, qtbot):
    stage = make_stage()
    stage.tab.table.setCurrentIndex(stage.tab.model.index(1, 0))
    qtbot.keyClick(stage.tab.table, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    choose_in(menu, "Show this API key only")
    menu.close()
    stage.settle()
    assert stage.query.api_key_id == "key-1"
    assert {stage.tab.model.item(row).api_key.id for row in range(stage.tab.model.rowCount())} == {"key-1"}


def test_it_is_painted_in_the_dark_theme(make_stage, theme):
    stage = make_stage()
    theme.force("dark")
    assert not stage.tab.grab().isNull()

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from ss_admin.contract.usage import ApiKeyUsage, UsageSpan
from ss_admin.desktop.key_page.chart import calls_chart
from ss_admin.desktop.key_page.chart.calls_chart import CallsChart
from ss_admin.desktop.theme.theme import Theme
from tests.support.sample_usage import attacked, busy, quiet, usage_of

Show = Callable[[ApiKeyUsage], CallsChart]


@pytest.fixture
def show(qtbot: QtBot, theme: Theme) -> Show:
    def make(usage: ApiKeyUsage) -> CallsChart:
        chart = CallsChart(theme=theme)
        qtbot.addWidget(chart)
        chart.resize(900, 220)
        with qtbot.waitActive(chart):
            chart.show()
            chart.activateWindow()
        chart.show_usage(usage)
        chart.setFocus()
        return chart

    return make


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is told."""
    told: list[str] = []
    monkeypatch.setattr(calls_chart.QAccessible, "updateAccessibility", lambda event: told.append(event.message()))
    return told


def test_arrows_walk_through_the_bars_and_each_is_read_out(show: Show, spoken: list[str], qtbot: QtBot) -> None:
    chart = show(usage_of((10, 0, 0, 0), (200, 5, 0, 0), (30, 0, 1, 0)))
    for key, number in ((Qt.Key.Key_Left, 2), (Qt.Key.Key_Left, 1), (Qt.Key.Key_Home, 0), (Qt.Key.Key_Left, 0)):
        qtbot.keyClick(chart, key)
        assert chart.current == number
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Right)
    assert chart.current == 2
    assert "205 calls; 200 admitted, 5 limited" in spoken[1]
    assert "until now: 31 calls" in spoken[-1]


def test_escape_lets_go_of_the_bar_before_it_means_anything_else(show: Show, qtbot: QtBot) -> None:
    chart = show(busy(UsageSpan.DAY))
    qtbot.keyClick(chart, Qt.Key.Key_End)
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.current is None


def test_the_pointer_reads_the_bar_below_it_and_leaves_none_behind(show: Show, qtbot: QtBot) -> None:
    chart = show(busy(UsageSpan.DAY))
    bar = chart.bars[20]
    qtbot.mouseMove(chart, QPoint(int(bar.left + bar.width / 2), 100))
    qtbot.waitUntil(lambda: chart.current == 20)
    qtbot.mouseMove(chart, QPoint(2, 100))
    qtbot.waitUntil(lambda: chart.current is None)


def test_a_newer_answer_keeps_the_bar_that_is_read_by_its_time(show: Show) -> None:
    usage = busy(UsageSpan.DAY)
    chart = show(usage)
    chart.read(10)
    chart.show_usage(usage.model_copy(update={"buckets": usage.buckets[1:] + usage.buckets[:1]}))
    assert chart.current == 9
    chart.show_usage(busy(UsageSpan.MONTH))
    assert chart.current is None or chart.current < 60


def test_screen_readers_hear_what_the_chart_shows(show: Show) -> None:
    chart = show(quiet(UsageSpan.WEEK))
    assert chart.accessibleName() == "Calls over time"
    assert chart.accessibleDescription().startswith("No calls in the last 7 days.")
    assert QAccessible.queryAccessibleInterface(chart) is not None


@pytest.mark.parametrize("theme_name", ["light", "dark"])
def test_every_state_is_painted_and_no_two_look_the_same(show: Show, theme: Theme, theme_name) -> None:
    theme.force(theme_name)
    pictures = set()
    for make in (quiet, busy, attacked):
        chart = show(make(UsageSpan.DAY))
        pictures.add(chart.grab().toImage().cacheKey())
        chart.read(40)
        chart.grab()
    assert len(pictures) == 3

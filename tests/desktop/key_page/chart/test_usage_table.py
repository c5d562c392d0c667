from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ss_admin.contract.usage import UsageSpan
from ss_admin.desktop.key_page.chart.usage_table import UsageTable, UsageTableModel
from ss_admin.desktop.theme.theme import Theme
from tests.support.sample_usage import busy, usage_of


def test_the_numbers_of_the_chart_stand_in_the_table_newest_first(theme: Theme, qtbot: QtBot) -> None:
    model = UsageTableModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table = UsageTable(model)
    qtbot.addWidget(table)
    model.show_usage(usage_of((10, 0, 0, 0), (1_200, 5, 0, 2)))
    header = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert header == ["When", "Admitted", "Limited", "Refused", "Failed", "All calls"]
    first = [model.index(0, column).data() for column in range(6)]
    assert first[0].endswith("until now")
    assert first[1:] == ["1,200", "5", "0", "2", "1,207"]
    assert model.index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole) == "1,200 admitted"


def test_a_refresh_keeps_the_current_row_and_another_span_is_another_table(theme: Theme, qtbot: QtBot) -> None:
    model = UsageTableModel()
    table = UsageTable(model)
    qtbot.addWidget(table)
    model.show_usage(busy(UsageSpan.DAY))
    table.setCurrentIndex(model.index(7, 0))
    model.show_usage(busy(UsageSpan.DAY))
    assert table.currentIndex().row() == 7
    model.show_usage(busy(UsageSpan.WEEK))
    assert model.rowCount() == 56

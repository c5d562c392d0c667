from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from ss_admin.desktop.key_page.facts_table import FactColumn, FactsModel, FactsTable
from ss_admin.desktop.theme.theme import Theme

COLUMNS = (
    FactColumn("Name", lambda item: item),
    FactColumn("Length", lambda item: str(len(item)), width=80, is_number=True),
)


def test_the_table_is_as_high_as_its_rows_and_keeps_its_row(theme: Theme, qtbot: QtBot) -> None:
    model = FactsModel(COLUMNS)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    table = FactsTable(model, name="facts", label="Facts")
    qtbot.addWidget(table)
    empty = table.height()
    model.show_items(["a", "<b>bold</b>", "ccc"])
    assert table.height() == empty + 3 * 34
    assert table.verticalScrollBar().maximum() == 0
    table.setCurrentIndex(model.index(1, 0))
    model.show_items(["x", "yy", "zzz"])
    assert table.currentIndex().row() == 1
    model.show_items(["x"])
    assert table.height() == empty + 34


def test_what_people_wrote_is_no_markup_in_tooltips(theme: Theme) -> None:
    model = FactsModel(COLUMNS)
    model.show_items(["<b>bold</b>"])
    assert "&lt;b&gt;" in model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "<b>bold</b>"


def test_the_wheel_is_for_the_page(theme: Theme, qtbot: QtBot) -> None:
    model = FactsModel(COLUMNS)
    table = FactsTable(model, name="facts", label="Facts")
    qtbot.addWidget(table)
    model.show_items(["x"] * 9)
    assert table.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    assert table.indexAt(QPoint(5, 5)).isValid()

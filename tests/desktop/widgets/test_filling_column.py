"""One column takes the room that the others leave, and never less than it needs."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QTableView

from ss_admin.desktop.widgets.filling_column import FillingColumn


@pytest.fixture
def table(qtbot) -> QTableView:
    made = QTableView()
    qtbot.addWidget(made)
    made.setModel(QStandardItemModel(3, 3, made))
    made.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.verticalHeader().hide()
    made.resize(600, 200)
    FillingColumn(made, 0, 150)
    made.show()
    return made


def test_it_takes_what_is_left_when_the_table_grows_and_gives_it_back_when_it_shrinks(table: QTableView):
    header = table.horizontalHeader()
    for width in (600, 1200, 700):
        table.resize(width, 200)
        assert header.length() == table.viewport().width()
    table.resize(200, 200)
    assert header.sectionSize(0) == 150
    table.resize(600, 200)
    assert header.length() == table.viewport().width()


def test_it_gives_room_to_a_column_that_is_made_wider(table: QTableView):
    header = table.horizontalHeader()
    header.resizeSection(2, 180)
    assert header.length() == table.viewport().width()

"""What makes a table a list of rows: no grid, one row at a time, and Tab leaves it."""

from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

__all__ = ["show_as_rows"]


def show_as_rows(table: QTableView, row_height: int) -> None:
    """Sets `table` up to be read row by row, each `row_height` pixels high."""
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setShowGrid(False)
    table.setMouseTracking(True)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    table.setCornerButtonEnabled(False)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = table.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setDefaultSectionSize(row_height)
    table.verticalScrollBar().setSingleStep(row_height)

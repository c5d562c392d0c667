"""Keeps a list where it is while its rows are replaced: the current row and the scroll position, by document."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView

from ss_admin.desktop.widgets.paged.paged_rows import PagedRows

__all__ = ["RowAnchor"]


@dataclass(frozen=True)
class _Place:
    top_id: str | None
    top_row: int
    current_id: str | None
    current_row: int
    current_column: int


class RowAnchor(QObject):
    """Holds on to the document at the top of the view and to the current one, through refreshes and new queries.

    A view that shows the list's very beginning stays there, so that new rows come into sight.
    """

    def __init__(self, view: QTableView, model: PagedRows, *, first_column: int = 0) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._first_column = first_column
        self._place = _Place(None, -1, None, -1, first_column)
        model.replacing.connect(self._hold)
        model.replaced.connect(self._restore_after_refresh)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._restore_after_reset)

    def _hold(self) -> None:
        current = self._view.currentIndex()
        top = self._view.rowAt(0)
        self._place = _Place(
            self._id(top) if self._view.verticalScrollBar().value() else None,
            top,
            self._id(current.row()) if current.isValid() else None,
            current.row(),
            current.column() if current.isValid() else self._first_column,
        )

    def _id(self, row: int) -> str | None:
        item = self._model.item(row) if row >= 0 else None
        return item.id if item is not None else None

    def _restore_after_refresh(self) -> None:
        if self._place.top_id is not None:
            row = self._row_now(self._place.top_id, self._place.top_row)
            if row is not None and row != self._place.top_row:
                bar = self._view.verticalScrollBar()
                height = self._view.verticalHeader().defaultSectionSize()
                bar.setValue(bar.value() + (row - self._place.top_row) * height)
        if self._place.current_id is not None:
            row = self._row_now(self._place.current_id, self._place.current_row)
            gone = min(self._place.current_row, self._model.rowCount() - 1)
            self._make_current(gone if row is None else row)

    def _row_now(self, item_id: str, row_before: int) -> int | None:
        """Where a document stands now; where it is not loaded but rows came above it, by counting them."""
        row = self._model.find(item_id)
        return row_before + self._model.moved_by if row is None and self._model.moved_by else row

    def _restore_after_reset(self) -> None:
        self._view.verticalScrollBar().setValue(0)
        if self._place.current_id is not None:
            row = self._model.find(self._place.current_id)
            self._make_current(0 if row is None else row)

    def _make_current(self, row: int) -> None:
        if not 0 <= row < self._model.rowCount() or row == self._view.currentIndex().row():
            return
        scrolls = self._view.hasAutoScroll()
        self._view.setAutoScroll(False)
        self._view.setCurrentIndex(self._model.index(row, self._place.current_column))
        self._view.setAutoScroll(scrolls)

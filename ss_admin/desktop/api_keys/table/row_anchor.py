"""Keeps the list where it is while its rows are replaced: the current row and the scroll position, by key."""

from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView

from ss_admin.desktop.api_keys.table.columns import Column
from ss_admin.desktop.api_keys.table.paged_rows import PagedRows

__all__ = ["RowAnchor"]


@dataclass(frozen=True)
class _Place:
    top_key: str | None
    top_row: int
    current_key: str | None
    current_row: int
    current_column: int


class RowAnchor(QObject):
    """Holds on to the key at the top of the view and to the current one, through refreshes and new queries.

    A view that shows the list's very beginning stays there, so that new keys come into sight.
    """

    def __init__(self, view: QTableView, model: PagedRows) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._place = _Place(None, -1, None, -1, Column.NAME)
        model.replacing.connect(self._hold)
        model.replaced.connect(self._restore_after_refresh)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._restore_after_reset)

    def _hold(self) -> None:
        current = self._view.currentIndex()
        top = self._view.rowAt(0)
        self._place = _Place(
            self._key(top) if self._view.verticalScrollBar().value() else None,
            top,
            self._key(current.row()) if current.isValid() else None,
            current.row(),
            current.column() if current.isValid() else Column.NAME,
        )

    def _key(self, row: int) -> str | None:
        api_key = self._model.api_key(row) if row >= 0 else None
        return api_key.id if api_key else None

    def _restore_after_refresh(self) -> None:
        if self._place.top_key is not None:
            row = self._model.find(self._place.top_key)
            if row is not None and row != self._place.top_row:
                bar = self._view.verticalScrollBar()
                height = self._view.verticalHeader().defaultSectionSize()
                bar.setValue(bar.value() + (row - self._place.top_row) * height)
        if self._place.current_key is not None:
            row = self._model.find(self._place.current_key)
            gone = min(self._place.current_row, self._model.rowCount() - 1)
            self._make_current(gone if row is None else row)

    def _restore_after_reset(self) -> None:
        self._view.verticalScrollBar().setValue(0)
        if self._place.current_key is not None:
            row = self._model.find(self._place.current_key)
            self._make_current(0 if row is None else row)

    def _make_current(self, row: int) -> None:
        if not 0 <= row < self._model.rowCount() or row == self._view.currentIndex().row():
            return
        scrolls = self._view.hasAutoScroll()
        self._view.setAutoScroll(False)
        self._view.setCurrentIndex(self._model.index(row, self._place.current_column))
        self._view.setAutoScroll(scrolls)

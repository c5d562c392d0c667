"""Tells the model which rows are in view, so that it fetches them: after scrolling, resizing and changes."""

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QTableView

from ss_admin.desktop.widgets.paged.paged_rows import PagedRows

__all__ = ["RowsInView"]

_DELAY_MS = 60


class RowsInView(QObject):
    """Tells at most every 60 ms: pages that only flew past are never asked for."""

    def __init__(self, view: QTableView, rows: PagedRows) -> None:
        super().__init__(view)
        self._view = view
        self._rows = rows
        self._delay = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._delay.timeout.connect(self.tell)
        for moved in (view.verticalScrollBar().valueChanged, rows.modelReset, rows.rowsInserted, rows.rowsRemoved):
            moved.connect(self._wait)
        view.viewport().installEventFilter(self)

    def tell(self) -> None:
        """Tells now."""
        first, last = self._view.rowAt(0), self._view.rowAt(self._view.viewport().height() - 1)
        self._rows.show_rows(max(0, first), last if last >= 0 else self._rows.rowCount() - 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """More or fewer rows are in view."""
        if event.type() == QEvent.Type.Resize:
            self._wait()
        return super().eventFilter(watched, event)

    def _wait(self) -> None:
        if not self._delay.isActive():
            self._delay.start()

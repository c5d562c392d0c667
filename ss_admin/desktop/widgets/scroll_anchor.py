"""Keeps a list where it is while rows come and go above: the row at the top of the view stays there."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QTableView

from ss_admin.desktop.widgets.cursor_model import CursorModel

__all__ = ["ScrollAnchor"]


class ScrollAnchor(QObject):
    """A view that shows the list's very beginning stays there, so that what is new on top comes into sight."""

    def __init__(self, view: QTableView, model: CursorModel) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._held: tuple[str, int] | None = None
        model.merging.connect(self._hold)
        model.merged.connect(self._restore)

    def _hold(self) -> None:
        row = self._view.rowAt(0)
        at_top = self._view.verticalScrollBar().value() == 0
        self._held = None if at_top or row < 0 else (self._model.item(row).id, self._view.rowViewportPosition(row))

    def _restore(self) -> None:
        row = self._model.find(self._held[0]) if self._held else None
        if self._held is not None and row is not None:
            bar = self._view.verticalScrollBar()
            bar.setValue(bar.value() + self._view.rowViewportPosition(row) - self._held[1])

"""The rule chains that have been chosen, a row each. Delete or the ✕ takes one out."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QListView, QWidget
from typing_extensions import override

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.api_keys.chains.chain_delegates import CHOSEN_ROW_HEIGHT, ChosenDelegate, cross_of
from ss_admin.desktop.api_keys.chains.chain_names import ChainNames
from ss_admin.desktop.api_keys.chains.chain_search import chain_marks
from ss_admin.desktop.theme.theme import Theme

__all__ = ["ChosenChains"]

_FEWEST_ROWS, _MOST_ROWS = 3, 6
_REMOVES = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}
_Index = QModelIndex | QPersistentModelIndex


class _ChosenModel(QAbstractListModel):
    def __init__(self, names: ChainNames, parent: QObject) -> None:
        super().__init__(parent)
        self._names = names
        self.ids: list[str] = []
        names.changed.connect(self._on_names)

    def replace(self, ids: Sequence[str]) -> None:
        self.beginResetModel()
        self.ids = list(ids)
        self.endResetModel()

    def add(self, chain_id: str) -> None:
        self.beginInsertRows(QModelIndex(), len(self.ids), len(self.ids))
        self.ids.append(chain_id)
        self.endInsertRows()

    def remove(self, row: int) -> None:
        self.beginRemoveRows(QModelIndex(), row, row)
        del self.ids[row]
        self.endRemoveRows()

    @override
    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self.ids)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.ids):
            return None
        chain_id = self.ids[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return chain_id
        if role == Qt.ItemDataRole.DisplayRole:
            return self._names.words(chain_id)
        if role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return _told(self._names.words(chain_id), self._names.chain(chain_id))
        return None

    def _on_names(self) -> None:
        if self.ids:
            self.dataChanged.emit(self.index(0), self.index(len(self.ids) - 1))


class ChosenChains(QListView):
    """Keeps room for three rows, grows to six, and scrolls beyond. `changed` is emitted when one is added or gone."""

    changed = Signal()

    def __init__(self, names: ChainNames, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._names = names
        self._model = _ChosenModel(names, self)
        self.setObjectName("apiKeyEditor.chains.chosen")
        self.setAccessibleName("Chosen rule chains")
        self.setAccessibleDescription("Delete takes the current one out.")
        self.setProperty("role", "box")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setModel(self._model)
        self.setItemDelegate(ChosenDelegate(theme, names, self))
        self._fit()

    @property
    def ids(self) -> tuple[str, ...]:
        """The chosen ones, in the order in which they were chosen."""
        return tuple(self._model.ids)

    def is_chosen(self, chain_id: str) -> bool:
        """Whether the chain is among the chosen ones."""
        return chain_id in self._model.ids

    def set_ids(self, ids: Sequence[str]) -> None:
        """Chooses these, and asks for names that are not known yet."""
        self._model.replace(ids)
        self._names.learn(ids)
        self._fit()

    def toggle(self, chain: RuleChain) -> None:
        """Adds the chain, or takes it out."""
        self._names.remember(chain)
        if self.is_chosen(chain.id):
            self._remove(self._model.ids.index(chain.id))
            return
        self._model.add(chain.id)
        self.scrollToBottom()
        self._fit()
        self.changed.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if Qt.Key(event.key()) in _REMOVES and self.currentIndex().isValid():
            self._remove(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self._crossed(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._remove(index.row())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        on_cross = self._crossed(event.position().toPoint()).isValid()
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if on_cross else Qt.CursorShape.ArrowCursor)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._model.ids:
            painter = QPainter(self.viewport())
            painter.setPen(self._theme.colour("text_dimmed"))
            painter.setFont(self._theme.font())
            painter.drawText(self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), "None chosen yet")
            painter.end()

    def _crossed(self, at: QPoint) -> QModelIndex:
        index = self.indexAt(at)
        return index if index.isValid() and cross_of(self.visualRect(index)).contains(at) else QModelIndex()

    def _remove(self, row: int) -> None:
        self._model.remove(row)
        self._fit()
        self.changed.emit()

    def _fit(self) -> None:
        rows = max(_FEWEST_ROWS, min(len(self._model.ids), _MOST_ROWS))
        self.setFixedHeight(rows * CHOSEN_ROW_HEIGHT + 2 + 2 * 4)


def _told(words: str, chain: RuleChain | None) -> str:
    marks = chain_marks(chain) if chain is not None else ()
    return ", ".join((words, *marks))

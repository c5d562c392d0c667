"""The list of API keys as a table model: what each cell shows, says and tells, and which rows are checked."""

from PySide6.QtCore import QModelIndex, QObject, Qt

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.api_keys.table.cells import cell_spoken, cell_text, cell_tooltip
from ss_admin.desktop.api_keys.table.columns import COLUMN_TITLES, Column
from ss_admin.desktop.api_keys.table.selection import KeyChecks
from ss_admin.desktop.background import Background
from ss_admin.desktop.moments import Clock, utc_now
from ss_admin.desktop.widgets.paged.paged_rows import Index, PagedRows
from ss_admin.desktop.widgets.row_cells import ROW_ROLE

__all__ = ["ApiKeyTableModel"]

_NOWHERE = QModelIndex()
_SPOKEN_TITLES = {**COLUMN_TITLES, Column.CHECK: "Check all", Column.ACTIONS: "Actions"}


class ApiKeyTableModel(PagedRows):
    """A row per key, the columns of `Column`. The first column's check boxes are those of `checks`."""

    def __init__(
        self,
        api_keys: ApiKeysClient,
        background: Background,
        checks: KeyChecks,
        *,
        clock: Clock = utc_now,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(api_keys, ApiKeyQuery(), background, parent=parent)
        self._checks = checks
        self._clock = clock
        checks.changed.connect(self._on_checks_changed)

    def api_key(self, row: int) -> ApiKey | None:
        """The key in a row, None while it is not loaded."""
        api_key: ApiKey | None = self.item(row)
        return api_key

    def replace(self, item: ApiKey) -> None:
        """Shows a key's new state; answers to changes do not tell of signals, so the ones that show stay till asked."""
        row = self.find(item.id)
        shown = self.api_key(row) if row is not None else None
        if shown is not None and not item.signals:
            item = item.model_copy(update={"signals": shown.signals})
        super().replace(item)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """The columns of `Column`."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected; the first column can be checked once its row is loaded."""
        flags = super().flags(index)
        if index.isValid() and index.column() == Column.CHECK and self.api_key(index.row()) is not None:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Texts for the screen, the tooltip and the screen reader; the check; the key itself."""
        if not index.isValid():
            return None
        api_key, column = self.api_key(index.row()), Column(index.column())
        if role == ROW_ROLE:
            return api_key
        if api_key is None:
            return "Loading" if role == Qt.ItemDataRole.AccessibleTextRole else None
        if role == Qt.ItemDataRole.CheckStateRole and column is Column.CHECK:
            checked = self._checks.is_checked(api_key.id)
            return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
        return self._words(api_key, column, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Checks or unchecks a row."""
        api_key = self.api_key(index.row()) if index.isValid() and index.column() == Column.CHECK else None
        if api_key is None or role != Qt.ItemDataRole.CheckStateRole:
            return False
        checked = value in (Qt.CheckState.Checked, Qt.CheckState.Checked.value)
        self._checks.set_checked((api_key.id,), checked=checked)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' titles."""
        if orientation is Qt.Orientation.Horizontal and 0 <= section < len(Column):
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMN_TITLES[Column(section)]
            if role == Qt.ItemDataRole.AccessibleTextRole:
                return _SPOKEN_TITLES[Column(section)]
        return None

    def _words(self, api_key: ApiKey, column: Column, role: int) -> str | None:
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(api_key, column, self._clock())
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_tooltip(api_key, column) or None
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return cell_spoken(api_key, column, self._clock(), checked=self._checks.is_checked(api_key.id))
        return None

    def _on_checks_changed(self) -> None:
        if self.rowCount():
            roles = [Qt.ItemDataRole.CheckStateRole, Qt.ItemDataRole.AccessibleTextRole]
            last = self.index(self.rowCount() - 1, Column.CHECK)
            self.dataChanged.emit(self.index(0, Column.CHECK), last, [int(role) for role in roles])

"""“Export”: the inventory of keys as CSV, and the expiries that are to come as a calendar."""

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from ss_admin.desktop.api_keys.key_actions import Surroundings
from ss_admin.desktop.file_saving import FileKind, FileSaving
from ss_admin.desktop.moments import Clock, local_date, utc_now
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.dialog import Message
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["KeyExports"]


class KeyExports(QObject):
    """Opens a menu below `button`. `said` carries words for a toast, `failed` a `ClientError`."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, surroundings: Surroundings, button: IconButton, page: QWidget, clock: Clock = utc_now) -> None:
        super().__init__(page)
        self._with = surroundings
        self._button = button
        self._page = page
        self._clock = clock
        self.files = FileSaving(surroundings.background, page)
        self.menu = Menu(button, name="apiKeys.exportMenu")
        self.menu.setAccessibleName("Export")
        self.menu.addAction("Export inventory (CSV)…").triggered.connect(self.save_inventory)
        self.menu.addAction("Export expiries (.ics)…").triggered.connect(self.save_expiries)
        button.clicked.connect(self._open)
        self.files.busy_changed.connect(lambda busy: button.setEnabled(not busy))
        self.files.saved.connect(lambda name: self.said.emit(f"Saved as “{name}”."))
        self.files.refused.connect(self._tell_refused)
        self.files.failed.connect(self.failed)

    def save_inventory(self) -> None:
        """Asks where to, and saves every key with its settings; no secrets."""
        kind = FileKind(
            "Export inventory", "apiKeys.saveInventory", self._dated("api-keys", "csv"), "CSV (*.csv)", "csv"
        )
        self.files.ask(kind, self._with.api_keys.inventory)

    def save_expiries(self) -> None:
        """Asks where to, and saves the expiries that are to come, for a calendar."""
        suggested = self._dated("api-key-expiries", "ics")
        kind = FileKind("Export expiries", "apiKeys.saveExpiries", suggested, "Calendar (*.ics)", "ics")
        self.files.ask(kind, self._with.api_keys.expiries)

    def _dated(self, name: str, suffix: str) -> str:
        return f"{name}-{local_date(self._clock())}.{suffix}"

    def _open(self) -> None:
        self.menu.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 4)))
        self.menu.setActiveAction(self.menu.actions()[0])

    def _tell_refused(self, text: str) -> None:
        heading = "The file was not saved"
        Message(self._page.window(), theme=self._with.theme, name="apiKeys.notSaved", heading=heading, text=text).open()

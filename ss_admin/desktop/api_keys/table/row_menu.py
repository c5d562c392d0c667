"""The menu behind a row's ⋯."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["RowMenu"]


class RowMenu(Menu):
    """“Open”, “Edit”, “Disable” or “Enable”, “Copy cURL example”, “Delete” for one key. Each signal carries the key."""

    page_requested = Signal(object)
    edit_requested = Signal(object)
    status_requested = Signal(object, object)
    curl_requested = Signal(object)
    delete_requested = Signal(object)

    def __init__(self, api_key: ApiKey, *, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, name="apiKeys.rowMenu")
        self.setAccessibleName(f"Actions for {api_key.name}")
        active = api_key.status is ApiKeyStatus.ACTIVE
        status = ApiKeyStatus.DISABLED if active else ApiKeyStatus.ACTIVE
        entries = (
            ("open", "Open", "ph.arrow-square-out", lambda: self.page_requested.emit(api_key)),
            ("edit", "Edit", "ph.pencil-simple", lambda: self.edit_requested.emit(api_key)),
            (
                "disable" if active else "enable",
                "Disable" if active else "Enable",
                "ph.prohibit" if active else "ph.check-circle",
                lambda: self.status_requested.emit(api_key, status),
            ),
            ("curl", "Copy cURL example", "ph.terminal-window", lambda: self.curl_requested.emit(api_key)),
            ("delete", "Delete", "ph.trash", lambda: self.delete_requested.emit(api_key)),
        )
        for name, text, icon, emit in entries:
            if name == "delete":
                self.addSeparator()
            action = self.addAction(theme.icon(icon, "danger_fg" if name == "delete" else "text_dimmed"), text)
            action.setObjectName(f"apiKeys.rowMenu.{name}")
            action.triggered.connect(emit)

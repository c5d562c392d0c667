"""The server's address, and the certificate authority that vouches for it."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton, button
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import ElidedLabel
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["ServerField"]


class ServerField(QWidget):
    """“Server”, and below it the way to choose the certificate of a private certificate authority."""

    edited = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ca_file = ""
        self.address = QLineEdit()
        self.address.setPlaceholderText("https://keys.example.com")
        self.field = FormField("Server", self.address, editor_name="signIn.server")
        self.choose_button = button("Use a private certificate authority…", "plain", name="signIn.chooseCertificate")
        self.choose_button.clicked.connect(self._choose)
        self._chosen = QWidget()
        self._file_name = ElidedLabel("", "caption")
        self.remove_button = IconButton("ph.x", "Remove certificate", name="signIn.removeCertificate", theme=theme)
        self.remove_button.clicked.connect(lambda: self.set_ca_file(""))
        row = QHBoxLayout(self._chosen)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(IconLabel("ph.shield-check", "text_dimmed", theme=theme, size=16))
        row.addWidget(self._file_name, 1)
        row.addWidget(self.remove_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.field)
        layout.addWidget(self.choose_button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._chosen)
        self.address.textEdited.connect(self._edited)
        self.set_ca_file("")

    @property
    def text(self) -> str:
        """The address as typed, trimmed."""
        return self.address.text().strip()

    @property
    def ca_file(self) -> str:
        """The chosen certificate file, or empty."""
        return self._ca_file

    def set_ca_file(self, path: str) -> None:
        """Shows and uses the certificate file `path`; empty: the system's authorities count."""
        self._ca_file = path
        self._file_name.setText(f"Trusts only {Path(path).name}" if path else "")
        self._chosen.setVisible(bool(path))
        self.choose_button.setVisible(not path)
        self._edited()

    def _edited(self) -> None:
        self.field.clear_error()
        self.edited.emit()

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Certificate of your certificate authority")
        dialog.setObjectName("signIn.certificateFile")
        dialog.setNameFilters(["Certificates (*.pem *.crt *.cer)", "All files (*)"])
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.set_ca_file)
        dialog.open()

"""Reads and writes files that a person chooses, off the UI thread, and says plainly where that fails."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from ss_admin.desktop.background import Background
from ss_admin.desktop.rule_chains.chain_file import MAX_BYTES, ChainFile, ChainFileRefused, read_chain_file

__all__ = ["FileExchange", "OpenedFile"]

_FILTER = "JSON (*.json);;All files (*)"


@dataclass(frozen=True)
class OpenedFile:
    """A file that was read: its name, and the chain in it or why there is none."""

    name: str
    chain: ChainFile | None
    refusal: str = ""
    text: str = ""
    """What the file holds, as it is written there."""


class FileExchange(QObject):
    """One file dialog at a time. `done` is called on the UI thread; nothing is called where nothing was chosen."""

    def __init__(self, background: Background, window: QWidget) -> None:
        super().__init__(window)
        self._background = background
        self._window = window

    def open(self, done: Callable[[OpenedFile], None]) -> QFileDialog:
        """Asks for a file and reads the chain in it."""
        dialog = self._dialog("Import a rule chain", "ruleChains.openFile")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, "Import")

        def read(path: str) -> None:
            self._background.run(lambda: _read(Path(path)), owner=self, done=done, failed=lambda _error: None)

        dialog.fileSelected.connect(read)
        dialog.open()
        return dialog

    def save(self, suggested: str, text: str, done: Callable[[str, str], None]) -> QFileDialog:
        """Asks for a place and writes `text` there. `done` gets the file's name, and why it failed (else empty)."""
        dialog = self._dialog("Export the rule chain", "ruleChains.saveFile")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(suggested)

        def write(path: str) -> None:
            self._background.run(
                lambda: _write(Path(path), text),
                owner=self,
                done=lambda refusal: done(Path(path).name, refusal),
                failed=lambda _error: None,
            )

        dialog.fileSelected.connect(write)
        dialog.open()
        return dialog

    def _dialog(self, title: str, name: str) -> QFileDialog:
        dialog = QFileDialog(self._window.window(), title)
        dialog.setObjectName(name)
        dialog.setNameFilter(_FILTER)
        dialog.finished.connect(dialog.deleteLater)
        return dialog


def _read(path: Path) -> OpenedFile:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        chain = read_chain_file(content)
        return OpenedFile(path.name, chain, text=content.decode("utf-8-sig"))
    except ChainFileRefused as refused:
        return OpenedFile(path.name, None, str(refused))
    except OSError as error:
        return OpenedFile(path.name, None, f"The file cannot be read: {error.strerror or 'the system refuses'}.")


def _write(path: Path, text: str) -> str:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"The file cannot be written: {error.strerror or 'the system refuses'}."
    return ""

"""Saves what the server gives as a file where the person says, off the UI thread, and says plainly where that fails."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSaveFile, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from ss_admin.client.errors import ClientError
from ss_admin.desktop.background import Background

__all__ = ["FileKind", "FileSaving"]


@dataclass(frozen=True)
class FileKind:
    """What is saved: the dialog's title and objectName, the name suggested for the file, and how such files end."""

    title: str
    name: str
    suggested: str
    files: str
    """“CSV (*.csv)”, as a file dialog wants it."""
    suffix: str


class FileSaving(QObject):
    """One file at a time; the place is asked for first, so that nothing is fetched where nobody wants it.

    After a place was chosen exactly one of the signals follows: `saved` with the file's name, `refused` with a
    sentence (the file could not be written; what stood there before stays), or `failed` with a `ClientError`.
    """

    saved = Signal(str)
    refused = Signal(str)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, background: Background, window: QWidget) -> None:
        super().__init__(window)
        self._background = background
        self._window = window
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """Whether a file is being fetched or written."""
        return self._is_busy

    def ask(self, kind: FileKind, fetch: Callable[[], bytes]) -> QFileDialog:
        """Asks where to; then `fetch`, called off the UI thread, gives what is written there."""
        dialog = QFileDialog(self._window.window(), kind.title)
        dialog.setObjectName(kind.name)
        dialog.setNameFilters([kind.files, "All files (*)"])
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind.suffix)
        dialog.selectFile(kind.suggested)
        dialog.fileSelected.connect(lambda path: self._save(Path(path), fetch))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _save(self, path: Path, fetch: Callable[[], bytes]) -> None:
        if self._is_busy:
            return

        def done(refusal: str) -> None:
            self._set_busy(busy=False)
            if refusal:
                self.refused.emit(refusal)
            else:
                self.saved.emit(path.name)

        def failed(error: ClientError) -> None:
            self._set_busy(busy=False)
            self.failed.emit(error)

        self._set_busy(busy=True)
        self._background.run(lambda: _write(path, fetch()), owner=self, done=done, failed=failed)

    def _set_busy(self, *, busy: bool) -> None:
        self._is_busy = busy
        self.busy_changed.emit(busy)


def _write(path: Path, content: bytes) -> str:
    """Writes all of it or nothing; empty, or why it could not be done."""
    file = QSaveFile(str(path))
    if not file.open(QSaveFile.OpenModeFlag.WriteOnly):
        return _refusal(path, file)
    if file.write(content) != len(content) or not file.commit():
        return _refusal(path, file)
    return ""


def _refusal(path: Path, file: QSaveFile) -> str:
    reason = file.errorString().rstrip(".") or "the system refuses"
    return f"“{path.name}” could not be written: {reason}. Choose another place and try again."

"""Copies text, and takes a secret off the clipboard again. The only module that knows pyperclip.

On Linux pyperclip starts `xclip`, `xsel` or `wl-copy`. Those can hang with the window system, so every such call is
made on a thread of its own and waited for only so long; after that Qt's own clipboard is used.
"""

import hashlib
import hmac
import os
import secrets
import shutil
import sys
import threading
from collections.abc import Callable
from enum import Enum
from typing import Generic, Literal, Protocol, TypeVar

import pyperclip
from PySide6.QtCore import QMimeData, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

__all__ = ["Clipboard", "CopyOutcome", "SystemClipboard"]

T = TypeVar("T")

CLEAR_AFTER_SECONDS = 60
_PATIENCE_SECONDS = 2.0
_Mechanism = Literal["wl-clipboard", "xclip", "xsel"]

_SECRET_HINTS = {
    "x-kde-passwordManagerHint": b"secret",
    'application/x-qt-windows-mime;value="ExcludeClipboardContentFromMonitorProcessing"': b"1",
    'application/x-qt-windows-mime;value="CanIncludeInClipboardHistory"': b"\x00\x00\x00\x00",
}


class CopyOutcome(Enum):
    """What became of a copy."""

    COPIED = "copied"
    NOT_AVAILABLE = "not available"


class Clipboard(Protocol):
    """What the screens need of a clipboard."""

    def copy(self, text: str) -> CopyOutcome:
        """Copies `text`, which is no secret, to stay."""

    def copy_secret(self, text: str, clear_after_seconds: int = CLEAR_AFTER_SECONDS) -> CopyOutcome:
        """Copies `text`; clears the clipboard after `clear_after_seconds`, unless something else was copied since."""


class SystemClipboard(QObject):
    """The system's clipboard: through pyperclip where it finds a way, through Qt otherwise.

    A secret that was copied is remembered as a keyed digest only, to tell whether it is still there.
    """

    cleared = Signal()

    def __init__(self, parent: QObject | None = None, *, patience_seconds: float = _PATIENCE_SECONDS) -> None:
        super().__init__(parent)
        self._patience = patience_seconds
        self._outside = _OutsideClipboard.find()
        self._digest_key = secrets.token_bytes(32)
        self._secret_digest: bytes | None = None
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._clear_in_background)

    def copy(self, text: str) -> CopyOutcome:
        """Copies `text`, which is no secret, to stay."""
        self._forget()
        return self._put(text, is_secret=False)

    def copy_secret(self, text: str, clear_after_seconds: int = CLEAR_AFTER_SECONDS) -> CopyOutcome:
        """Copies `text`; clears the clipboard after `clear_after_seconds`, unless something else was copied since."""
        self._forget()
        outcome = self._put(text, is_secret=True)
        if outcome is CopyOutcome.COPIED:
            self._secret_digest = self._digest(text)
            self._timer.start(clear_after_seconds * 1000)
        return outcome

    def close(self) -> None:
        """At the end of the application: a secret still on the clipboard is cleared now. Waits seconds at most."""
        if self._secret_digest is None:
            return
        self._timer.stop()
        if self._qt_owns_clipboard():
            self._clear_qt()
        elif self._outside is not None:
            digest, outside = self._secret_digest, self._outside
            _Attempt(lambda: self._clear_outside(outside, digest)).wait(self._patience)
        self._forget()

    def _forget(self) -> None:
        self._timer.stop()
        self._secret_digest = None

    def _put(self, text: str, *, is_secret: bool) -> CopyOutcome:
        outside = self._outside
        if outside is not None and _Attempt(lambda: outside.copy(text)).wait(self._patience):
            return CopyOutcome.COPIED
        mime = QMimeData()
        mime.setText(text)
        if is_secret:
            for hint, value in _SECRET_HINTS.items():
                mime.setData(hint, value)
        clipboard = QGuiApplication.clipboard()
        clipboard.setMimeData(mime)
        return CopyOutcome.COPIED if clipboard.text() == text else CopyOutcome.NOT_AVAILABLE

    def _clear_in_background(self) -> None:
        """The time is over. Asking another process's clipboard can take long, so nobody waits for it."""
        digest, outside = self._secret_digest, self._outside
        if digest is None:
            return
        if self._qt_owns_clipboard():
            self._clear_qt()
        elif outside is not None:
            _Attempt(lambda: self._clear_outside(outside, digest))
        self._forget()
        self.cleared.emit()

    def _qt_owns_clipboard(self) -> bool:
        return self._outside is None or QGuiApplication.clipboard().ownsClipboard()

    def _clear_qt(self) -> None:
        clipboard = QGuiApplication.clipboard()
        if self._secret_digest is not None and self._is(clipboard.text(), self._secret_digest):
            clipboard.clear()

    def _clear_outside(self, outside: "_OutsideClipboard", digest: bytes) -> None:
        if self._is(outside.paste(), digest):
            outside.copy("")

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._digest_key, text.encode(), hashlib.sha256)

    def _is(self, text: str, digest: bytes) -> bool:
        return hmac.compare_digest(self._digest(text), digest)


class _OutsideClipboard:
    """pyperclip, with the mechanism chosen here: left to itself it would start a second Qt in the wrong thread."""

    def __init__(self, mechanism: _Mechanism | None) -> None:
        if mechanism is not None:
            pyperclip.set_clipboard(mechanism)

    @classmethod
    def find(cls) -> "_OutsideClipboard | None":
        """The clipboard outside Qt, or None where pyperclip has no way to it."""
        if sys.platform in {"win32", "darwin"}:
            return cls(None)
        if os.environ.get("WAYLAND_DISPLAY") and shutil.which("wl-copy"):
            return cls("wl-clipboard")
        if os.environ.get("DISPLAY"):
            programs: tuple[_Mechanism, ...] = ("xclip", "xsel")
            for program in programs:
                if shutil.which(program):
                    return cls(program)
        return None

    def copy(self, text: str) -> None:
        pyperclip.copy(text)

    def paste(self) -> str:
        return str(pyperclip.paste())


class _Attempt(Generic[T]):
    """A call on a thread of its own, which may never come back."""

    def __init__(self, call: Callable[[], T]) -> None:
        self._call = call
        self._succeeded = False
        self._thread = threading.Thread(target=self._run, name="clipboard", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Whether the call came back within `seconds`, and without an error."""
        self._thread.join(seconds)
        return self._succeeded

    def _run(self) -> None:
        try:
            self._call()
        except (pyperclip.PyperclipException, OSError, UnicodeError):
            return
        self._succeeded = True

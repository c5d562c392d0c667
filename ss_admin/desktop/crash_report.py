"""What happens at a bug: a report without secrets that the person can copy, and the app goes on where it can."""

import logging
import platform
import re
import sys
import threading
import traceback
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget

from ss_admin import __version__
from ss_admin.contract.api_key_format import mask_api_keys_within
from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["CrashDialog", "CrashReporter", "report_of", "without_secrets"]

_LOG = logging.getLogger(__name__)

_BEARER = re.compile(r"(?i)\b(bearer\s+)\S+")
_NAMED_SECRET = re.compile(r"(?i)(password|token|secret|pepper)(['\"]?\s*[=:]\s*)(\S+)")
_LONG_RANDOM = re.compile(r"\b[A-Za-z0-9_-]{40,}\b")


def without_secrets(text: str) -> str:
    """`text` with API keys masked, and tokens, passwords and everything that looks like a token taken out."""
    text = mask_api_keys_within(text)
    text = _BEARER.sub(r"\1[removed]", text)
    text = _NAMED_SECRET.sub(r"\1\2[removed]", text)
    return _LONG_RANDOM.sub("[removed]", text)


def report_of(kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> str:
    """Versions and traceback, without the values of variables and without secrets."""
    lines = [
        f"SignalSync Admin {__version__}",
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.release()}",
        f"Window system: {QGuiApplication.platformName()}",
        "",
        *traceback.format_exception(kind, bug, trace),
    ]
    return without_secrets("\n".join(line.rstrip("\n") for line in lines))


class CrashReporter(QObject):
    """Takes over the exception hooks and Qt's messages between `install()` and `uninstall()`."""

    _reported = Signal(str)

    def __init__(self, theme: Theme, clipboard: Clipboard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clipboard = clipboard
        self._dialog: CrashDialog | None = None
        self._reported.connect(self._show, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From here on bugs are reported in a dialog, on whatever thread they happen."""
        sys.excepthook = self.report
        threading.excepthook = self._report_from_thread
        qInstallMessageHandler(_log_qt_message)

    def uninstall(self) -> None:
        """Gives the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def report(self, kind: type[BaseException], bug: BaseException, trace: TracebackType | None) -> None:
        """Writes the report to the log and shows it; an interrupt from the keyboard ends the app instead."""
        if issubclass(kind, KeyboardInterrupt):
            QGuiApplication.quit()
            return
        text = report_of(kind, bug, trace)
        _LOG.error("unexpected error\n%s", text)
        self._reported.emit(text)

    def _report_from_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self.report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, text: str) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            return  # one bug often draws others behind it; the first is the one that tells
        self._dialog = CrashDialog(_active_window(), text, self._theme, self._clipboard)
        self._dialog.open()


class CrashDialog(Dialog):
    """Says that something went wrong in the app itself, and lets the person copy the report."""

    def __init__(self, parent: QWidget | None, report: str, theme: Theme, clipboard: Clipboard) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="crashReport",
            heading="Something went wrong in the app",
            primary="Copy report",
            cancel="Close",
            width=640,
        )
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._clipboard = clipboard
        self._report = QPlainTextEdit(report)
        self._report.setObjectName("crashReport.text")
        self._report.setAccessibleName("Report")
        self._report.setReadOnly(True)
        self._report.setTabChangesFocus(True)
        self._report.setFont(theme.mono_font(theme.tokens.caption))
        self._report.setFixedHeight(220)
        self.body.addWidget(
            wrapped_label(
                "This is a fault of the app, not yours. You can go on; if something looks wrong, close the app and "
                "open it again. Please send this report to your administrator: it holds no API key and no password."
            )
        )
        self.body.addWidget(self._report)
        self.primary_button.clicked.connect(self._copy)

    def _copy(self) -> None:
        if self._clipboard.copy(self._report.toPlainText()) is CopyOutcome.COPIED:
            self.primary_button.setText("Copied")
        else:
            self._report.selectAll()
            self._report.setFocus()
            self.primary_button.setText("Selected: copy it by hand")


def _active_window() -> QWidget | None:
    return QApplication.activeModalWidget() or QApplication.activeWindow()


_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _log_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    _LOG.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", without_secrets(message))

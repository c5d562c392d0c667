"""“View API Endpoint”: unfolds the address that partners call, and a cURL call of it that is ready to paste."""

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.rule_chains import RuleChainDetail
from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.curl_example import curl_example
from ss_admin.desktop.rule_chains.edit.disclosure import Disclosure
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["EndpointSection"]

_URL_LINES = 6
_CURL_LINES = 9
_KEY_NOTE = "The key comes from $SS_API_KEY, so that it stands in no command line and in no history."
_CURL_COPIED = "The cURL example was copied. Put the key from your safe into SS_API_KEY."
_NO_CLIPBOARD = "No clipboard can be used here. It is selected: copy it by hand."


class EndpointSection(QWidget):
    """Folded up at first. `said` carries words for a toast."""

    said = Signal(str)

    def __init__(self, *, clipboard: Clipboard, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self.url = _TextToRead("API endpoint", "ruleChainEditor.endpointUrl", _URL_LINES, theme)
        self.url.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.curl = _TextToRead("cURL example", "ruleChainEditor.curl", _CURL_LINES, theme)
        self.curl.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._state = wrapped_label("", "caption")
        self._state.setObjectName("ruleChainEditor.endpointState")
        self._copy_url = IconButton("ph.copy", "Copy API endpoint", name="ruleChainEditor.copyEndpoint", theme=theme)
        self._copy_curl = IconButton("ph.copy", "Copy cURL example", name="ruleChainEditor.copyCurl", theme=theme)
        self.disclosure = Disclosure("View API Endpoint", name="ruleChainEditor.viewEndpoint", theme=theme)
        self._lay_out()
        self._copy_url.clicked.connect(lambda: self._copy(self.url, "The API endpoint was copied."))
        self._copy_curl.clicked.connect(lambda: self._copy(self.curl, _CURL_COPIED))

    def show_chain(self, chain: RuleChainDetail) -> None:
        """Shows the stored chain's address; what is not saved yet does not count for partners."""
        self.url.setPlainText(chain.endpoint_url)
        self.curl.setPlainText(curl_example(chain))
        self._state.setText(_what_partners_get(chain))

    def _lay_out(self) -> None:
        inside = self.disclosure.inside
        inside.addWidget(self._state)
        for text, copy_button in ((self.url, self._copy_url), (self.curl, self._copy_curl)):
            label = words(text.accessibleName(), "label")
            label.setBuddy(text)
            head = QHBoxLayout()
            head.addWidget(label, 1, Qt.AlignmentFlag.AlignVCenter)
            head.addWidget(copy_button, 0, Qt.AlignmentFlag.AlignVCenter)
            part = QVBoxLayout()
            part.setSpacing(2)
            part.addLayout(head)
            part.addWidget(text)
            inside.addLayout(part)
        inside.addWidget(wrapped_label(_KEY_NOTE, "caption"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.disclosure)

    def _copy(self, shown: QPlainTextEdit, done: str) -> None:
        if self._clipboard.copy(shown.toPlainText()) is CopyOutcome.COPIED:
            self.said.emit(done)
            return
        shown.setFocus()
        shown.selectAll()
        self._state.setText(_NO_CLIPBOARD)


def _what_partners_get(chain: RuleChainDetail) -> str:
    if not chain.enabled:
        return "Partners get 403 at this address now, since the chain is not enabled."
    if not chain.is_external:
        return "Partners get 403 at this address until “Is External” is switched on and saved."
    return "Partners call this address with POST, a JSON object and their API key."


class _TextToRead(QPlainTextEdit):
    """As high as its lines, up to `most` of them."""

    def __init__(self, label: str, name: str, most: int, theme: Theme) -> None:
        super().__init__()
        self._most = most
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setFont(theme.mono_font(theme.tokens.caption))
        self.textChanged.connect(self._fit)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self.isVisible():
            return  # then its size says nothing yet
        lines = round(self.document().size().height())  # a plain text's height is counted in lines
        wanted = min(max(lines, 1), self._most) * self.cursorRect().height()
        around = self.height() - self.viewport().height() + 2 * self.document().documentMargin() + 2
        self.setFixedHeight(math.ceil(wanted + around))

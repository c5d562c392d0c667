"""What came of a trial run: a notice, the trace on the picture, and the result."""

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import ChainTestResult
from ss_admin.desktop.rule_chains.json_editor.json_editor import JsonEditor
from ss_admin.desktop.rule_chains.picture.trace_view import TraceView, without_told_error
from ss_admin.desktop.rule_chains.trial.outcome_words import OutcomeWords
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import Notice
from ss_admin.desktop.widgets.tab_bar import TabBar

__all__ = ["ResultPane"]

_TRACE, _RESULT = 0, 1
_NOTHING_YET = "Run the test to see what each node gets and gives."


class ResultPane(QWidget):
    """“Trace” and “Result” under a notice. The chosen one stays chosen from run to run."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._said: OutcomeWords | None = None
        self._notice = Notice("neutral", _NOTHING_YET, theme=theme)
        self._notice.setObjectName(f"{name}.outcome")
        self._tabs = TabBar(theme=theme, name=f"{name}.resultTabs", label="What the test gave")
        self._tabs.addTab("Trace")
        self._tabs.addTab("Result")
        self._trace = TraceView(theme=theme, name=f"{name}.trace")
        self._result = JsonEditor(theme=theme, name=f"{name}.result", label="Result")
        self._result.set_read_only(True)
        self._no_result = wrapped_label("A run that fails gives no result.", "dimmed")
        self._no_result.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        for part in (self._trace, self._result, self._no_result):
            self._stack.addWidget(part)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._notice)
        layout.addWidget(self._tabs)
        layout.addWidget(self._stack, 1)
        self._has_result = False
        self._tabs.currentChanged.connect(self._choose)

    @property
    def text(self) -> str:
        """What the notice says."""
        return self._notice.text

    @property
    def result_text(self) -> str:
        """The result as it is shown."""
        return self._result.text()

    def show_chain(self, definition: dict[str, Any]) -> None:
        """Shows a chain that has not run yet."""
        self._said = None
        self._notice.say(_NOTHING_YET, "neutral")
        self._trace.picture.show_definition(definition)
        self._trace.clear()
        self._show_result(None)

    def show_run(self, definition: dict[str, Any], result: ChainTestResult, said: OutcomeWords) -> None:
        """Shows a run."""
        self.say(said)
        if result.trace:
            trace = without_told_error(result.trace, said.text)
            self._trace.show_run(definition, trace, failed_node_id=result.failed_node_id, error=None)
        else:
            self._trace.picture.show_definition(definition)
            self._trace.clear()
        self._show_result(result.result)

    def say(self, said: OutcomeWords) -> None:
        """Says how it went."""
        self._said = said
        self._notice.say(said.text, said.kind)

    def mark_stale(self) -> None:
        """The payload or the chain has changed since the run."""
        if self._said is not None:
            self._notice.say(f"Before your last change: {self._said.text}", "neutral")

    def _show_result(self, result: dict[str, Any] | None) -> None:
        self._has_result = result is not None
        if result is None:
            self._result.set_text("")
        else:
            self._result.set_document(result)
        self._choose(self._tabs.currentIndex())

    def _choose(self, tab: int) -> None:
        self._stack.setCurrentIndex(_TRACE if tab == _TRACE else _RESULT if self._has_result else _RESULT + 1)

"""The trace of an execution that failed; of one that succeeded, the chain as it ran and why there is no trace."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.contract.executions import ExecutionDetail, ExecutionOutcome
from ss_admin.desktop.rule_chains.picture.chain_picture import ChainPicture
from ss_admin.desktop.rule_chains.picture.trace_view import TraceView, without_told_error
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["TracePart"]

_FAILURES_ONLY = (
    "This is the rule chain as it ran. Traces are kept for failed executions only; to see what each node got and "
    "gave, run the same input in “Test”."
)
_NO_TRACE = "This run left no trace, since it was stopped from outside. This is the rule chain as it ran."


class TracePart(QWidget):
    """Shows the definition that ran, which may be an older one than the chain has now."""

    def __init__(self, execution: ExecutionDetail, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.note: Notice | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, theme.tokens.m, 0, 0)
        layout.setSpacing(theme.tokens.s)
        if execution.trace:
            view = TraceView(theme=theme, name="execution.trace")
            view.show_run(
                execution.definition,
                without_told_error(execution.trace, execution.error),
                failed_node_id=execution.failed_node_id,
                error=None,
            )
            layout.addWidget(view, 1)
            return
        succeeded = execution.outcome is ExecutionOutcome.SUCCEEDED
        self.note = Notice("neutral", _FAILURES_ONLY if succeeded else _NO_TRACE, theme=theme)
        picture = ChainPicture(theme=theme, name="execution.picture")
        picture.show_definition(execution.definition)
        layout.addWidget(self.note)
        layout.addWidget(picture, 1)

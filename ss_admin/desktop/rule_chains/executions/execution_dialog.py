"""One execution, opened: its head, what came in and went out, its trace, and what it did outside the chain."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.client.executions import ExecutionsClient
from ss_admin.contract.executions import DeliveryStatus, Execution, ExecutionDetail, ExecutionOutcome
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.error_text import concerns_the_window, describe
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.rule_chains.executions.effects import DeliveriesView, RecordsView
from ss_admin.desktop.rule_chains.executions.facts import ExecutionFacts
from ss_admin.desktop.rule_chains.executions.trace_part import TracePart
from ss_admin.desktop.rule_chains.picture.json_pane import JsonPane
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.notice import Notice
from ss_admin.desktop.widgets.tab_bar import TabBar

__all__ = ["ExecutionDialog"]

LOOK_AGAIN_MS = 3_000
"""How often a webhook that is still to be delivered is looked after."""
_WIDTH = 1000
_PARTS_LEAST, _PARTS_MOST = 300, 560
_AROUND_BODY = 245
"""Pixels of the screen that head, footer and margins take, with some air around the dialog."""


class ExecutionDialog(Dialog):
    """Shows at once what the list knows, and the rest when it has come. `failed` carries errors for the shell."""

    failed = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        execution: Execution,
        chain_name: str,
        *,
        executions: ExecutionsClient,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        clock: Clock,
    ) -> None:
        super().__init__(
            parent,
            theme=theme,
            name="execution",
            heading=f"Execution of “{chain_name}”",
            primary="Close",
            cancel="",
            width=_WIDTH,
            steady=True,
        )
        self._execution = execution
        self._executions = executions
        self._background = background
        self._clipboard = clipboard
        self._clock = clock
        self._deliveries: DeliveriesView | None = None
        self._look_again = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self._fetch_again)
        self._notice = Notice("danger", execution.error or "", theme=theme)
        self._notice.setVisible(bool(execution.error))
        self._again = button("Try again", name="execution.tryAgain")
        self._again.hide()
        self.parts = QTabWidget()
        self.parts.setObjectName("execution.parts")
        self.parts.setTabBar(TabBar(theme=theme, name="execution.tabs", label="Parts of the execution"))
        self.parts.setDocumentMode(True)
        self._facts = ExecutionFacts(execution, now=clock(), clipboard=clipboard, theme=theme)
        self.body.setSpacing(theme.tokens.m)
        for part in (self._facts, self._notice, self._again, self.parts):
            self.body.addWidget(part)
        self.primary_button.clicked.connect(self.accept)
        self._again.clicked.connect(self._load)
        self.finished.connect(self.deleteLater)
        self._load()

    @property
    def notice(self) -> str:
        """The error that is shown: the run's own, or why it could not be fetched."""
        return "" if self._notice.isHidden() else self._notice.text

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._fit_parts()
        super().showEvent(event)

    def _fit_parts(self) -> None:
        """Gives the parts the room that the window leaves them, or else the screen; what needs more scrolls."""
        above = [self._facts.sizeHint().height()]
        if not self._notice.isHidden():
            above.append(self._notice.heightForWidth(_WIDTH - 2 * self.theme.tokens.xl))
        taken = _AROUND_BODY + sum(height + self.theme.tokens.m for height in above)
        parent = self.parentWidget()
        screen = self.screen().availableGeometry().height()
        window = min(parent.window().height(), screen) if parent is not None else screen
        needed = max(_PARTS_LEAST, self.parts.minimumSizeHint().height())
        self.parts.setFixedHeight(max(needed, min(_PARTS_MOST, window - taken)))

    def _load(self) -> None:
        self._again.hide()
        self._stripe.start()
        self._background.run(
            lambda: self._executions.get(self._execution.rulechain_id, self._execution.id),
            owner=self,
            done=self._show,
            failed=self._on_failed,
        )

    def _show(self, execution: ExecutionDetail) -> None:
        self._stripe.stop()
        self.parts.show()
        self._notice.say(execution.error or "")
        self._notice.setVisible(bool(execution.error))
        succeeded = execution.outcome is ExecutionOutcome.SUCCEEDED
        self._add_json("Input", execution.input)
        if succeeded:
            self._add_json("Result", execution.result)
        self.parts.addTab(TracePart(execution, theme=self.theme), "Trace")
        self._add_effects(execution)
        self._follow(execution)
        self.parts.setCurrentIndex(1)  # the result, or the trace of what went wrong
        self.parts.tabBar().setFocus()
        self._fit_parts()

    def _add_json(self, title: str, value: object) -> None:
        pane = JsonPane(title, theme=self.theme, name=f"execution.{title.lower()}", titled=False)
        page = QWidget()
        inside = QVBoxLayout(page)
        inside.setContentsMargins(0, self.theme.tokens.m, 0, 0)
        inside.addWidget(pane)
        pane.show_value(value)
        self.parts.addTab(page, title)

    def _add_effects(self, execution: ExecutionDetail) -> None:
        if execution.records:
            records = RecordsView(execution.records, theme=self.theme)
            self.parts.addTab(records, f"Records saved ({len(execution.records)})")
        if execution.deliveries:
            self._deliveries = DeliveriesView(
                execution.deliveries, now=self._clock(), clipboard=self._clipboard, theme=self.theme
            )
            self.parts.addTab(self._deliveries, f"Webhooks ({len(execution.deliveries)})")

    def _follow(self, execution: ExecutionDetail) -> None:
        """Looks again after a while, as long as a webhook is still to be delivered."""
        if any(delivery.status is DeliveryStatus.PENDING for delivery in execution.deliveries):
            self._look_again.start()

    def _fetch_again(self) -> None:
        self._background.run(
            lambda: self._executions.get(self._execution.rulechain_id, self._execution.id),
            owner=self,
            done=self._show_progress,
            failed=lambda _error: self._look_again.start(),  # what is shown stays; the next answer may come
        )

    def _show_progress(self, execution: ExecutionDetail) -> None:
        if self._deliveries is not None:
            self._deliveries.show_deliveries(execution.deliveries, self._clock())
        self._follow(execution)

    def _on_failed(self, error: ClientError) -> None:
        self._stripe.stop()
        self._notice.say(describe(error), "danger")
        self._notice.show()
        self._again.show()
        self.parts.hide()
        self._again.setFocus()
        if concerns_the_window(error):
            self.failed.emit(error)

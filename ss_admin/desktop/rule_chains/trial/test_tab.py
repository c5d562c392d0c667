"""The tab “Test”: runs a chain on a payload without its effects, and shows what each node got and gave."""

from typing import Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from ss_admin.client.errors import ClientError, ValidationFailed
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import ChainTest, ChainTestResult, RuleChainDetail
from ss_admin.desktop.background import Background, Task
from ss_admin.desktop.error_text import concerns_the_window
from ss_admin.desktop.rule_chains.json_editor.commands import Command, add_commands
from ss_admin.desktop.rule_chains.trial.outcome_words import (
    OutcomeWords,
    describe_error,
    describe_outcome,
    describe_refused_draft,
)
from ss_admin.desktop.rule_chains.trial.payload_pane import PayloadPane
from ss_admin.desktop.rule_chains.trial.result_pane import ResultPane
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import PATIENCE_MS, ProgressStripe
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["TestTab"]

_SAVED = "A test runs the chain as it was saved last, on the payload below. Nothing is saved, and nothing is sent."
_DRAFT = "A test runs the chain with the changes that you have not saved yet. Nothing is saved, and nothing is sent."
_NO_PAYLOAD = OutcomeWords("The payload has an error, so the test did not run. It is marked at its place.", "warning")
_CANCELLED = OutcomeWords("The test was cancelled. Nothing was saved or sent.", "neutral")


class TestTab(QWidget):
    """`failed` carries errors that concern the whole window, `draft_refused` the faults of unsaved changes.

    Those have pointers below `/definition` and `/input_schema`: the editors are to show them.
    """

    __test__ = False
    failed = Signal(object)
    draft_refused = Signal(object)

    def __init__(
        self,
        *,
        chains: RuleChainsClient,
        background: Background,
        theme: Theme,
        name: str = "ruleChainTest",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._chains = chains
        self._background = background
        self._chain: RuleChainDetail | None = None
        self._draft: tuple[dict[str, Any], dict[str, Any]] | None = None
        self._task: Task | None = None
        self._intro = wrapped_label(_SAVED, "dimmed")
        self._intro.setObjectName(f"{name}.intro")
        self._sample = button("Use sample payload", "quiet", name=f"{name}.sample")
        self._cancel = button("Cancel", name=f"{name}.cancel")
        self._run = button("Run test", "primary", name=f"{name}.run", theme=theme, icon="ph.play")
        self._run.setToolTip("Ctrl+Enter")
        self._stripe = ProgressStripe(theme=theme)
        self._payload = PayloadPane(theme=theme, name=f"{name}.payload")
        self._result = ResultPane(theme=theme, name=name)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._lay_out(name)
        self._patience.timeout.connect(lambda: self._show_busy(True))
        self._sample.clicked.connect(self._use_sample)
        self._cancel.clicked.connect(self.cancel)
        self._run.clicked.connect(self.run)
        self._payload.changed.connect(self._result.mark_stale)
        add_commands(self, (Command("Run test", "Ctrl+Return", self.run), Command("Run test", "Ctrl+Enter", self.run)))
        self._show_busy(False)

    @property
    def is_running(self) -> bool:
        """Whether an answer is waited for."""
        return self._task is not None

    def show_chain(self, chain: RuleChainDetail) -> None:
        """Tests `chain` as it is saved. Another chain than before begins with its sample payload."""
        another = self._chain is None or self._chain.id != chain.id
        unchanged = not another and self._draft is None and self._chain is not None
        same = unchanged and self._chain is not None and self._chain.definition_version == chain.definition_version
        self._chain, self._draft = chain, None
        self._intro.setText(_SAVED)
        if another:
            self.cancel()
            self._payload.set_schema(chain.input_schema)
            self._payload.set_payload(chain.sample_payload)
            self._result.show_chain(chain.definition)
        elif not same:
            self._payload.set_schema(chain.input_schema)
            self._result.mark_stale()

    def show_draft(self, input_schema: dict[str, Any], definition: dict[str, Any]) -> None:
        """Tests what is not saved yet in the place of the chain's schema and definition."""
        if self._draft == (input_schema, definition):
            return
        self._draft = input_schema, definition
        self._intro.setText(_DRAFT)
        self._payload.set_schema(input_schema)
        self._result.mark_stale()

    def run(self) -> None:
        """Runs the test, unless one is under way."""
        if self._chain is None or self.is_running:
            return
        payload = self._payload.payload()
        if payload is None:
            self._result.say(_NO_PAYLOAD)
            return
        chain_id, definition = self._chain.id, self._chain.definition
        order = ChainTest(payload=payload)
        if self._draft is not None:
            definition = self._draft[1]
            order = ChainTest(payload=payload, input_schema=self._draft[0], definition=definition)
        self._stripe.start()
        self._patience.start()
        self._task = self._background.run(
            lambda: self._chains.test(chain_id, order),
            owner=self,
            done=lambda result: self._on_done(definition, result),
            failed=self._on_failed,
        )

    def cancel(self) -> None:
        """Waits for the answer no more."""
        if self._task is not None:
            self._task.cancel()
            self._end()
            self._result.say(_CANCELLED)
            self._run.setFocus()

    def _lay_out(self, name: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._intro, 1)
        for part in (self._sample, self._cancel, self._run):
            head.addWidget(part)
        splitter = QSplitter()
        splitter.setObjectName(f"{name}.splitter")
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(17)
        splitter.addWidget(self._payload)
        splitter.addWidget(self._result)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        splitter.setSizes([4000, 6000])
        self._payload.setMinimumWidth(300)
        self._result.setMinimumWidth(340)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._stripe)
        layout.addWidget(splitter, 1)

    def _use_sample(self) -> None:
        if self._chain is not None:
            self._payload.replace_payload(self._chain.sample_payload)

    def _show_busy(self, busy: bool) -> None:
        self._cancel.setVisible(busy)
        self._run.setEnabled(not busy)

    def _end(self) -> None:
        self._task = None
        self._stripe.stop()
        self._patience.stop()
        self._show_busy(False)

    def _on_done(self, definition: dict[str, Any], result: ChainTestResult) -> None:
        self._end()
        elsewhere = self._payload.show_faults(result.faults)
        self._result.show_run(definition, result, describe_outcome(result, elsewhere))

    def _on_failed(self, error: ClientError) -> None:
        self._end()
        faults = error.problem.errors if isinstance(error, ValidationFailed) else None
        if faults and self._draft is not None:
            self._result.say(describe_refused_draft(faults))
            self.draft_refused.emit(faults)
            return
        self._result.say(describe_error(error))
        if concerns_the_window(error):
            self.failed.emit(error)

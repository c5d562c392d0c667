"""An execution, opened: what came in and went out, the trace of a failure, and the effects of a success."""

from datetime import timedelta

import pytest
from PySide6.QtWidgets import QLabel

from ss_admin.client.errors import NotFound, ServerUnreachable
from ss_admin.contract.executions import Delivery, DeliveryStatus, Execution, ExecutionDetail, SavedRecord
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.rule_chains.executions.execution_dialog import ExecutionDialog
from ss_admin.desktop.rule_chains.picture.json_pane import JsonPane
from ss_admin.desktop.rule_chains.picture.trace_view import TraceView
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.buttons import IconButton
from ss_admin.desktop.widgets.copy_line import CopyLine
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import MemoryClipboard
from tests.support.sample_chains import NOW, SampleExecutions, sample_execution, sample_execution_detail
from tests.support.sample_keys import not_found


class OpenedExecutions(SampleExecutions):
    """Executions in memory, of which `detail` says what one opens to."""

    detail: ExecutionDetail | None = None

    def get(self, rule_chain_id: str, execution_id: str) -> ExecutionDetail:
        opened = super().get(rule_chain_id, execution_id)
        return self.detail or opened


@pytest.fixture
def opened(background, theme, qtbot):
    """Opens an execution; `detail` stands in for what the server would say."""

    def open_(execution: Execution, detail=None, clipboard=None, failure=None) -> ExecutionDialog:
        executions = OpenedExecutions([execution])
        executions.detail, executions.fail_with = detail, failure
        dialog = ExecutionDialog(
            None,
            execution,
            "Building Alarm",
            executions=executions,
            background=background,
            clipboard=clipboard or MemoryClipboard(),
            theme=theme,
            clock=lambda: NOW,
        )
        qtbot.addWidget(dialog)
        dialog.finished.disconnect(dialog.deleteLater)
        dialog.open()
        assert background.wait_idle()
        dialog.source = executions
        return dialog

    return open_


def tabs(dialog: ExecutionDialog) -> list[str]:
    return [dialog.parts.tabText(place) for place in range(dialog.parts.count())]


def texts(dialog: ExecutionDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel)]


def panes(dialog: ExecutionDialog) -> list[str]:
    return [pane.text for pane in dialog.findChildren(JsonPane)]


def effects(detail: ExecutionDetail) -> ExecutionDetail:
    records = [
        SavedRecord(id=f"record-{name}", collection=name, node_id="keep", document={"in": name}, created_at=NOW)
        for name in ("alarms", "audit")
    ]
    values = {"node_id": "tell", "node_name": "Tell", "created_at": NOW, "delivered_at": None, "last_status": None}
    deliveries = [
        Delivery(
            id="delivery-1",
            url="https://hooks.example.com/alarms",
            status=DeliveryStatus.PENDING,
            attempts=3,
            next_attempt_at=NOW + timedelta(minutes=4),
            last_error="The receiver answered 503.",
            **values,
        ),
        Delivery(
            id="delivery-2",
            url="https://10.0.0.1/x",
            status=DeliveryStatus.GIVEN_UP,
            attempts=1,
            next_attempt_at=None,
            last_error="10.0.0.1 is a private address.",
            **values,
        ),
    ]
    return detail.model_copy(update={"records": records, "deliveries": deliveries})


def test_a_failed_one_opens_to_its_trace_at_the_failed_node(opened):
    dialog = opened(sample_execution(9))
    assert tabs(dialog) == ["Input", "Trace"]
    assert dialog.parts.currentIndex() == 1
    assert dialog.notice == "Node “Triage”: the number is too large."
    assert dialog.findChild(TraceView).picture.chosen_node_id == "triage"
    assert_accessible(dialog)


def test_an_error_is_not_said_twice(opened):
    execution = sample_execution(9, error="Node “Triage”: The number is too large.")
    assert opened(execution).findChild(TraceView).panel.error == ""


def test_a_run_that_was_stopped_from_outside_says_that_it_left_no_trace(opened):
    execution = sample_execution(9, failed_node_id=None, error="It ran longer than 2 s and was stopped.")
    dialog = opened(execution)
    assert any("left no trace" in text for text in texts(dialog))


def test_a_succeeded_one_opens_to_its_result_and_says_that_traces_are_for_failures(opened):
    dialog = opened(sample_execution(0))
    assert tabs(dialog) == ["Input", "Result", "Trace"]
    assert dialog.parts.currentIndex() == 1
    assert '"Routine"' in panes(dialog)[1]
    assert dialog.notice == ""
    assert any("Traces are kept for failed executions only" in text for text in texts(dialog))
    assert dialog.findChild(TraceView) is None


def test_its_head_tells_who_called_when_and_from_where(opened):
    shown = texts(opened(sample_execution(9)))
    assert "Integration 0 (ss_0000…abcd)" in shown
    assert "203.0.113.7" in shown
    assert "2.4 ms" in shown
    assert any(text.endswith("9 minutes ago") for text in shown)


def test_records_and_webhooks_have_their_own_parts(opened, theme):
    execution = sample_execution(0)
    dialog = opened(execution, effects(sample_execution_detail(execution)))
    assert tabs(dialog)[3:] == ["Records saved (2)", "Webhooks (2)"]
    badges = [badge.text for badge in dialog.findChildren(BadgeLabel)]
    assert badges == ["Succeeded", "Will be tried again", "Given up"]
    shown = texts(dialog)
    assert "From node “Tell” · 3 attempts · next attempt in 4 min" in shown
    assert "10.0.0.1 is a private address." in shown
    records = dialog.parts.widget(3)
    assert '"alarms"' in records.document.text
    records.list.setCurrentRow(1)
    assert '"audit"' in records.document.text
    assert_accessible(dialog)
    theme.force("dark")
    for place in range(dialog.parts.count()):
        dialog.parts.setCurrentIndex(place)
        assert not dialog.grab().isNull()


def test_a_webhook_that_is_pending_is_followed_until_it_is_delivered_or_given_up(opened, background, qtbot):
    execution = sample_execution(0)
    detail = effects(sample_execution_detail(execution))
    dialog = opened(execution, detail)
    assert dialog._look_again.isActive()
    dialog._look_again.setInterval(1)
    dialog.source.fail_with = ServerUnreachable("no route")
    dialog._look_again.start()
    assert background.wait_idle()
    assert dialog.notice == ""
    dialog.source.fail_with = None
    pending, given_up = detail.deliveries
    delivered = pending.model_copy(
        update={"status": DeliveryStatus.DELIVERED, "delivered_at": NOW, "next_attempt_at": None, "last_error": None}
    )
    dialog.source.detail = detail.model_copy(update={"deliveries": [delivered, given_up]})
    qtbot.waitUntil(lambda: [badge.text for badge in dialog.findChildren(BadgeLabel)][1:] == ["Delivered", "Given up"])
    assert background.wait_idle()
    assert not dialog._look_again.isActive()


def test_ids_are_copied(opened):
    clipboard = MemoryClipboard()
    dialog = opened(sample_execution(9), clipboard=clipboard)
    button = dialog.findChild(IconButton, "execution.id.copy")
    button.click()
    assert clipboard.text == "execution-9"
    assert button.accessibleName() == "Copied"


def test_without_a_clipboard_it_says_so(opened):
    dialog = opened(sample_execution(9), clipboard=MemoryClipboard(CopyOutcome.NOT_AVAILABLE))
    button = dialog.findChild(IconButton, "execution.requestId.copy")
    button.click()
    assert button.accessibleName() == "No clipboard can be used here"
    assert {line.text for line in dialog.findChildren(CopyLine)} == {"execution-9", "request-9"}


def test_what_cannot_be_fetched_can_be_tried_again(opened, background, qtbot):
    dialog = opened(sample_execution(0), failure=ServerUnreachable("no route"))
    assert "cannot be reached" in dialog.notice
    assert tabs(dialog) == []
    dialog.source.fail_with = None
    dialog._again.click()
    assert background.wait_idle()
    assert dialog.notice == ""
    assert tabs(dialog) == ["Input", "Result", "Trace"]


def test_the_shell_hears_of_a_server_that_is_away_but_not_of_a_trimmed_execution(background, theme, qtbot):
    executions = SampleExecutions([sample_execution(0)])
    heard = []
    for failure in (ServerUnreachable("no route"), not_found()):
        executions.fail_with = failure
        dialog = ExecutionDialog(
            None,
            executions.executions[0],
            "Building Alarm",
            executions=executions,
            background=background,
            clipboard=MemoryClipboard(),
            theme=theme,
            clock=lambda: NOW,
        )
        qtbot.addWidget(dialog)
        dialog.failed.connect(heard.append)
        dialog.open()
        assert background.wait_idle()
        assert dialog.notice
    assert [type(error) for error in heard] == [ServerUnreachable]
    assert isinstance(failure, NotFound)

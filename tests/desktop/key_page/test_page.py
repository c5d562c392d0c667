from collections.abc import Callable
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from ss_admin.client.errors import ServerUnreachable, UnexpectedAnswer
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.signals import Severity, SignalBadge, SignalKind
from ss_admin.contract.usage import UsageSpan
from ss_admin.desktop.key_page.chart.calls_chart import CallsChart
from tests.desktop.key_page.conftest import OneKey, Stage
from tests.support.accessibility import assert_accessible
from tests.support.sample_activity import SampleActivity
from tests.support.sample_keys import NOW, not_found, sample_key
from tests.support.sample_signals import SampleSignals, sample_signal
from tests.support.sample_usage import SampleUsage, addresses, attacked, quiet

Make = Callable[..., Stage]
AWAY = ServerUnreachable("nobody answers")


def under_attack() -> tuple[OneKey, SampleSignals]:
    kinds = {SignalKind.SPIKE: Severity.ALERT, SignalKind.NEW_ADDRESS: Severity.WARNING, SignalKind.OLD: Severity.NOTE}
    signals = []
    for number, (kind, severity) in enumerate(kinds.items()):
        signal = sample_signal(number, kind, severity=severity)
        signals.append(signal.model_copy(update={"api_key": signal.api_key.model_copy(update={"id": "key-1"})}))
    badges = [SignalBadge(kind=kind, severity=severity) for kind, severity in kinds.items()]
    return OneKey(sample_key(1, signals=badges)), SampleSignals(signals)


def test_a_key_is_shown_with_its_states_calls_limit_addresses_and_history(stage: Make) -> None:
    page = stage(usage=SampleUsage(found=addresses(5, 12)), activity=SampleActivity(25)).open()
    assert page.head.name.text() == "Integration 1"
    assert (page.head.status.text, page.head.expiry.text) == ("Active", "Expires in 42 days")
    assert page.head.masked_key.text() == "ss_0001…abcd"
    assert "Last used 2 minutes ago from 203.0.113.7" in page.head.facts.text()
    sections = page.sections
    assert sections.limit.peak.text().startswith("Nearest: 96 of 100 per minute")
    assert sections.limit.meter.part == 0.96
    assert sections.addresses.model.rowCount() == 5
    assert sections.addresses.more.text() == "7 earlier addresses are on record."
    assert sections.history.model.rowCount() == 20
    assert sections.history.more.text() == "5 older entries in Activity."
    assert sections.signals.nothing.isVisible()


def test_a_key_that_nobody_uses_says_so_in_every_part(stage: Make) -> None:
    unused = OneKey(sample_key(1, last_used_at=None, rate_limit=None))
    page = stage(unused, SampleUsage(quiet, addresses(0)), activity=SampleActivity(0)).open()
    assert page.head.facts.text().endswith("Never used")
    assert page.sections.limit.limit.text().startswith("No rate limit")
    assert not page.sections.limit.meter.isVisible()
    assert page.sections.addresses.more.text() == "No call with this key has come in yet."
    assert page.sections.history.more.text() == "Nothing was done to this key yet."


def test_every_control_can_be_found_by_keyboard_and_screen_reader(stage: Make) -> None:
    keys, signals = under_attack()
    signals.signals = signals.signals[:1]
    assert_accessible(stage(keys, SampleUsage(attacked), signals).open())


def test_the_span_that_was_chosen_stays_for_the_next_key(stage: Make) -> None:
    shown = stage()
    page = shown.open()
    page.sections.calls.span_button(UsageSpan.WEEK).click()
    shown.settle()
    shown.open()
    assert shown.usage.asked == [UsageSpan.DAY, UsageSpan.WEEK, UsageSpan.WEEK]
    assert page.sections.calls.span_button(UsageSpan.WEEK).isChecked()
    assert not page.sections.calls.span_button(UsageSpan.DAY).isChecked()


def test_chart_and_table_take_turns_in_the_same_room(stage: Make) -> None:
    page = stage().open()
    calls, before = page.sections.calls, page.sections.calls.height()
    calls.table_button.click()
    assert calls.shows_table
    assert calls.table_button.accessibleName() == "Show as chart"
    assert calls.height() == before
    calls.table_button.click()
    assert page.findChild(CallsChart).isVisible()


def test_the_page_keys_scroll_wherever_the_keyboard_is(stage: Make, qtbot: QtBot) -> None:
    page = stage().open()
    bar = page.sections.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    qtbot.keyClick(page.head.back_button, Qt.Key.Key_PageDown)
    assert bar.value() > 0
    qtbot.keyClick(page.sections.calls.table_button, Qt.Key.Key_End)
    assert bar.value() == bar.maximum()
    qtbot.keyClick(page.head.edit_button, Qt.Key.Key_Home)
    assert bar.value() == 0


class TestGoingBack:
    @pytest.mark.parametrize("way", ["button", "escape", "alt+left"])
    def test_every_way_back_leaves(self, stage: Make, qtbot: QtBot, way: str) -> None:
        page = stage().open()
        with qtbot.waitSignal(page.left):
            if way == "button":
                page.head.back_button.click()
            elif way == "escape":
                qtbot.keyClick(page.head.edit_button, Qt.Key.Key_Escape)
            else:
                qtbot.keyClick(page.head.edit_button, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert page.key_id == ""

    def test_answers_that_come_late_are_not_shown_at_another_key(self, stage: Make) -> None:
        shown = stage()
        shown.page.open("key-1", shown.keys.api_key)
        shown.keys.api_key = sample_key(2)
        shown.open()
        assert shown.page.head.name.text() == "Integration 2"


class TestOrders:
    def test_each_button_asks_for_what_it_says_with_the_key_as_shown(self, stage: Make, qtbot: QtBot) -> None:
        shown = stage()
        head, orders = shown.open().head, shown.page.orders
        for button, signal, told in (
            (head.edit_button, orders.edit_requested, [shown.keys.api_key]),
            (head.status_button, orders.status_requested, [shown.keys.api_key, ApiKeyStatus.DISABLED]),
            (head.curl_button, orders.curl_requested, []),
            (head.delete_button, orders.delete_requested, [shown.keys.api_key]),
        ):
            with qtbot.waitSignal(signal) as asked:
                button.click()
            assert asked.args == told

    def test_the_masked_key_is_copied(self, stage: Make) -> None:
        shown = stage()
        shown.open().head.copy_button.click()
        assert shown.clipboard.text == "ss_0001…abcd"
        assert shown.said == ["Masked key copied."]

    def test_the_whole_history_is_asked_for_by_its_key(self, stage: Make, qtbot: QtBot) -> None:
        page = stage().open()
        with qtbot.waitSignal(page.orders.activity_requested) as asked:
            page.sections.history.all_button.click()
        assert asked.args[0].id == "key-1"

    def test_a_change_made_elsewhere_in_the_window_is_shown_at_once(self, stage: Make) -> None:
        shown = stage()
        page = shown.open()
        shown.keys.api_key = sample_key(1, status=ApiKeyStatus.DISABLED, name="Renamed")
        page.show_key(shown.keys.api_key)
        assert page.head.status_button.text() == "Enable"
        assert page.head.name.text() == "Renamed"
        page.show_key(sample_key(9))
        assert page.head.name.text() == "Renamed"


class TestSignals:
    def test_what_is_wrong_is_told_gravest_first_and_answered_on_its_card(self, stage: Make, qtbot: QtBot) -> None:
        keys, signals = under_attack()
        page = stage(keys, signals=signals).open()
        cards = page.sections.signals.cards
        assert [card.signal.kind for card in cards] == [SignalKind.SPIKE, SignalKind.NEW_ADDRESS, SignalKind.OLD]
        assert page.sections.signals.title.text() == "Needs attention (3)"
        with qtbot.waitSignal(page.orders.card_answered) as asked:
            cards[0].answer_buttons[0].click()
        assert asked.args[0] is cards[0]

    def test_an_acknowledged_signal_goes_and_its_note_is_kept(self, stage: Make) -> None:
        keys, signals = under_attack()
        shown = stage(keys, signals=signals)
        page = shown.open()
        first, second = page.sections.signals.cards[:2]
        first.acknowledge_button.click()
        second.acknowledge_button.click()
        second.form.note.setText("I am looking at it")
        first.form.note.setText("Load test by the partner")
        first.form.confirm_button.click()
        shown.settle()
        assert signals.notes == [(first.signal.id, "Load test by the partner")]
        assert [card.signal.kind for card in page.sections.signals.cards] == [SignalKind.NEW_ADDRESS, SignalKind.OLD]
        assert second.form.note.text() == "I am looking at it"
        assert "Acknowledged" in shown.said[-1]

    def test_new_evidence_is_shown_before_it_can_be_acknowledged(self, stage: Make) -> None:
        keys, signals = under_attack()
        shown = stage(keys, signals=signals)
        card = shown.open().sections.signals.cards[0]
        card.acknowledge_button.click()
        card.form.note.setText("Seen")
        at = signals.signals.index(card.signal)
        newer = {"evidence_at": card.signal.evidence_at + timedelta(minutes=1), "evidence": "9,999 calls."}
        signals.signals[at] = card.signal.model_copy(update=newer)
        card.form.confirm_button.click()
        shown.settle()
        assert signals.notes == []
        assert (card.signal.evidence, card.form.note.text()) == ("9,999 calls.", "Seen")
        assert "New evidence has come meanwhile" in card.failure

    def test_a_refusal_stands_on_the_card_and_the_note_stays(self, stage: Make) -> None:
        keys, signals = under_attack()
        shown = stage(keys, signals=signals)
        card = shown.open().sections.signals.cards[0]
        card.acknowledge_button.click()
        card.form.note.setText("Seen")
        signals.fail_with = AWAY
        card.form.confirm_button.click()
        shown.settle()
        assert card.form.note.text() == "Seen"
        assert shown.failures[-1] is AWAY

    def test_what_is_read_below_stays_in_its_place_when_signals_come_and_go(self, stage: Make, qtbot: QtBot) -> None:
        keys, signals = under_attack()
        shown = stage(keys, signals=signals)
        page = shown.open()
        bar, sections = page.sections.verticalScrollBar(), page.sections

        def history_at() -> int:
            return sections.history.mapTo(page, sections.history.rect().topLeft()).y()

        qtbot.waitUntil(lambda: bar.maximum() > 0)
        bar.setValue(sections.signals.geometry().bottom() + 40)
        before = history_at()
        for kept in (1, 3, 0):
            _, fresh = under_attack()
            signals.signals = fresh.signals[:kept]
            page.refresh()
            shown.settle()
            qtbot.waitUntil(lambda: bar.value() == bar.maximum() or abs(history_at() - before) <= 2)


class TestTroubles:
    def test_each_part_says_that_it_could_not_be_loaded_and_tries_again(self, stage: Make) -> None:
        shown = stage()
        shown.usage.fail_with = AWAY
        page = shown.open()
        sections = page.sections
        assert "cannot be reached" in sections.calls.notice.text
        assert "cannot be reached" in sections.addresses.notice.text
        assert sections.history.model.rowCount() == 3
        assert shown.failures
        shown.usage.fail_with = None
        sections.calls.notice.action.click()
        sections.addresses.notice.action.click()
        shown.settle()
        assert sections.calls.notice.text == ""
        assert sections.addresses.model.rowCount() == 4

    def test_what_was_shown_stays_when_the_server_goes_away(self, stage: Make) -> None:
        shown = stage()
        page = shown.open()
        shown.fail(AWAY)
        page.refresh()
        shown.settle()
        page.set_stale(True)
        assert page.head.stale_mark.isVisible()
        assert page.sections.addresses.model.rowCount() == 4
        assert [section.notice.text for section in page.sections.all] == [""] * 5
        shown.fail(UnexpectedAnswer("no JSON"))
        page.refresh()
        shown.settle()
        assert page.sections.calls.notice.text.endswith("What you see is from before.")
        shown.fail(None)
        page.refresh()
        shown.settle()
        assert not page.head.stale_mark.isVisible()

    def test_a_key_that_was_deleted_meanwhile_says_so_and_offers_nothing(self, stage: Make) -> None:
        shown = stage()
        page = shown.open()
        shown.fail(not_found())
        page.refresh()
        shown.settle()
        assert page.notice.text.startswith("This key was deleted.")
        assert not any(button.isVisible() for button in page.head.actions_on_key)
        assert page.sections.calls.isVisible()
        page._tell_time_passed()
        assert not page.head.edit_button.isVisible()

    def test_a_key_that_is_not_there_leads_back(self, stage: Make, qtbot: QtBot) -> None:
        shown = stage()
        shown.fail(not_found())
        page = shown.open(known=False)
        assert page.missing.isVisible()
        with qtbot.waitSignal(page.left):
            page.missing.action.click()

    def test_the_next_key_is_whole_after_one_that_was_gone(self, stage: Make) -> None:
        shown = stage()
        page = shown.open()
        shown.fail(not_found())
        page.refresh()
        shown.settle()
        shown.fail(None)
        shown.open()
        assert page.notice.text == ""
        assert page.head.edit_button.isVisible()
        assert page.sections.signals.isVisible()


def test_the_page_refreshes_itself_only_while_it_is_seen(stage: Make, qtbot: QtBot) -> None:
    shown = stage()
    page = shown.open()
    refresh, _ = page._timers
    shown.keys.api_key = sample_key(1, last_used_at=NOW - timedelta(seconds=1))
    refresh.timeout.emit()
    shown.settle()
    assert "Just now" in page.head.facts.text() or "just now" in page.head.facts.text()
    page.hide()
    asked = len(shown.usage.asked)
    refresh.timeout.emit()
    shown.settle()
    assert len(shown.usage.asked) == asked


def test_a_long_name_leaves_room_for_states_and_buttons(stage: Make) -> None:
    shown = stage(OneKey(sample_key(1, name="Ünïted Facilities & Elevators " * 3)))
    page = shown.open()
    page.setMinimumSize(600, 400)  # as in the window, which may be made as small as it likes
    for width in (660, 1040, 1800, 660):
        page.resize(width, 700)
        page.layout().activate()
        for part in (page.head.name, page.head.status, page.head.delete_button):
            right = part.mapTo(page, part.rect().topRight()).x()
            assert right <= width, (width, part.objectName())

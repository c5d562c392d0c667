"""“Needs attention” above the list: when it is there, what it unfolds to, and what comes of working it off."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.api_keys import ApiKeyStatus
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import Acknowledgement, Severity, Signal, SignalKind
from ss_admin.desktop.api_keys.attention.kind_group import MOST_CARDS, STEP, KindGroup
from ss_admin.desktop.api_keys.attention.strip import AttentionStrip
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.list_filter import AttentionChoice
from ss_admin.desktop.widgets.signals.signal_card import SignalCard
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS, SignalAnswer
from tests.support.accessibility import assert_accessible
from tests.support.sample_keys import SampleApiKeys
from tests.support.sample_signals import NOW, SampleSignals, sample_signal

SPIKE = AttentionChoice(SignalKind.SPIKE)


@dataclass
class Shown:
    """The page, and what stands behind it."""

    page: ApiKeysPage
    keys: SampleApiKeys
    signals: SampleSignals
    settled: Callable[[], None]

    @property
    def strip(self) -> AttentionStrip:
        return self.page.attention.strip

    def unfold(self) -> None:
        self.strip.fold_button.click()
        self.settled()

    def group(self, kind: SignalKind) -> KindGroup:
        return next(group for group in self.strip.panel.groups if group.kind is kind)

    def open_group(self, kind: SignalKind) -> tuple[SignalCard, ...]:
        group = self.group(kind)
        if not group.is_open:
            group.heading.click()
        self.settled()
        return group.cards


@pytest.fixture
def show(show_page: Callable[..., ApiKeysPage], settled: Callable[[], None]) -> Callable[..., Shown]:
    def show(*signals: Signal) -> Shown:
        keys, client = SampleApiKeys.of(40), SampleSignals(list(signals))
        return Shown(show_page(keys, signals=client), keys, client, settled)

    return show


def grave(number: int, **changes: object) -> Signal:
    return sample_signal(number, SignalKind.SPIKE, severity=Severity.ALERT, **changes)


def test_nothing_open_shows_nothing_at_all(show: Callable[..., Shown]) -> None:
    seen = Acknowledgement(at=NOW, by=ObjectRef(id="u", name="Ada"), note="")
    shown = show(sample_signal(1, acknowledged=seen))
    assert shown.strip.isHidden()


def test_the_strip_counts_keys_the_gravest_kind_first(show: Callable[..., Shown]) -> None:
    shown = show(grave(1), sample_signal(2), sample_signal(3), sample_signal(4, SignalKind.NEW_ADDRESS))
    assert shown.strip.isVisible()
    assert [chip.text() for chip in shown.strip.chips.chips.values()] == [
        "4 keys",
        "Unusual spike  1",
        "New address  1",
        "Never expires  2",
    ]
    assert not shown.strip.panel.isVisible()
    shown.unfold()
    assert_accessible(shown.strip)


def test_the_strip_s_room_is_kept_while_it_is_not_known_what_is_open(
    show: Callable[..., Shown], show_page: Callable[..., ApiKeysPage], qtbot: QtBot
) -> None:
    height = show(grave(1)).strip.height()
    failing = SampleSignals([grave(1)], fail_with=ServerUnreachable("away"))
    page = show_page(SampleApiKeys.of(3), signals=failing)
    assert page.attention.strip.height() == height
    failing.fail_with = None
    page.refresh()
    qtbot.waitUntil(page.attention.strip.fold_button.isVisible)
    assert page.attention.strip.height() == height


def test_a_chip_narrows_the_list_down_and_a_second_press_shows_all_again(show: Callable[..., Shown]) -> None:
    shown = show(grave(1), sample_signal(2))
    chip = shown.strip.chips.chips[SPIKE]
    chip.click()
    shown.settled()
    assert shown.page.model.query.attention
    assert shown.page.model.query.signal is SignalKind.SPIKE
    assert shown.page.filters.filter.words() == "Needs attention: Unusual spike"
    assert shown.page.filters.clear_button.isVisible()
    assert chip.isChecked()
    chip.click()
    shown.settled()
    assert not shown.page.model.query.attention
    assert not chip.isChecked()


def test_clearing_the_filters_lets_the_chip_go(show: Callable[..., Shown]) -> None:
    shown = show(grave(1))
    shown.strip.chips.chips[AttentionChoice()].click()
    shown.settled()
    assert shown.page.model.query.attention
    shown.page.filters.clear_button.click()
    shown.settled()
    assert shown.strip.chips.choice is None
    assert not shown.page.model.query.attention


def test_the_chip_in_force_stays_when_the_last_signal_has_gone(show: Callable[..., Shown]) -> None:
    shown = show(grave(1))
    shown.strip.chips.chips[SPIKE].click()
    shown.signals.signals.clear()
    shown.page.refresh()
    shown.settled()
    assert shown.strip.isVisible()
    shown.strip.chips.chips[SPIKE].click()
    shown.page.refresh()
    shown.settled()
    assert shown.strip.isHidden()


@pytest.mark.parametrize("width", [660, 1000, 1600])
def test_chips_without_room_stand_behind_more_and_the_chosen_one_always_shows(
    show: Callable[..., Shown], width: int, qtbot: QtBot
) -> None:
    shown = show(*(sample_signal(number, kind) for number, kind in enumerate(SignalKind)))
    shown.page.resize(width, 700)
    qtbot.wait(30)
    row = shown.strip.chips
    seen = [chip for chip in row.chips.values() if chip.isVisible()]
    hidden = len(row.chips) - len(seen)
    assert row.more_button.isVisible() == (hidden > 0)
    assert all(chip.geometry().right() <= row.width() for chip in seen)
    if hidden:
        assert row.more_button.text() == f"{hidden} more"
        last = list(row.chips)[-1]
        shown.page.filters.choose_attention(last)
        assert row.chips[last].isVisible()
        row.more_button.click()
        assert shown.strip.is_unfolded


def test_hundreds_of_one_kind_are_a_heading_until_they_are_asked_for_and_then_pages(
    show: Callable[..., Shown],
) -> None:
    shown = show(grave(1), *(sample_signal(number) for number in range(100, 350)))
    shown.unfold()
    never = shown.group(SignalKind.NEVER_EXPIRES)
    assert never.heading.text() == "250 keys never expire"
    assert [len(group.cards) for group in shown.strip.panel.groups] == [1, 0]
    shown.open_group(SignalKind.NEVER_EXPIRES)
    assert len(never.cards) == STEP
    assert never.more_button.text() == f"Show {STEP} more of {250 - STEP}"
    while len(never.cards) < MOST_CARDS:
        never.more_button.click()
        shown.settled()
    assert never.more_button.text() == "Show all 250 in the list"
    never.more_button.click()
    shown.settled()
    assert shown.page.model.query.signal is SignalKind.NEVER_EXPIRES


def test_unfolded_cards_leave_the_list_its_room(show: Callable[..., Shown], qtbot: QtBot) -> None:
    shown = show(*(grave(number) for number in range(9)))
    page = shown.page
    page.resize(1000, 700)
    shown.unfold()
    qtbot.wait(50)
    assert page.height() == 700
    assert shown.strip.panel.height() <= 350
    assert page.card.height() >= 110
    page.resize(660, 521)
    qtbot.wait(50)
    assert page.height() <= 525  # about what the smallest window leaves to a page
    shown.strip.panel.setFocus()
    qtbot.keyClick(shown.strip.panel, Qt.Key.Key_Escape)
    assert not shown.strip.is_unfolded
    assert shown.strip.fold_button.hasFocus()


def test_what_is_acknowledged_goes_and_the_keyboard_goes_on_to_the_next(
    show: Callable[..., Shown], qtbot: QtBot
) -> None:
    shown = show(grave(1), grave(2))
    shown.unfold()
    first, second = shown.group(SignalKind.SPIKE).cards
    first.acknowledge_button.setFocus()
    qtbot.keyClick(first.acknowledge_button, Qt.Key.Key_Space)
    qtbot.keyClicks(first.form.note, "A test of theirs.")
    with qtbot.waitSignal(shown.page.said) as said:
        qtbot.keyClick(first.form.note, Qt.Key.Key_Return)
    shown.settled()
    assert said.args == ["Acknowledged for “Integration 1”. It comes back on new evidence."]
    assert shown.signals.notes == [("signal-1", "A test of theirs.")]
    assert shown.group(SignalKind.SPIKE).cards == (second,)
    assert shown.page.window().focusWidget() is second.acknowledge_button


def test_new_evidence_is_shown_before_it_can_be_acknowledged(show: Callable[..., Shown], qtbot: QtBot) -> None:
    shown = show(grave(1), grave(2))
    shown.unfold()
    card = shown.group(SignalKind.SPIKE).cards[0]
    card.acknowledge_button.click()
    qtbot.keyClicks(card.form.note, "A test of theirs.")
    newer = {"evidence_at": NOW, "evidence": "9,999 calls."}
    shown.signals.signals[0] = shown.signals.signals[0].model_copy(update=newer)
    qtbot.keyClick(card.form.note, Qt.Key.Key_Return)
    shown.settled()
    assert shown.signals.notes == []
    assert (card.signal.evidence, card.form.note.text()) == ("9,999 calls.", "A test of theirs.")
    assert "New evidence has come meanwhile" in card.failure
    qtbot.keyClick(card.form.note, Qt.Key.Key_Return)
    shown.settled()
    assert shown.signals.notes == [("signal-1", "A test of theirs.")]


def test_deleted_keys_that_the_list_does_not_hold_are_told_apart(show: Callable[..., Shown]) -> None:
    shown = show(grave(1), grave(2), grave(3, is_deleted=True))
    chips = shown.strip.chips.chips
    assert [chip.text() for chip in chips.values()] == [
        "3 keys (1 deleted)",
        f"{SIGNAL_WORDS[SignalKind.SPIKE].title}  3 (1 deleted)",
    ]
    assert all("not in the list" in chip.toolTip() for chip in chips.values())


def test_somebody_else_s_note_stays_and_is_told(show: Callable[..., Shown], qtbot: QtBot) -> None:
    shown = show(grave(1))
    shown.unfold()
    theirs = Acknowledgement(at=NOW, by=ObjectRef(id="u", name="Maria Keller"), note="Seen.")
    shown.signals.signals[0] = shown.signals.signals[0].model_copy(update={"acknowledged": theirs})
    with qtbot.waitSignal(shown.page.said) as said:
        shown.group(SignalKind.SPIKE).cards[0].acknowledged.emit("Mine.")
    assert said.args == ["Maria Keller had acknowledged this before you: “Seen.”. Your note was not kept."]
    shown.settled()
    assert shown.strip.isHidden()


def test_a_note_that_is_being_written_survives_a_refresh_and_a_failure(
    show: Callable[..., Shown], qtbot: QtBot
) -> None:
    shown = show(grave(1), grave(2))
    shown.unfold()
    card = shown.group(SignalKind.SPIKE).cards[1]
    card.acknowledge_button.click()
    qtbot.keyClicks(card.form.note, "half a")
    shown.signals.signals.insert(0, grave(3))
    shown.page.refresh()
    shown.settled()
    assert shown.group(SignalKind.SPIKE).cards[2] is card
    shown.signals.fail_with = ServerUnreachable("away")
    qtbot.keyClick(card.form.note, Qt.Key.Key_Return)
    shown.settled()
    assert card.form.note.text() == "half a"
    assert card.form.note.isEnabled()


@pytest.mark.parametrize(
    ("answer", "heading"), [(SignalAnswer.EDIT, "Edit API Key"), (SignalAnswer.REPLACE, "New API Key")]
)
def test_an_answer_opens_the_editor(show: Callable[..., Shown], answer: SignalAnswer, heading: str) -> None:
    shown = show(grave(1))
    shown.unfold()
    shown.group(SignalKind.SPIKE).cards[0].answered.emit(answer)
    shown.settled()
    editor = QApplication.activeModalWidget()
    assert editor is not None
    assert editor.windowTitle() == heading
    name = editor.findChild(type(editor.focusWidget()), "apiKeyEditor.name")
    assert name.text() == ("Integration 1 (replacement)" if answer is SignalAnswer.REPLACE else "Integration 1")
    editor.done(0)


def test_set_expiry_begins_in_the_field_of_the_expiry(show: Callable[..., Shown]) -> None:
    shown = show(grave(1))
    shown.unfold()
    shown.page.answering.answer(shown.group(SignalKind.SPIKE).cards[0], SignalAnswer.SET_EXPIRY)
    shown.settled()
    editor = QApplication.activeModalWidget()
    assert editor is not None
    assert editor.focusWidget().objectName() == "apiKeyEditor.expires"
    editor.done(0)


def test_disable_does_it_once_and_says_so_where_it_is_done_already(show: Callable[..., Shown]) -> None:
    shown = show(grave(1))
    shown.unfold()
    card = shown.group(SignalKind.SPIKE).cards[0]
    card.answer_buttons[0].click()
    shown.settled()
    assert shown.keys.keys[1].status is ApiKeyStatus.DISABLED
    card.answer_buttons[0].click()
    shown.settled()
    assert shown.keys.writes == [("change", "key-1")]
    assert "disabled already" in card.failure


def test_a_key_that_is_gone_and_one_that_is_to_be_opened(show: Callable[..., Shown], qtbot: QtBot) -> None:
    shown = show(grave(1))
    shown.unfold()
    card = shown.group(SignalKind.SPIKE).cards[0]
    with qtbot.waitSignal(shown.page.key_opened) as opened:
        card.answer_buttons[-1].click()
    assert opened.args == ["key-1"]
    del shown.keys.keys[1]
    card.answer_buttons[0].click()
    shown.settled()
    assert "deleted this key meanwhile" in card.failure
    assert card.answer_buttons[0].isEnabled()


def test_ctrl_shift_r_and_the_link_ask_why_a_call_was_refused(show: Callable[..., Shown], qtbot: QtBot) -> None:
    page = show().page
    with qtbot.waitSignal(page.explain_requested):
        page.head.explain_button.click()
    page.activateWindow()
    with qtbot.waitSignal(page.explain_requested):
        qtbot.keyClick(page, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)

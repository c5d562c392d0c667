"""A signal's card: what it shows, what it asks for, and what it never keeps."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import Acknowledgement, Severity, SignalKind
from ss_admin.desktop.widgets.signals.signal_card import SignalCard
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS, SignalAnswer
from tests.support.accessibility import assert_accessible
from tests.support.sample_signals import NOW, sample_signal


@pytest.fixture
def card(qtbot, theme) -> SignalCard:
    signal = sample_signal(3, SignalKind.SPIKE, severity=Severity.ALERT, evidence="4,812 calls, else 310.")
    card = SignalCard(signal, theme=theme, clock=lambda: NOW)
    qtbot.addWidget(card)
    card.resize(700, 200)
    with qtbot.waitActive(card):
        card.show()
    return card


def texts(card: SignalCard) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible() and label.text()]


def test_a_card_names_the_key_the_evidence_what_it_means_and_the_answers(card: SignalCard) -> None:
    assert texts(card) == [
        "Unusual spike",
        "Integration 3 · ss_0003…abcd",
        "2 hours ago",
        "4,812 calls, else 310.",
        SIGNAL_WORDS[SignalKind.SPIKE].meaning,
    ]
    assert [button.text() for button in card.answer_buttons] == ["Disable", "Change limit…", "Open key"]
    assert "4,812 calls" in card.accessibleDescription()
    assert card.accessibleName() == "Unusual spike: Integration 3. Look at it now."
    assert_accessible(card)


def test_markup_in_a_name_stays_text(qtbot, theme) -> None:
    card = SignalCard(sample_signal(1, key_name="<b>bold</b>"), theme=theme)
    qtbot.addWidget(card)
    assert all(label.textFormat() is Qt.TextFormat.PlainText for label in card.findChildren(QLabel) if label.text())


def test_each_button_asks_for_its_answer(card: SignalCard, qtbot) -> None:
    for button, answer in zip(
        card.answer_buttons, (SignalAnswer.DISABLE, SignalAnswer.EDIT, SignalAnswer.OPEN), strict=True
    ):
        with qtbot.waitSignal(card.answered) as asked:
            button.click()
        assert asked.args == [answer]


def test_enter_acknowledges_with_the_note_and_escape_takes_it_back(card: SignalCard, qtbot) -> None:
    card.acknowledge_button.click()
    assert card.form.note.hasFocus()
    qtbot.keyClicks(card.form.note, "  a test ")
    qtbot.keyClick(card.form.note, Qt.Key.Key_Escape)
    assert card.form.isHidden()
    assert card.acknowledge_button.hasFocus()
    card.acknowledge_button.click()
    assert card.form.note.text() == ""
    qtbot.keyClicks(card.form.note, " Asked the partner. ")
    with qtbot.waitSignal(card.acknowledged) as told:
        qtbot.keyClick(card.form.note, Qt.Key.Key_Return)
    assert told.args == ["Asked the partner."]


def test_a_key_pasted_into_the_note_is_masked_at_once(card: SignalCard) -> None:
    key = new_api_key()
    card.acknowledge_button.click()
    card.form.note.insert(f"was {key}")
    assert card.form.note.text() == f"was {mask_api_key(key)}"


def test_an_acknowledged_signal_says_by_whom_and_asks_no_more(card: SignalCard) -> None:
    seen = Acknowledgement(at=NOW, by=ObjectRef(id="u", name="Maria Keller"), note="Known.")
    card.acknowledge_button.click()
    card.show_signal(sample_signal(3, SignalKind.SPIKE, acknowledged=seen))
    assert card.acknowledge_button.isHidden()
    assert card.form.isHidden()
    assert any(text.startswith("Acknowledged by Maria Keller on ") and "“Known.”" in text for text in texts(card))


def test_nothing_can_be_pressed_twice_while_an_order_is_under_way(card: SignalCard) -> None:
    card.set_busy(True)
    assert not any(button.isEnabled() for button in (*card.answer_buttons, card.acknowledge_button))
    card.set_busy(False)
    card.show_failure("It did not work.")
    assert "It did not work." in texts(card)

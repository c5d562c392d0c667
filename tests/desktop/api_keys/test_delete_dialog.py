from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from ss_admin.desktop.api_keys.delete_dialog import DeleteKeyDialog, DeleteKeysDialog, KeyFacts
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from tests.support.accessibility import assert_accessible
from tests.support.sample_keys import NOW, sample_key


def facts(number: int, *, used_days_ago: float | None = None) -> KeyFacts:
    used = None if used_days_ago is None else NOW - timedelta(days=used_days_ago)
    return KeyFacts(f"key-{number}", f"Integration {number}", used)


def text_of(dialog: Dialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


@pytest.fixture
def ask_one(qtbot: QtBot, theme: Theme):
    def ask(**changes: object) -> DeleteKeyDialog:
        dialog = DeleteKeyDialog(None, sample_key(1, **changes), theme=theme, now=NOW)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return ask


@pytest.fixture
def ask_many(qtbot: QtBot, theme: Theme):
    def ask(*keys: KeyFacts) -> DeleteKeysDialog:
        dialog = DeleteKeysDialog(None, keys, theme=theme, now=NOW)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return ask


def test_one_key_is_named_with_its_last_use_and_what_is_lost(ask_one) -> None:
    dialog = ask_one()
    text = text_of(dialog)
    assert "Integration 1" in text
    assert "Last used 2 minutes ago" in text
    assert "External applications using this key lose access at once." in text
    assert "This cannot be undone." in text
    assert "Never used" in text_of(ask_one(last_used_at=None))


def test_cancel_is_the_default_button_and_enter_deletes_nothing(ask_one, ask_many, qtbot: QtBot) -> None:
    for dialog in (ask_one(), ask_many(facts(1), facts(2))):
        assert dialog.cancel_button.isDefault()
        assert not dialog.primary_button.isDefault()
        told = []
        if isinstance(dialog, DeleteKeyDialog):
            dialog.confirmed.connect(told.append)
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
        assert not dialog.isVisible()
        assert dialog.result() == 0
        assert told == []


def test_a_key_that_changed_meanwhile_is_shown_again_as_it_is_now(ask_one, qtbot: QtBot) -> None:
    dialog = ask_one()
    dialog.set_busy(True)
    dialog.show_changed(sample_key(1, name="Renamed", version=2), NOW)
    assert not dialog.is_busy
    assert "Renamed" in text_of(dialog)
    assert "Somebody else changed this key meanwhile." in dialog.notice
    with qtbot.waitSignal(dialog.confirmed) as confirmed:
        dialog.primary_button.click()
    assert confirmed.args[0].version == 2


def test_several_keys_are_counted_and_the_first_named(ask_many) -> None:
    text = text_of(ask_many(*(facts(number) for number in range(8))))
    assert "Delete 8 API keys?" in text
    assert "Integration 4" in text
    assert "Integration 5" not in text
    assert "and 3 more" in text
    assert "None of them was used in the last 7 days." in text
    assert "cannot be undone" in text


def test_one_checked_key_is_asked_about_as_one(ask_many) -> None:
    text = text_of(ask_many(facts(1, used_days_ago=1)))
    assert "Delete this API key?" in text
    assert "Last used 1 day ago." in text
    assert "External applications using this key lose access at once." in text


def test_those_used_in_the_last_seven_days_are_named(ask_many) -> None:
    text = text_of(
        ask_many(facts(1, used_days_ago=8), facts(2, used_days_ago=6.9), facts(3), facts(4, used_days_ago=1))
    )
    assert "2 of them were used in the last 7 days" in text
    assert "Integration 4: 1 day ago\nIntegration 2: 6 days ago" in text
    assert "Integration 1:" not in text
    assert "1 of them was used" in text_of(ask_many(facts(1, used_days_ago=1), facts(2)))


def test_up_to_ten_keys_need_no_typing(ask_many) -> None:
    dialog = ask_many(*(facts(number) for number in range(10)))
    assert dialog.primary_button.isEnabled()
    assert not dialog.typed.isVisible()


def test_more_than_ten_are_deleted_only_after_their_number_was_typed(ask_many, qtbot: QtBot) -> None:
    dialog = ask_many(*(facts(number) for number in range(1_234)))
    assert "Type 1234 to confirm" in text_of(dialog)
    for wrong in ("", "123", "12345", "x"):
        dialog.typed.setText(wrong)
        assert not dialog.primary_button.isEnabled()
    for right in ("1234", " 1,234 "):
        dialog.typed.setText(right)
        assert dialog.primary_button.isEnabled()
    with qtbot.waitSignal(dialog.accepted):
        dialog.primary_button.click()


def test_names_that_look_like_markup_are_shown_as_they_are(ask_one) -> None:
    dialog = ask_one(name="<b>bold</b><img src=x>")
    label = next(label for label in dialog.findChildren(QLabel) if "bold" in label.text())
    assert label.text() == "<b>bold</b><img src=x>"
    assert label.textFormat() == Qt.TextFormat.PlainText


def test_every_control_can_be_found_by_name(ask_one, ask_many) -> None:
    assert_accessible(ask_one())
    assert_accessible(ask_many(*(facts(number) for number in range(11))))

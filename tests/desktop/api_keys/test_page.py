from collections.abc import Callable
from typing import TypeVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ss_admin.client.errors import ClientError, OutcomeUnknown, ServerUnreachable
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKeyCreated, ApiKeyStatus
from ss_admin.desktop.api_keys.created_dialog import ApiKeyCreatedDialog
from ss_admin.desktop.api_keys.delete_dialog import DeleteKeyDialog, DeleteKeysDialog
from ss_admin.desktop.api_keys.editor.editor_dialog import ApiKeyEditor
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.row_menu import RowMenu
from ss_admin.desktop.widgets.dialog import Dialog, Question
from tests.support.accessibility import assert_accessible
from tests.support.sample_keys import SampleApiKeys, SampleRuleChains, sample_chain, sample_key

Settled = Callable[[], None]
Shown = tuple[ApiKeysPage, SampleApiKeys]
T = TypeVar("T", bound=Dialog)


def open_dialog(page: ApiKeysPage, kind: type[T]) -> T:
    return next(dialog for dialog in page.findChildren(kind) if dialog.isVisible())


def message(page: ApiKeysPage) -> str:
    dialog = page.findChild(Question, "apiKeys.message")
    return "\n".join(label.text() for label in dialog.findChildren(QLabel))


def menu_of(page: ApiKeysPage, row: int) -> RowMenu:
    page.table.menu_requested.emit(page.model.api_key(row), QPoint(10, 10))
    return page.table.findChild(RowMenu)


def choose(menu: RowMenu, name: str) -> None:
    next(action for action in menu.actions() if action.objectName() == f"apiKeys.rowMenu.{name}").trigger()
    menu.hide()


def test_the_page_says_what_it_is_and_how_many_keys_there_are(sample_page: Shown) -> None:
    page, _ = sample_page
    words = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert "API Keys Management" in words
    assert page.head.create_button.text() == "Create new API key"
    assert page.line.text == "250 keys"
    for label in ("Status", "Expiry", "User"):
        assert any(control.text() == label for control in (page.filters.status, page.filters.expiry, page.filters.user))


def test_every_control_has_a_name_and_can_be_reached(sample_page: Shown) -> None:
    page, _ = sample_page
    page.checks.toggle("key-1")
    assert_accessible(page)
    assert page.findChild(QLabel, "apiKeys.count") is not None


def test_the_tab_key_goes_through_the_page_from_top_to_bottom(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    page.head.create_button.setFocus()
    visited = []
    for _ in range(9):
        widget = QApplication.focusWidget()
        visited.append(widget.objectName())
        qtbot.keyClick(widget, Qt.Key.Key_Tab)
    assert visited[:8] == [
        "apiKeys.create",
        "apiKeys.search",
        "apiKeys.statusFilter",
        "apiKeys.expiryFilter",
        "apiKeys.userFilter",
        "apiKeys.refresh",
        "apiKeys.header",
        "apiKeys.table",
    ]


def test_no_keys_at_all_says_what_a_key_is_for_and_offers_to_create_one(
    show_page: Callable[..., ApiKeysPage],
) -> None:
    page = show_page(SampleApiKeys())
    assert page.card.empty.isVisible()
    assert any("external application" in label.text() for label in page.card.empty.findChildren(QLabel))
    page.card.empty.action.click()
    assert open_dialog(page, ApiKeyEditor).windowTitle() == "New API Key"


def test_buttons_for_checked_keys_stand_there_only_while_there_are_any(sample_page: Shown) -> None:
    page, _ = sample_page
    assert not page.head.delete_button.isVisible()
    for number in (1, 2, 3):
        page.checks.toggle(f"key-{number}")
    assert page.head.delete_button.text() == "Delete (3)"
    assert page.head.delete_button.accessibleName() == "Delete (3)"
    assert not page.head.delete_button.icon().isNull()
    assert page.head.disable_button.isVisible()
    assert page.head.enable_button.isVisible()
    assert page.line.text == "250 keys, 3 checked"


def test_the_keys_of_the_page_work_wherever_the_focus_is(sample_page: Shown, qtbot: QtBot, settled: Settled) -> None:
    page, api_keys = sample_page
    page.activateWindow()
    page.table.setFocus()
    qtbot.keyClick(page.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert page.filters.search.hasFocus()
    before = len(api_keys.calls)
    qtbot.keyClick(page.filters.search, Qt.Key.Key_F5)
    settled()
    assert len(api_keys.calls) == before + 1
    qtbot.keyClick(page.filters.search, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert open_dialog(page, ApiKeyEditor).windowTitle() == "New API Key"


def test_enter_opens_the_editor_of_the_current_key(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(2, 1))
    qtbot.keyClick(page.table, Qt.Key.Key_Return)
    assert open_dialog(page, ApiKeyEditor).windowTitle() == "Edit API Key"


def test_the_row_menu_offers_what_fits_the_key(sample_page: Shown, settled: Settled) -> None:
    page, _ = sample_page
    menu = menu_of(page, 0)
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open",
        "Edit",
        "Disable",
        "Copy cURL example",
        "Delete",
    ]
    choose(menu, "disable")
    settled()
    assert page.model.api_key(0).status is ApiKeyStatus.DISABLED
    assert page.model.index(0, 6).data() == "Disabled"
    menu = RowMenu(page.model.api_key(0), theme=page._with.theme, parent=page)
    assert "Enable" in [action.text() for action in menu.actions()]


def test_disabling_what_somebody_else_changed_does_nothing_shows_the_row_and_says_so(
    sample_page: Shown, settled: Settled
) -> None:
    page, api_keys = sample_page
    api_keys.keys[0] = sample_key(0, name="Renamed by Bo", version=2)
    page.actions_on_key.set_status(page.model.api_key(0), ApiKeyStatus.DISABLED)
    settled()
    assert api_keys.writes == []
    assert page.model.api_key(0).name == "Renamed by Bo"
    assert "was not disabled" in message(page)
    assert "Somebody else changed this key meanwhile" in message(page)


def test_one_key_is_deleted_by_its_menu_as_it_was_shown(sample_page: Shown, settled: Settled, qtbot: QtBot) -> None:
    page, api_keys = sample_page
    choose(menu_of(page, 3), "delete")
    dialog = open_dialog(page, DeleteKeyDialog)
    with qtbot.waitSignal(page.said) as said:
        dialog.primary_button.click()
    settled()
    assert said.args == ["“Integration 3” was deleted."]
    assert api_keys.writes == [("delete", "key-3")]
    assert page.model.rowCount() == 249
    assert page.model.api_key(3).id == "key-4"


def test_deleting_what_somebody_else_changed_asks_again_with_what_it_is_now(
    sample_page: Shown, settled: Settled
) -> None:
    page, api_keys = sample_page
    dialog = page.actions_on_key.delete(page.model.api_key(0))
    api_keys.keys[0] = sample_key(0, name="Renamed by Bo", version=2)
    dialog.primary_button.click()
    settled()
    assert dialog.isVisible()
    assert "Somebody else changed this key meanwhile" in dialog.notice
    assert api_keys.writes == []
    dialog.primary_button.click()
    settled()
    assert api_keys.writes == [("delete", "key-0")]


def test_deleting_what_is_gone_already_says_so_and_refreshes(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    dialog = page.actions_on_key.delete(page.model.api_key(0))
    del api_keys.keys[0]
    with qtbot.waitSignal(dialog.finished):
        dialog.primary_button.click()
    settled()
    assert "Somebody else deleted this key meanwhile" in message(page)
    assert page.model.rowCount() == 249


def test_a_delete_that_fails_keeps_the_question_open_and_tells_the_shell(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    dialog = page.actions_on_key.delete(page.model.api_key(0))
    api_keys.fail_with = ServerUnreachable("connection refused")
    with qtbot.waitSignal(page.failed) as failed:
        dialog.primary_button.click()
    assert failed.args == [api_keys.fail_with]
    assert dialog.isVisible()
    assert not dialog.is_busy
    assert "cannot be reached" in dialog.notice


def test_checked_keys_are_deleted_together_after_asking(sample_page: Shown, settled: Settled, qtbot: QtBot) -> None:
    page, api_keys = sample_page
    for number in (5, 6, 200):
        page.checks.toggle(f"key-{number}")
    page.head.delete_button.click()
    settled()
    dialog = open_dialog(page, DeleteKeysDialog)
    with qtbot.waitSignal(page.said) as said:
        dialog.primary_button.click()
    settled()
    assert said.args == ["3 API keys deleted."]
    assert [kind for kind, *_ in api_keys.writes] == ["bulk_delete"]
    assert page.model.rowCount() == 247
    assert page.checks.count(247) == 0


def test_the_delete_key_deletes_the_checked_keys_where_there_are_any(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, _ = sample_page
    page.table.setFocus()
    page.table.setCurrentIndex(page.model.index(0, 1))
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    open_dialog(page, DeleteKeyDialog).reject()
    page.checks.toggle("key-7")
    qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    settled()
    assert "Integration 7" in "".join(
        label.text() for label in open_dialog(page, DeleteKeysDialog).findChildren(QLabel)
    )


def test_all_that_match_are_disabled_after_asking_also_those_never_loaded(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    page.filters.search.setText("person 3")
    qtbot.keyClick(page.filters.search, Qt.Key.Key_Return)
    settled()
    page.table.columns.check_all_requested.emit()
    page.head.disable_button.click()
    settled()
    question = page.findChild(Question, "apiKeysDisable")
    assert question.heading == "Disable 50 API keys?"
    with qtbot.waitSignal(page.said) as said:
        question.primary_button.click()
    assert said.args == ["50 API keys disabled."]
    disabled = {key.user.name for key in api_keys.keys if key.status is ApiKeyStatus.DISABLED}
    assert disabled == {"Person 3"}
    assert sum(key.status is ApiKeyStatus.DISABLED for key in api_keys.keys) == 50


@pytest.mark.parametrize(
    ("error", "words", "told_the_shell"),
    [
        (OutcomeUnknown("connection reset"), "may or may not have been", False),
        (ServerUnreachable("connection refused"), "The others were not", True),
    ],
)
def test_a_bulk_action_that_fails_says_how_far_it_got(
    *,
    sample_page: Shown,
    settled: Settled,
    monkeypatch: pytest.MonkeyPatch,
    error: ClientError,
    words: str,
    told_the_shell: bool,
) -> None:
    page, api_keys = sample_page
    told = []
    page.failed.connect(told.append)

    def bulk_status(*_: object) -> None:
        raise error

    monkeypatch.setattr(api_keys, "bulk_status", bulk_status)
    page.checks.toggle("key-5")
    page.head.enable_button.click()
    settled()
    assert words in message(page)
    assert "0 of 1 API key" in message(page)
    assert bool(told) == told_the_shell


def test_a_curl_example_is_copied_without_a_key(sample_page: Shown, settled: Settled, qtbot: QtBot, pasteboard) -> None:
    page, _ = sample_page
    with qtbot.waitSignal(page.said) as said:
        choose(menu_of(page, 0), "curl")
    assert "Put the key from your safe into SS_API_KEY" in said.args[0]
    assert "$SS_API_KEY" in pasteboard.text


def test_without_a_chain_that_can_be_called_the_example_says_so(
    show_page: Callable[..., ApiKeysPage], settled: Settled, pasteboard
) -> None:
    page = show_page(SampleApiKeys.of(3), None, SampleRuleChains(sample_chain(enabled=False)))
    page.actions_on_key.copy_curl_example()
    settled()
    assert "There is no rule chain to call" in message(page)
    assert pasteboard.text == ""


def test_without_a_clipboard_the_example_is_shown(
    show_page: Callable[..., ApiKeysPage], settled: Settled, pasteboard
) -> None:
    pasteboard.is_there = False
    page = show_page(SampleApiKeys.of(3))
    page.actions_on_key.copy_curl_example()
    settled()
    assert "$SS_API_KEY" in message(page)


def test_when_the_backend_is_away_the_list_stays_and_is_marked(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    api_keys.fail_with = ServerUnreachable("connection refused")
    with qtbot.waitSignal(page.failed):
        page.refresh()
    page.set_stale(True)
    assert page.line.is_stale
    assert page.model.rowCount() == 250
    api_keys.fail_with = None
    with qtbot.waitSignal(page.recovered):
        page.refresh()
    page.set_stale(False)
    assert not page.line.is_stale


def test_the_list_refreshes_itself_while_it_can_be_seen(sample_page: Shown, qtbot: QtBot) -> None:
    page, api_keys = sample_page
    assert page._timer.interval() == 30_000
    assert page._timer.isActive()
    before = len(api_keys.calls)
    page._timer.timeout.emit()
    qtbot.waitUntil(lambda: len(api_keys.calls) == before + 1)
    page.hide()
    assert not page._timer.isActive()


def test_checking_every_row_by_hand_is_all_and_the_header_unchecks_it(show_page: Callable[..., ApiKeysPage]) -> None:
    page = show_page(SampleApiKeys.of(3))
    for number in range(3):
        page.checks.toggle(f"key-{number}")
    assert page.table.columns.accessibleDescription() == "All keys checked"
    page.table.columns.check_all_requested.emit()
    assert page.checks.count(3) == 0


def test_a_key_that_was_just_created_becomes_the_current_row(
    sample_page: Shown, settled: Settled, qtbot: QtBot
) -> None:
    page, api_keys = sample_page
    page.table.setCurrentIndex(page.model.index(9, 1))
    editor = page.editing.open(None)
    api_keys.keys.insert(0, sample_key(1_000))
    editor.created.emit(ApiKeyCreated(api_key=sample_key(1_000), secret=new_api_key()))
    settled()
    assert page.table.current_key().id == "key-1000"
    assert open_dialog(page, ApiKeyCreatedDialog).heading == "API Key Created Successfully"


def test_a_create_whose_outcome_is_unknown_refreshes_the_list(sample_page: Shown, settled: Settled) -> None:
    page, api_keys = sample_page
    editor = page.editing.open(None)
    api_keys.keys.insert(0, sample_key(1_000))
    editor.list_changed.emit()
    settled()
    assert page.model.api_key(0).id == "key-1000"
    assert editor.isVisible()


@pytest.mark.parametrize("rows", [1, 3, 100, 101])
def test_lists_of_every_length_can_be_shown(show_page: Callable[..., ApiKeysPage], rows: int) -> None:
    page = show_page(SampleApiKeys.of(rows))
    assert page.model.rowCount() == rows
    assert page.model.api_key(rows - 1) is not None or rows > 100

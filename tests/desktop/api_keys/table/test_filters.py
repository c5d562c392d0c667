from collections.abc import Callable
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from ss_admin.contract.accounts import UserPage
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from ss_admin.contract.api_keys import ApiKeyStatus, ExpiryState
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.api_keys.table.list_filter import ListFilter
from tests.support.sample_keys import SampleAccounts, SampleApiKeys

Settled = Callable[[], None]
Shown = tuple[ApiKeysPage, SampleApiKeys]


def test_search_as_you_type_asks_once_the_typing_rests(sample_page: Shown, qtbot: QtBot, settled: Settled) -> None:
    page, api_keys = sample_page
    before = len(api_keys.calls)
    qtbot.keyClicks(page.filters.search, "person 3")
    qtbot.waitUntil(lambda: len(api_keys.calls) > before)
    settled()
    assert [call.query.search for call in api_keys.calls[before:]] == ["person 3"]
    assert page.model.rowCount() == 50
    assert page.line.text == "50 keys"


def test_a_whole_key_pasted_into_the_search_is_masked_before_it_leaves_the_field(
    sample_page: Shown, qtbot: QtBot, settled: Settled
) -> None:
    page, api_keys = sample_page
    secret = new_api_key()
    before = len(api_keys.calls)
    page.filters.search.insert(f"key {secret}!")
    assert page.filters.search.text() == f"key {mask_api_key(secret)}!"
    page.filters.search.undo()
    assert secret not in page.filters.search.text()
    qtbot.keyClick(page.filters.search, Qt.Key.Key_Return)
    settled()
    assert secret not in repr(api_keys.calls)
    assert secret not in repr(page.filters.filter)
    assert len(api_keys.calls) <= before + 1


def test_status_and_expiry_filter_by_any_number_of_values(sample_page: Shown, settled: Settled) -> None:
    page, api_keys = sample_page
    page.filters.status.choose(frozenset([ApiKeyStatus.DISABLED]))
    settled()
    assert api_keys.calls[-1].query.statuses == {ApiKeyStatus.DISABLED}
    assert page.filters.status.text() == "Status: Disabled"
    page.filters.expiry.choose(frozenset([ExpiryState.SOON, ExpiryState.EXPIRED]))
    settled()
    assert api_keys.calls[-1].query.expiries == {ExpiryState.SOON, ExpiryState.EXPIRED}
    assert page.filters.expiry.text() == "Expiry (2)"
    assert page.filters.expiry.accessibleName() == "Expiry: Expires soon, Expired"


def test_the_choices_open_by_keyboard_and_stay_open_while_they_are_changed(
    sample_page: Shown, qtbot: QtBot, settled: Settled
) -> None:
    page, api_keys = sample_page
    qtbot.keyClick(page.filters.status, Qt.Key.Key_Down)
    menu = page.filters.status.menu_of_choices
    assert menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    qtbot.keyClick(menu, Qt.Key.Key_Down)
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible()
    assert page.filters.status.values == {ApiKeyStatus.ACTIVE, ApiKeyStatus.DISABLED}
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    settled()
    assert api_keys.calls[-1].query.statuses == {ApiKeyStatus.ACTIVE, ApiKeyStatus.DISABLED}


def test_a_user_is_found_by_typing_and_chosen_by_enter(
    show_page: Callable[..., ApiKeysPage], qtbot: QtBot, settled: Settled
) -> None:
    api_keys, accounts = SampleApiKeys.of(50), SampleAccounts(3_000)
    page = show_page(api_keys, accounts)
    page.filters.user.click()
    popup = page.filters.user.popup
    assert popup.isVisible()
    qtbot.keyClicks(popup.search, "person 2999")
    qtbot.waitUntil(lambda: popup.found.model().rowCount() == 1)
    settled()
    qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert not popup.isVisible()
    settled()
    assert api_keys.calls[-1].query.user_id == "user-2999"
    assert page.filters.user.text() == "User: Person 2999"
    page.filters.user.click()
    popup.everything.click()
    settled()
    assert api_keys.calls[-1].query.user_id is None


def test_a_search_for_users_that_takes_its_time_says_so(
    show_page: Callable[..., ApiKeysPage], qtbot: QtBot, settled: Settled
) -> None:
    may_answer = Event()

    class SlowAccounts(SampleAccounts):
        def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
            may_answer.wait(10)
            return super().find_users(search, limit=limit, cursor=cursor)

    page = show_page(SampleApiKeys.of(3), SlowAccounts(5))
    page.filters.user.click()
    words = [label for label in page.filters.user.popup.findChildren(QLabel) if label.text() == ""]
    qtbot.waitUntil(lambda: any(label.text() == "Searching…" for label in words))
    may_answer.set()
    settled()
    assert not any(label.isVisible() for label in words)
    page.filters.user.popup.hide()


def test_escape_closes_the_search_for_users_whatever_was_typed(
    sample_page: Shown, qtbot: QtBot, settled: Settled
) -> None:
    page, _ = sample_page
    page.filters.user.click()
    popup = page.filters.user.popup
    qtbot.keyClicks(popup.search, "person")
    qtbot.keyClick(popup.search, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert page.filters.user.choice is None
    settled()


def test_no_match_names_the_filter_and_clears_it(sample_page: Shown, qtbot: QtBot, settled: Settled) -> None:
    page, _ = sample_page
    page.filters.search.setText("nothing like it")
    qtbot.keyClick(page.filters.search, Qt.Key.Key_Return)
    page.filters.status.choose(frozenset([ApiKeyStatus.DISABLED]))
    settled()
    assert page.card.no_match.isVisible()
    words = [label.text() for label in page.card.no_match.findChildren(type(page.line._count))]
    assert any("“nothing like it”" in text and "Status: Disabled" in text for text in words)
    assert page.card.no_match.action.text() == "Clear filters"
    page.card.no_match.action.click()
    settled()
    assert page.table.isVisible()
    assert page.model.rowCount() == 250
    assert page.filters.filter == ListFilter()
    assert page.filters.clear_button.isHidden()


def test_clearing_all_filters_asks_once(sample_page: Shown, settled: Settled) -> None:
    page, api_keys = sample_page
    page.filters.status.choose(frozenset([ApiKeyStatus.ACTIVE]))
    page.filters.user.choose(ObjectRef(id="user-1", name="Person 1"))
    settled()
    before = len(api_keys.calls)
    page.filters.clear_button.click()
    settled()
    assert len(api_keys.calls) == before + 1


def test_a_long_choice_is_cut_on_the_button_and_whole_in_tooltip_and_accessible_name(sample_page: Shown) -> None:
    page, _ = sample_page
    name = "Maximiliane & Konstantin von Oppenheim-Bergström"
    page.filters.user.choose(ObjectRef(id="user-9", name=name))
    assert "…" in page.filters.user.text()
    assert page.filters.user.toolTip() == f"User: {name}"
    assert page.filters.user.accessibleName() == f"User: {name}"


def test_another_filter_clears_all_that_match_and_says_so(sample_page: Shown, qtbot: QtBot) -> None:
    page, _ = sample_page
    page.checks.toggle_all(250)
    with qtbot.waitSignal(page.said) as said:
        page.filters.status.choose(frozenset([ApiKeyStatus.ACTIVE]))
    assert "Nothing is checked any more" in said.args[0]
    assert page.checks.count(250) == 0
    assert QApplication.activePopupWidget() is None

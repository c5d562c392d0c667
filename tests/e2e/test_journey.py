"""The main job, end to end: an administrator creates a key with the keyboard alone, a partner calls with it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.contract.api_key_format import find_api_key_fault
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus
from ss_admin.desktop.demo import DemoBackend
from tests.support.readme_call import PartnerAnswer, call_as_in_readme
from tests.support.real_window import RealApp, read_clipboard, wait_until

NAME = "Keyboard Only Integration"


class Journey:
    """The steps that the test is told in."""

    def __init__(self, app: RealApp, backend: DemoBackend) -> None:
        self.app = app
        self.endpoint = f"{backend.ready.url}/rulechains/{backend.ready.rulechain_id}/execute"
        self.secret = ""

    def call(self) -> PartnerAnswer:
        return call_as_in_readme(self.endpoint, self.secret)

    @property
    def key(self) -> ApiKey | None:
        """The key as the first row of the list shows it."""
        return self.app.page.model.api_key(0)

    def create_with_the_keyboard(self) -> None:
        app = self.app
        app.press("ctrl+n")
        app.wait_active("apiKeyEditor")
        app.write(NAME)
        app.press("Tab")
        app.write("herrera")
        wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
        app.press("Return")
        user = app.find(QLineEdit, "apiKeyEditor.user")
        wait_until(lambda: user.text() == "Tomás Herrera", "the person is chosen")
        app.press("Return")
        app.wait_active("apiKeyCreated")

    def copy_with_the_keyboard(self) -> None:
        app = self.app
        app.tab_to("apiKeyCreated.copy")
        app.press("space")
        outcome = app.find(QLabel, "apiKeyCreated.outcome")
        wait_until(lambda: outcome.text().startswith("Copied."), "the copy is confirmed")
        self.secret = read_clipboard()

    def close_created_dialog(self) -> None:
        self.app.tab_to("apiKeyCreated.done")
        self.app.press("space")
        wait_until(lambda: not self.app.sees("apiKeyCreated"), "the dialog is closed")
        wait_until(lambda: self.key is not None and self.key.name == NAME, "the new key is the first of the list")

    def choose_in_menu(self, steps_down: int) -> None:
        """The row's menu from the keyboard: its entries, from the top."""
        app = self.app
        wait_until(lambda: QApplication.activeWindow() is app.window, "the window has the keyboard")
        app.page.table.setFocus()
        app.press("ctrl+Home")
        app.press("Menu")
        wait_until(lambda: QApplication.activePopupWidget() is not None, "the menu is open")
        app.press(*["Down"] * steps_down, "Return")
        wait_until(lambda: QApplication.activePopupWidget() is None, "the menu is closed")

    def switch_to(self, status: ApiKeyStatus) -> None:
        self.choose_in_menu(2)
        wait_until(lambda: self.key is not None and self.key.status is status, f"the list says {status.value}")

    def limit_to_three_per_minute(self) -> None:
        app = self.app
        app.press("Return")
        app.wait_active("apiKeyEditor")
        app.tab_to("apiKeyEditor.maxRequests")
        app.press("ctrl+a")
        app.write("3")
        app.press("Return")
        wait_until(lambda: not app.sees("apiKeyEditor"), "the change is saved")
        wait_until(lambda: self.key and self.key.rate_limit and self.key.rate_limit.max_requests == 3, "3 per minute")

    def delete(self) -> None:
        app = self.app
        self.choose_in_menu(4)
        app.wait_active("apiKeyDelete")
        app.tab_to("apiKeyDelete.primary")
        app.press("space")
        wait_until(lambda: not app.sees("apiKeyDelete"), "the dialog is closed")
        wait_until(lambda: self.key is not None and self.key.name != NAME, "the key is gone from the list")


@pytest.mark.timeout(300)
def test_a_key_is_created_used_disabled_limited_expired_and_deleted(app: RealApp, backend: DemoBackend):
    journey = Journey(app, backend)

    journey.create_with_the_keyboard()
    journey.copy_with_the_keyboard()
    copied_at = time.monotonic()
    assert find_api_key_fault(journey.secret) is None
    journey.close_created_dialog()

    answer = journey.call()
    assert (answer.status, answer.document["status"]) == (200, "succeeded")

    journey.switch_to(ApiKeyStatus.DISABLED)
    answer = journey.call()
    assert (answer.status, answer.code) == (401, "disabled_api_key")
    assert answer.headers["www-authenticate"] == 'ApiKey realm="signalsync", header="x-api-key"'

    journey.switch_to(ApiKeyStatus.ACTIVE)
    assert journey.call().status == 200

    journey.limit_to_three_per_minute()
    assert [journey.call().status for _ in range(3)] == [200, 200, 200]
    refused = journey.call()
    refused_at = time.monotonic()
    assert (refused.status, refused.code) == (429, "rate_limited")
    wait = int(refused.headers["retry-after"])
    assert 50 < wait <= 60

    # 50 s after the copy the clipboard still holds the key.
    wait_until(lambda: time.monotonic() > copied_at + 50, "50 s have passed", 60)
    assert read_clipboard() == journey.secret

    # Retry-After is true: shortly before, the call is still refused; after it, admitted.
    wait_until(lambda: time.monotonic() > refused_at + wait - 2.5, "almost the wait", 70)
    early = journey.call()
    assert (early.status, early.code) == (429, "rate_limited")
    assert int(early.headers["retry-after"]) <= 3
    wait_until(lambda: time.monotonic() > refused_at + wait, "the wait", 10)
    assert journey.call().status == 200

    # By now more than 60 s have passed since the copy, and the clipboard is cleared.
    wait_until(lambda: time.monotonic() > copied_at + 62, "62 s have passed", 10)
    wait_until(lambda: read_clipboard() == "", "the clipboard is empty", 3)

    expire_in_two_seconds(app, journey)
    journey.delete()
    answer = journey.call()
    assert (answer.status, answer.code) == (401, "invalid_api_key")


def expire_in_two_seconds(app: RealApp, journey: Journey) -> None:
    """The editor's dates have whole minutes, so the moment comes by the admin API; the clock is the real one."""
    assert app.session.connection is not None
    assert journey.key is not None
    client = ApiKeysClient(app.session.connection)
    moment = datetime.now(UTC) + timedelta(seconds=2)
    client.change(journey.key.id, ApiKeyChange(expires_at=moment, rate_limit=None), version=None)
    assert journey.call().status == 200
    wait_until(lambda: datetime.now(UTC) >= moment, "the key has expired", 5)
    answer = journey.call()
    assert (answer.status, answer.code) == (401, "expired_api_key")
    app.press("F5")
    wait_until(lambda: journey.key is not None and journey.key.expires_at == moment, "the list knows it")

"""The backend stops while the app runs: a banner, nothing lost, and recovery by itself."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit

from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.demo import start_demo_backend
from tests.support.backend_process import serve_database
from tests.support.real_window import RealApp, wait_until


class Site:
    """A backend that can be stopped and started again at the same address."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running = ExitStack()
        demo = self._running.enter_context(start_demo_backend(folder))
        self.url = demo.ready.url
        self.credentials = demo.credentials

    def stop(self) -> None:
        self._running.close()

    def start(self) -> None:
        port = int(self.url.rpartition(":")[2])
        self._running.enter_context(serve_database(self._folder / "signalsync.db", port=port))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path / "data")
    yield site
    site.stop()


@pytest.fixture
def app(start_app: Callable[[AppOptions], RealApp], site: Site) -> RealApp:
    app = start_app(AppOptions(server_url=site.url, credentials=site.credentials))
    app.wait_for_list()
    return app


def names(app: RealApp) -> list[str]:
    model = app.page.model
    return [key.name for row in range(10) if (key := model.api_key(row)) is not None]


@pytest.mark.timeout(240)
def test_a_banner_comes_what_is_shown_stays_and_all_is_well_again_by_itself(app: RealApp, site: Site):
    before = names(app)
    site.stop()
    app.press("F5")
    wait_until(lambda: app.sees("shell.offlineBanner"), "the banner is there")
    wait_until(lambda: app.sees("apiKeys.stale"), "what is shown is marked as stale")
    assert names(app) == before

    app.press("ctrl+n")
    app.wait_active("apiKeyEditor")
    app.write("Typed during the outage")
    app.press("Return")
    app.wait_active("apiKeyEditor")

    site.start()
    wait_until(lambda: not app.sees("shell.offlineBanner"), "the banner goes by itself", 40)
    wait_until(lambda: not app.sees("apiKeys.stale"), "the list is fresh again")
    assert app.find(QLineEdit, "apiKeyEditor.name").text() == "Typed during the outage"
    app.tab_to("apiKeyEditor.user")
    app.write("keller")
    wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found again")
    app.press("Return", "Return")
    app.wait_active("apiKeyCreated")
    wait_until(lambda: names(app)[:1] == ["Typed during the outage"], "the list shows the new key")


@pytest.mark.timeout(240)
def test_an_order_given_during_the_outage_keeps_everything_typed_and_succeeds_later(app: RealApp, site: Site):
    app.press("ctrl+n")
    app.wait_active("apiKeyEditor")
    app.write("Ordered during the outage")
    app.tab_to("apiKeyEditor.user")
    app.write("keller")
    wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
    app.press("Return")
    wait_until(lambda: app.find(QLineEdit, "apiKeyEditor.user").text() == "Maria Keller", "she is chosen")

    site.stop()
    app.press("Return")
    wait_until(lambda: app.sees("apiKeyEditor.notice"), "it is said")
    assert app.find(QLineEdit, "apiKeyEditor.name").text() == "Ordered during the outage"
    assert app.find(QLineEdit, "apiKeyEditor.user").text() == "Maria Keller"

    site.start()
    app.tab_to("apiKeyEditor.submit")
    app.press("space")
    app.wait_active("apiKeyCreated")
    assert app.find(QLabel, "apiKeyCreated.outcome").text() == ""

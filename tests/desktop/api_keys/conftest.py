"""What the tests of the list share: a page over sample keys, and one over a real backend."""

import io
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from PySide6.QtCore import QSettings
from pytestqt.qtbot import QtBot
from werkzeug.serving import WSGIRequestHandler, make_server

from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.client.signals import SignalsClient
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from tests.support.backend import Person, SqliteSource, Town, cheap_passwords, test_settings
from tests.support.sample_keys import SampleAccounts, SampleApiKeys, SampleRuleChains, sample_chain
from tests.support.sample_signals import SampleSignals


class Pasteboard:
    """A clipboard that a test can read, or that is not there."""

    def __init__(self) -> None:
        self.text = ""
        self.is_there = True

    def copy(self, text: str) -> CopyOutcome:
        if not self.is_there:
            return CopyOutcome.NOT_AVAILABLE
        self.text = text
        return CopyOutcome.COPIED

    def copy_secret(self, text: str, clear_after_seconds: int = 60) -> CopyOutcome:
        return self.copy(text)


class QuietHandler(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Tests read answers, not logs."""


def with_whole_bodies(app: Flask) -> Callable[..., Iterable[bytes]]:
    """`app` behind a server that ends each body where it ends, as granian does and werkzeug's does not."""

    def call(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        length = int(str(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(environ["wsgi.input"].read(length))  # type: ignore[attr-defined]
        return app(environ, start_response)

    return call


@dataclass
class AdminBackend:
    """The real backend on a loopback port, with one Tenant Administrator signed in."""

    url: str
    store: Store
    town: Town
    tenant: ObjectRef
    admin: Person

    @property
    def user(self) -> ObjectRef:
        return ObjectRef(id=self.admin.user_id, name=self.admin.name)


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def pasteboard() -> Pasteboard:
    return Pasteboard()


@pytest.fixture
def show_page(
    qtbot: QtBot, background: Background, theme: Theme, preferences: Preferences, pasteboard: Pasteboard
) -> Callable[..., ApiKeysPage]:
    """Shows the page over these clients, 1000 x 700, with its first answer on the screen."""

    def show(
        api_keys: object,
        accounts: object | None = None,
        rule_chains: object | None = None,
        signals: object | None = None,
    ) -> ApiKeysPage:
        page = ApiKeysPage(
            api_keys=api_keys,
            accounts=accounts or SampleAccounts(),
            rule_chains=rule_chains or SampleRuleChains(sample_chain()),
            signals=signals or SampleSignals(),
            background=background,
            clipboard=pasteboard,
            theme=theme,
            preferences=preferences,
        )
        qtbot.addWidget(page)
        page.resize(1000, 700)
        with qtbot.waitExposed(page):
            page.show()
        page.activate()
        qtbot.waitUntil(lambda: page.model.shown_query is not None)
        settle(qtbot, background)
        return page

    return show


def settle(qtbot: QtBot, background: Background) -> None:
    """Lets the view tell what is in view, and waits for every answer."""
    qtbot.wait(80)
    assert background.wait_idle()


@pytest.fixture
def settled(qtbot: QtBot, background: Background) -> Callable[[], None]:
    """Waits until nothing is on its way any more."""
    return lambda: settle(qtbot, background)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    return SqliteSource(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def admin_backend(migrated_sqlite: SqliteSource, tmp_path: Path) -> Iterator[AdminBackend]:
    """The real backend, answering on a loopback port."""
    with migrated_sqlite.url(tmp_path) as url:
        store = Store.open(url)
        app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
        town = Town(app, store)
        tenant = town.tenant()
        admin = town.person(tenant, "ada.admin", name="Ada Admin")
        server = make_server("127.0.0.1", 0, with_whole_bodies(app), threaded=True, request_handler=QuietHandler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield AdminBackend(f"http://127.0.0.1:{server.server_port}", store, town, tenant, admin)
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["ss_backend"].close()


@dataclass
class Clients:
    """The real clients of one signed-in person."""

    api_keys: ApiKeysClient
    accounts: AccountsClient
    rule_chains: RuleChainsClient
    signals: SignalsClient


@pytest.fixture
def clients(admin_backend: AdminBackend, background: Background) -> Iterator[Clients]:
    connection = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield Clients(
        ApiKeysClient(connection),
        AccountsClient(connection),
        RuleChainsClient(connection),
        SignalsClient(connection),
    )
    background.shutdown()
    connection.close()


@pytest.fixture
def sample_page(show_page: Callable[..., ApiKeysPage]) -> tuple[ApiKeysPage, SampleApiKeys]:
    """The page over 250 sample keys."""
    api_keys = SampleApiKeys.of(250)
    return show_page(api_keys), api_keys

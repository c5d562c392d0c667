"""What end-to-end tests stand on: a desktop of their own (`desktop-session`), a demo backend, the app in a window.

Where a test fails, what its windows showed is kept as a picture in .build/e2e-failures.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.contract.accounts import Role
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.demo import DemoBackend, start_demo_backend
from ss_admin.desktop.theme.theme import Theme
from tests.support.camera import Camera
from tests.support.real_window import RealApp

FAILURES = Path(__file__).parent.parent.parent / ".build" / "e2e-failures"
HAS_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests press keys and use the clipboard: never on the desktop of whoever runs them."""
    if "SS_DESKTOP_FOLDER" in os.environ:
        return
    outside = pytest.mark.skip(reason="runs inside tests/e2e/desktop-session only: make test-e2e")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(outside)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remembers with the test whether it failed, for what is done after it."""
    report = yield
    item.stash[HAS_FAILED] = item.stash.get(HAS_FAILED, False) or report.failed  # type: ignore[attr-defined]
    return report


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme()
    theme.force("light")
    theme.apply_to(qapp)
    yield theme
    qapp.setStyleSheet("")


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[DemoBackend]:
    """A backend process with sample data, of this test alone."""
    with start_demo_backend(tmp_path / "data") as backend:
        yield backend


@pytest.fixture
def start_app(
    request: pytest.FixtureRequest, tmp_path: Path, theme: Theme
) -> Iterator[Callable[[AppOptions], RealApp]]:
    """Starts the app; what is still open at the end is closed."""
    apps: list[RealApp] = []

    def start(options: AppOptions) -> RealApp:
        app = RealApp(tmp_path, theme, options)
        apps.append(app)
        app.start()
        return app

    yield start
    if request.node.stash.get(HAS_FAILED, False):
        keep_pictures(request.node.name, apps)
    for app in apps:
        app.close()


def keep_pictures(test: str, apps: list[RealApp]) -> None:
    """A picture of each window that still stands, with the dialogs over it, named after the test."""
    FAILURES.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", test)
    for number, app in enumerate(apps, start=1):
        if app.window.isVisible():
            Camera(FAILURES, str(number)).take(name, app.window)


@pytest.fixture
def app(start_app: Callable[[AppOptions], RealApp], backend: DemoBackend) -> RealApp:
    """The app, signed in to `backend` as the demo is, with the list on the screen."""
    options = AppOptions(server_url=backend.ready.url, credentials=backend.credentials, sample_data=True)
    app = start_app(options)
    app.wait_for_list()
    return app


@pytest.fixture
def jonas_connection(backend: DemoBackend, app: RealApp) -> Iterator[Connection]:
    """The other administrator of the same tenant, at another workstation; the app's window is already there."""
    other = next(
        user
        for user in backend.ready.users
        if user.role is Role.TENANT_ADMIN
        and user.tenant == backend.administrator.tenant
        and user.username != backend.administrator.username
    )
    connection = Connection(backend.ready.url)
    connection.token = AccountsClient(connection).sign_in(other.username, other.password).token
    yield connection
    connection.close()

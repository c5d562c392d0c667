"""What end-to-end tests stand on: a desktop of their own (`desktop-session`), a demo backend, the app in a window."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.demo import DemoBackend, start_demo_backend
from ss_admin.desktop.theme.theme import Theme
from tests.support.real_window import RealApp


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """These tests press keys and use the clipboard: never on the desktop of whoever runs them."""
    if "SS_DESKTOP_FOLDER" in os.environ:
        return
    outside = pytest.mark.skip(reason="runs inside tests/e2e/desktop-session only: make test-e2e")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(outside)


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
def start_app(tmp_path: Path, theme: Theme) -> Iterator[Callable[[AppOptions], RealApp]]:
    """Starts the app; what is still open at the end is closed."""
    apps: list[RealApp] = []

    def start(options: AppOptions) -> RealApp:
        app = RealApp(tmp_path, theme, options)
        apps.append(app)
        app.start()
        return app

    yield start
    for app in apps:
        app.close()


@pytest.fixture
def app(start_app: Callable[[AppOptions], RealApp], backend: DemoBackend) -> RealApp:
    """The app, signed in to `backend` as the demo is, with the list on the screen."""
    options = AppOptions(server_url=backend.ready.url, credentials=backend.credentials, sample_data=True)
    app = start_app(options)
    app.wait_for_list()
    return app

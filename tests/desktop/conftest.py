"""What every test of the desktop needs: a dressed application without a display, and work off the UI thread."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.background import Background
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.shell.place import Surroundings
from ss_admin.desktop.theme.theme import Theme
from tests.support.admin_backend import AdminBackend, serve_admin_backend
from tests.support.backend import SqliteSource
from tests.support.desktop_session import MemoryClipboard


@pytest.fixture(scope="session")
def dressed_app(qapp: QApplication) -> Iterator[tuple[QApplication, Theme]]:
    theme = Theme()
    theme.force("light")
    theme.apply_to(qapp)
    yield qapp, theme
    qapp.setStyleSheet("")


@pytest.fixture
def theme(dressed_app: tuple[QApplication, Theme]) -> Iterator[Theme]:
    """The light theme, worn by the application; a test may force the dark one."""
    _, theme = dressed_app
    yield theme
    theme.force("light")


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    background = Background()
    yield background
    background.shutdown()


@pytest.fixture
def blank_preferences(tmp_path: Path) -> Preferences:
    """Settings of a person who starts the app for the first time."""
    return Preferences(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def around(theme: Theme, background: Background, blank_preferences: Preferences) -> Surroundings:
    """What windows and pages are given."""
    return Surroundings(background, MemoryClipboard(), theme, blank_preferences)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteSource:
    return SqliteSource(tmp_path_factory.mktemp("migrated"))


@pytest.fixture
def admin_backend(migrated_sqlite: SqliteSource, tmp_path: Path) -> Iterator[AdminBackend]:
    """The real backend, answering on a loopback port."""
    with serve_admin_backend(migrated_sqlite, tmp_path) as backend:
        yield backend

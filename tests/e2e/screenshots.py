"""`make screenshots [ARGS=FOLDER]`: every screen and dialog from the demo's data, light and dark, at 100 % and 200 %.

Real windows under a real window manager, signed in to a real backend process. `--for-readme` writes the few pictures
that the README shows into resources/screenshots.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PIL import Image
from pydantic import SecretStr
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.contract.accounts import Role
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyStatus, ExpiryState, RateLimit
from ss_admin.contract.demo import DemoReady
from ss_admin.desktop.api_keys.progress_dialog import BulkProgressDialog
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.crash_report import CrashDialog
from ss_admin.desktop.demo import DemoBackend, start_demo_backend
from ss_admin.desktop.following_words import Following
from ss_admin.desktop.theme.theme import Theme
from tests.e2e.activity_pictures import ActivityPictures
from tests.e2e.attention_pictures import AttentionPictures
from tests.e2e.key_pictures import KeyPictures
from tests.e2e.rule_chain_pictures import RuleChainPictures
from tests.support.backend import PASSWORD
from tests.support.backend_process import serve_database
from tests.support.camera import Camera
from tests.support.large_tenant import USERNAME, write_large_tenant
from tests.support.real_window import RealApp, close_dialogs, close_popups, open_dialogs, wait_until

ROOT = Path(__file__).parent.parent.parent
README_PICTURES = {
    "list-light-100": "api-keys-light",
    "new-key-dark-100": "new-api-key-dark",
    "created-light-100": "api-key-created-light",
    "key-busy-7d-light-100": "key-page-light",
    "attention-unfolded-dark-100": "needs-attention-dark",
    "rule-chain-test-succeeded-light-100": "rule-chain-test-light",
}
SCALES = (1, 2)


class Session:
    """One theme, one size: goes through the app and takes a picture at every stop."""

    def __init__(self, folder: Path, backend: DemoBackend, theme: Theme, camera: Camera) -> None:
        self._folder = folder
        self._backend = backend
        self._theme = theme
        self._camera = camera

    def take_all(self) -> None:
        """Every screen and dialog."""
        self._sign_in()
        with self._signed_in() as app:
            self._lists(app)
            self._editors(app)
            self._created(app)
            self._conflict(app)
            self._deleting(app)
            self._following(app)
            AttentionPictures(app, self._backend.ready, lambda name: self._shot(app, name)).take_all()
            KeyPictures(app, lambda name: self._shot(app, name)).take_all()
            ActivityPictures(app, lambda name: self._shot(app, name)).take_all()
            self._troubles(app)
        with self._signed_in(role=Role.CUSTOMER_ADMIN) as app:
            self._shot(app, "not-allowed")
        self._empty_list()
        self.take_rule_chains()
        self._offline()

    def take_rule_chains(self) -> None:
        """The console of rule chains, in a window of the usual size."""
        with self._signed_in() as app:
            app.window.resize(1280, 800)
            pictures = RuleChainPictures(app, lambda name: self._shot(app, name))
            pictures.take_all()
            pictures.take_empty_list()

    @contextmanager
    def _app(self, options: AppOptions) -> Iterator[RealApp]:
        with tempfile.TemporaryDirectory() as settings:
            app = RealApp(Path(settings), self._theme, options)
            app.window.resize(1280, 900)
            app.start()
            try:
                yield app
            finally:
                app.close()

    @contextmanager
    def _signed_in(self, role: Role = Role.TENANT_ADMIN) -> Iterator[RealApp]:
        ready = self._backend.ready
        user = next(user for user in ready.users if user.role is role)
        credentials = (user.username, SecretStr(user.password))
        with self._app(AppOptions(server_url=ready.url, credentials=credentials, sample_data=True)) as app:
            if role is Role.TENANT_ADMIN:
                app.wait_for_list()
            else:
                wait_until(lambda: app.sees("shell.notAllowed"), "the plain page")
            yield app

    def _shot(self, app: RealApp, name: str) -> None:
        app.background.wait_idle()
        self._camera.take(name, app.window)

    def _sign_in(self) -> None:
        with self._app(AppOptions(server_url=self._backend.ready.url)) as app:
            form = app.window.sign_in_page.form
            form.username.setText("maria.keller")
            self._shot(app, "sign-in")
            form.password.setText("not the password")
            form.submit()
            wait_until(lambda: form.password_field.error, "it is refused")
            self._shot(app, "sign-in-refused")
            form.server.address.setText("http://keys.example.com")
            form.submit()
            wait_until(lambda: app.sees("signIn.plainHttp"), "the question")
            self._shot(app, "sign-in-plain-http")
            close_dialogs()

    def _lists(self, app: RealApp) -> None:
        page, model = app.page, app.page.model
        self._shot(app, "list")
        page.checks.set_checked([_key(app, row).id for row in (1, 2, 4)], checked=True)
        self._shot(app, "list-checked")
        page.checks.clear()
        page.table.setCurrentIndex(model.index(2, 1))
        page.table.menu_requested.emit(_key(app, 2), page.table.menu_place(page.table.currentIndex().row()))
        self._shot(app, "list-row-menu")
        close_popups()
        query = model.query
        for name, changed in (
            ("list-expiring-soon", replace(query, expiries=frozenset({ExpiryState.SOON}))),
            ("list-expired", replace(query, expiries=frozenset({ExpiryState.EXPIRED}))),
            ("list-never", replace(query, expiries=frozenset({ExpiryState.NEVER}))),
        ):
            model.open(changed)
            self._shot(app, name)
        model.open(query)
        app.background.wait_idle()
        page.filters.search.setText("zeppelin")
        wait_until(lambda: model.rowCount() == 0, "no match")
        self._shot(app, "list-no-match")
        page.filters.search.clear()
        wait_until(lambda: model.rowCount() > 0, "the list is back")

    def _editors(self, app: RealApp) -> None:
        editor = app.page.editing.open(None)
        app.wait_active("apiKeyEditor")
        self._shot(app, "new-key-empty")
        editor.submit()
        self._shot(app, "new-key-missing")
        name, user = app.find(QLineEdit, "apiKeyEditor.name"), app.find(QLineEdit, "apiKeyEditor.user")
        name.setText("Building Alarm Integration")
        user.setFocus()
        QTest.keyClicks(user, "ma")
        wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
        self._shot(app, "new-key-people")
        QTest.keyClick(user, Qt.Key.Key_Return)
        name.setFocus()
        self._shot(app, "new-key")
        app.find(QAbstractButton, "apiKeyEditor.limitEnabled").setChecked(False)
        expires = app.find(QComboBox, "apiKeyEditor.expires")
        expires.setCurrentText("Never expires")
        self._shot(app, "new-key-warnings")
        expires.setCurrentIndex(expires.findText("Custom date"))
        self._shot(app, "new-key-custom-date")
        editor.reject()
        wait_until(lambda: app.sees("apiKeyEditor.discard"), "the question")
        self._shot(app, "new-key-discard")
        close_dialogs()
        app.page.editing.open(_key(app, 3))
        app.wait_active("apiKeyEditor")
        self._shot(app, "edit-key")
        close_dialogs()

    def _created(self, app: RealApp) -> None:
        app.page.editing.open(None)
        app.wait_active("apiKeyEditor")
        app.write("Elevator Telemetry")
        app.tab_to("apiKeyEditor.user")
        app.write("herrera")
        wait_until(lambda: app.sees("apiKeyEditor.user.list"), "people are found")
        app.press("Return", "Return")
        app.wait_active("apiKeyCreated")
        self._shot(app, "created")
        app.press("Escape")
        wait_until(lambda: app.sees("apiKeyCreated.leave"), "the question")
        self._shot(app, "created-leave")
        app.press("Escape")
        wait_until(lambda: not app.sees("apiKeyCreated.leave"), "back")
        app.find(QAbstractButton, "apiKeyCreated.copy").click()
        self._shot(app, "created-copied")
        app.press("Escape")
        wait_until(lambda: not app.sees("apiKeyCreated"), "closed")
        app.background.wait_idle()

    def _conflict(self, app: RealApp) -> None:
        key = _key(app, 2)
        editor = app.page.editing.open(key)
        app.wait_active("apiKeyEditor")
        app.find(QLineEdit, "apiKeyEditor.name").setText("Patrol App · North Campus")
        QTest.qWait(300)
        with _other_administrator(self._backend.ready) as client:
            theirs = ApiKeyChange(name="Patrol App · Night Shift", rate_limit=RateLimit(max_requests=20))
            client.change(key.id, theirs, version=key.version)
        editor.submit()
        app.wait_active("apiKeyConflict")
        self._shot(app, "conflict")
        close_dialogs()

    def _deleting(self, app: RealApp) -> None:
        page = app.page
        page.refresh()
        app.background.wait_idle()
        for name, rows in (("delete-one", 0), ("delete-several", 4), ("delete-many", 14)):
            if rows:
                page.checks.set_checked([_key(app, row).id for row in range(1, 1 + rows)], checked=True)
                page.head.delete_requested.emit()
            else:
                page.actions_on_key.delete(_key(app, 1))
            wait_until(open_dialogs, "the dialog")
            self._shot(app, name)
            close_dialogs()
            page.checks.clear()
        BulkProgressDialog(
            app.window, theme=self._theme, heading="Deleting 12,480 API keys", words="Deleted 4,000 of 12,480."
        ).open()
        self._shot(app, "delete-progress")
        close_dialogs()

    def _following(self, app: RealApp) -> None:
        line, key = app.page.line, _key(app, 1)
        app.page.actions_on_key.set_status(key, ApiKeyStatus.DISABLED)
        wait_until(lambda: "Refused everywhere" in line.following.text, "every server refuses the key")
        self._shot(app, "list-refused-everywhere")
        late = "Disabled, but backend-2:4711 still lets it through"
        line.following.show_following(Following("late", f"“{key.name}”", late))
        self._shot(app, "list-server-is-late")
        line.following.show_following(None)

    def _troubles(self, app: RealApp) -> None:
        report = "SignalSync Admin 0.1.0\n\nTraceback (most recent call last):\n  …\nValueError: no such column"
        CrashDialog(app.window, report, self._theme, app.clipboard).open()
        self._shot(app, "crash-report")
        close_dialogs()
        assert app.session.connection is not None
        AccountsClient(app.session.connection).sign_out()
        app.page.refresh()
        wait_until(lambda: app.sees("signInAgain"), "sign-in comes up")
        self._shot(app, "session-ended")
        close_dialogs()

    def _offline(self) -> None:
        """The last stop: the backend does not come back."""
        with self._signed_in() as app:
            self._backend.stop()
            app.page.refresh()
            wait_until(lambda: app.sees("shell.offlineBanner"), "the banner")
            self._shot(app, "offline")

    def _empty_list(self) -> None:
        database = self._folder / "empty.db"
        write_large_tenant(database, 0)
        with serve_database(database) as url:
            options = AppOptions(server_url=url, credentials=(USERNAME, SecretStr(PASSWORD)))
            with self._app(options) as app:
                wait_until(lambda: app.window.workspace is not None, "signed in")
                self._shot(app, "list-empty")


def _key(app: RealApp, row: int) -> ApiKey:
    key = app.page.model.api_key(row)
    assert key is not None
    return key


@contextmanager
def _other_administrator(ready: DemoReady) -> Iterator[ApiKeysClient]:
    user = [user for user in ready.users if user.role is Role.TENANT_ADMIN][1]
    connection = Connection(ready.url)
    connection.token = AccountsClient(connection).sign_in(user.username, user.password).token
    yield ApiKeysClient(connection)
    connection.close()


def main() -> int:
    """The pictures at 100 % are taken here, the others in a desktop large enough for them."""
    arguments = _arguments()
    folder: Path = arguments.folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.scale:
        _take(folder, arguments.scale, rule_chains_only=arguments.rule_chains)
        return 0
    for scale in (1,) if arguments.for_readme else SCALES:
        _take_in_a_desktop(folder, scale, ["--rule-chains"] if arguments.rule_chains else [])
    if arguments.for_readme:
        _select_for_readme(folder)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="screenshots", description="Pictures of every screen and dialog.")
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / ".build" / "screenshots")
    parser.add_argument("--for-readme", action="store_true", help="also renew resources/screenshots")
    parser.add_argument("--rule-chains", action="store_true", help="only the console of rule chains and narrowed keys")
    parser.add_argument("--scale", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def _take_in_a_desktop(folder: Path, scale: int, options: list[str]) -> None:
    """Qt reads its scale once, at the start; so each has a process, and a screen that its windows fit on."""
    command = [sys.executable, "-m", "tests.e2e.screenshots", str(folder), "--scale", str(scale), *options]
    subprocess.run(
        [ROOT / "tests" / "e2e" / "desktop-session", "env", f"QT_SCALE_FACTOR={scale}", *command],
        env={**os.environ, "SS_DESKTOP_SCREEN": f"{1600 * scale}x{1100 * scale}x24"},
        cwd=ROOT,
        check=True,
    )


def _take(folder: Path, scale: int, *, rule_chains_only: bool) -> None:
    app = QApplication([])
    theme = Theme()
    theme.apply_to(app)
    for name in ("light", "dark"):
        theme.force(name)
        with tempfile.TemporaryDirectory() as data, start_demo_backend(Path(data)) as backend:
            session = Session(Path(data), backend, theme, Camera(folder, f"{name}-{scale}00"))
            if rule_chains_only:
                session.take_rule_chains()
            else:
                session.take_all()


def _select_for_readme(folder: Path) -> None:
    chosen = ROOT / "resources" / "screenshots"
    chosen.mkdir(parents=True, exist_ok=True)
    for taken, name in README_PICTURES.items():
        with Image.open(folder / f"{taken}.png") as picture:
            small = picture.convert("RGB").quantize(colors=192, dither=Image.Dither.NONE)
            small.save(chosen / f"{name}.png", optimize=True)


if __name__ == "__main__":
    sys.exit(main())

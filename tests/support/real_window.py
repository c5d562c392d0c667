"""The real app in a real window: real X11 key events, the real clipboard and keyring, a backend process of its own."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import SecretStr
from PySide6.QtCore import QObject, QSettings
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.app import AppOptions, assemble
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import SystemClipboard
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.rule_chains.json_editor.code_area import CodeArea
from ss_admin.desktop.rule_chains.page import RuleChainsPage
from ss_admin.desktop.session import Credentials, ServerChoice
from ss_admin.desktop.shell.navigation import Navigation
from ss_admin.desktop.shell.place import Surroundings
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.token_store import KeyringTokenStore

__all__ = [
    "RealApp",
    "close_dialogs",
    "close_popups",
    "open_dialogs",
    "read_clipboard",
    "wait_until",
    "write_clipboard",
]

Widget = TypeVar("Widget", bound=QObject)


def wait_until(condition: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Runs the event loop until the condition holds; fails the test where it does not come."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        QTest.qWait(10)


def read_clipboard() -> str:
    """What another program would paste. The event loop runs meanwhile, since this process may own the clipboard."""
    process = subprocess.Popen(
        ["xclip", "-selection", "clipboard", "-o"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    wait_until(lambda: process.poll() is not None, "xclip answers")
    return process.communicate()[0]


def write_clipboard(text: str) -> None:
    """What another program copied."""
    subprocess.run(
        ["xclip", "-selection", "clipboard"], input=text, text=True, stdout=subprocess.DEVNULL, timeout=10, check=True
    )


def open_dialogs() -> list[QDialog]:
    """The dialogs that can be seen, in the order they were made."""
    return [part for part in QApplication.topLevelWidgets() if isinstance(part, QDialog) and part.isVisible()]


def close_dialogs() -> None:
    """Closes every dialog, the last one first, without the questions that they would ask."""
    while dialogs := open_dialogs():
        QDialog.done(dialogs[-1], 0)
        QTest.qWait(50)


def close_popups() -> None:
    """Closes menus and lists that stand open."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    QTest.qWait(50)


class RealApp:
    """One start of the app in this process. Keys go to the window that has the focus, as a person's would."""

    def __init__(self, folder: Path, theme: Theme, options: AppOptions) -> None:
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        self.background = Background()
        self.clipboard = SystemClipboard()
        self.around = Surroundings(self.background, self.clipboard, theme, Preferences(settings))
        self.session, self.window = assemble(options, self.around, KeyringTokenStore())
        self._options = options
        self._is_closed = False

    def start(self) -> None:
        """Shows the window and begins as `ss-admin` does; returns when the window has the keyboard."""
        self.window.show()
        self.window.start(self._options.server_url or "", self._credentials())
        wait_until(self.window.isActiveWindow, "the window has the keyboard")

    def close(self) -> None:
        """Ends as closing the window does; once is enough."""
        if self._is_closed:
            return
        self._is_closed = True
        for dialog in QApplication.topLevelWidgets():
            if dialog is not self.window:
                dialog.hide()
        self.window.close()
        self.clipboard.close()
        self.background.shutdown()
        if self.session.connection is not None:
            self.session.connection.close()
        self.window.deleteLater()
        self.session.deleteLater()
        QTest.qWait(20)

    @property
    def page(self) -> ApiKeysPage:
        """The page “API Keys Management”."""
        assert self.window.workspace is not None
        page = self.window.workspace.findChild(ApiKeysPage)
        assert page is not None
        return page

    @property
    def rule_chains(self) -> RuleChainsPage:
        """The page “Rule Chains”."""
        assert self.window.workspace is not None
        page = self.window.workspace.findChild(RuleChainsPage)
        assert page is not None
        return page

    def open_rule_chains(self) -> RuleChainsPage:
        """Brings “Rule Chains” to the front; returns when the list has been asked for anew."""
        page = self.rule_chains
        assert self.window.workspace is not None
        self.window.workspace.open_page("Rule Chains")
        self.background.wait_idle()
        return page

    def find(self, kind: type[Widget], name: str) -> Widget:
        """The part called `name` that can be seen now; waits for it."""
        found: list[Widget] = []

        def look() -> bool:
            found[:] = [part for part in self._candidates(kind, name) if self._can_be_seen(part)]
            return bool(found)

        wait_until(look, f"{name} can be seen")
        return found[-1]

    def sees(self, name: str) -> bool:
        """Whether a widget of that name can be seen now."""
        return any(part.isVisible() for part in self._candidates(QWidget, name))

    def wait_for_list(self) -> None:
        """Waits until the list of keys has its first page."""
        wait_until(lambda: self.window.workspace is not None, "signed in")
        wait_until(lambda: self.page.model.api_key(0) is not None, "the first page is there")
        wait_until(self.page.table.isVisible, "the list can be seen")

    def press(self, *keys: str) -> None:
        """Presses keys, named as xdotool names them (`ctrl+n`, `Tab`, `space`)."""
        self._xdotool("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        """Types text; it travels on standard input, so that no password shows in a list of processes."""
        self._xdotool("type", "--clearmodifiers", "--delay", "6", "--file", "-", text=text)

    def tab_to(self, name: str, *, tries: int = 40, back: bool = False) -> None:
        """Presses Tab (or Shift+Tab, to go back) until the widget called `name` has the keyboard.

        In an editor Tab indents; there Escape goes before it, as the person would press it.
        """
        keys = "shift+Tab" if back else "Tab"
        for _ in range(tries):
            focused = QApplication.focusWidget()
            if focused is not None and focused.objectName() == name:
                return
            before = focused
            self.press(*(("Escape", keys) if _takes_tabs(focused) else (keys,)))
            wait_until(lambda before=before: QApplication.focusWidget() is not before, f"{keys} moves on", 5)
        raise AssertionError(
            f"{name} cannot be reached with Tab; the keyboard is at {_name(QApplication.focusWidget())}"
        )

    def go_to_page(self, title: str) -> None:
        """Opens a page from the sidebar, with the keyboard."""
        navigation = self.find(Navigation, "shell.navigation")
        self.tab_to("shell.navigation")
        self.press("Home")
        for _ in range(10):
            item = navigation.currentItem()
            if item is not None and item.text(0) == title:
                break
            self.press("Down")
        self.press("Return")
        self.background.wait_idle()

    def wait_active(self, name: str) -> None:
        """Waits until the dialog called `name` has the keyboard."""
        wait_until(
            lambda: (active := QApplication.activeWindow()) is not None and active.objectName() == name,
            f"the dialog {name} has the keyboard",
        )

    def _xdotool(self, *arguments: str, text: str = "") -> None:
        process = subprocess.Popen(["xdotool", *arguments], stdin=subprocess.PIPE, text=True)
        assert process.stdin is not None
        with process.stdin as stdin:
            stdin.write(text)
        wait_until(lambda: process.poll() is not None, "xdotool is done")
        assert process.returncode == 0
        QTest.qWait(30)

    def _candidates(self, kind: type[Widget], name: str) -> list[Widget]:
        found: list[Widget] = []
        for window in QApplication.topLevelWidgets():
            if isinstance(window, kind) and window.objectName() == name:
                found.append(window)
            found += window.findChildren(kind, name)
        return found

    def _can_be_seen(self, part: QObject) -> bool:
        return not isinstance(part, QWidget) or part.isVisible()

    def _credentials(self) -> Credentials | None:
        if self._options.credentials is None or self._options.server_url is None:
            return None
        username, password = self._options.credentials
        return Credentials(ServerChoice(self._options.server_url), username, SecretStr(password.get_secret_value()))


def _takes_tabs(widget: QWidget | None) -> bool:
    return isinstance(widget, CodeArea) and not widget.isReadOnly()


def _name(widget: QWidget | None) -> str:
    return "nowhere" if widget is None else widget.objectName() or type(widget).__name__

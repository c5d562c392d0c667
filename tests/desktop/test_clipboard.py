"""The clipboard: pyperclip first, Qt where there is none, and a secret does not stay."""

import threading
import time

import pyperclip
import pytest
from PySide6.QtGui import QGuiApplication

from ss_admin.desktop.clipboard import CopyOutcome, SystemClipboard

SECRET = "ss_" + "Ab1" * 13


@pytest.fixture
def no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clipboard program: Qt's own clipboard is all there is."""
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A clipboard program that keeps what it is given; the last text is what is on the clipboard."""
    texts = [""]
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}" if name == "xclip" else None)
    monkeypatch.setattr(pyperclip, "set_clipboard", lambda _name: None)
    monkeypatch.setattr(pyperclip, "copy", texts.append)
    monkeypatch.setattr(pyperclip, "paste", lambda: texts[-1])
    return texts


def wait_for(qtbot, condition):
    qtbot.waitUntil(condition, timeout=3000)


@pytest.mark.usefixtures("no_outside")
def test_without_a_clipboard_program_qt_copies(qapp):
    assert SystemClipboard().copy(SECRET) is CopyOutcome.COPIED
    assert QGuiApplication.clipboard().text() == SECRET


@pytest.mark.usefixtures("no_outside")
def test_a_secret_is_marked_for_clipboard_managers(qapp):
    clipboard = SystemClipboard()
    clipboard.copy_secret(SECRET)
    assert bytes(QGuiApplication.clipboard().mimeData().data("x-kde-passwordManagerHint").data()) == b"secret"
    clipboard.close()


@pytest.mark.usefixtures("no_outside")
def test_a_secret_is_cleared_when_the_time_is_over(qapp, qtbot):
    clipboard = SystemClipboard()
    with qtbot.waitSignal(clipboard.cleared):
        clipboard.copy_secret(SECRET, clear_after_seconds=0)
    assert QGuiApplication.clipboard().text() == ""


@pytest.mark.usefixtures("no_outside")
def test_what_was_copied_since_is_left_alone(qapp, qtbot):
    clipboard = SystemClipboard()
    with qtbot.waitSignal(clipboard.cleared):
        clipboard.copy_secret(SECRET, clear_after_seconds=0)
        QGuiApplication.clipboard().setText("a shopping list")
    assert QGuiApplication.clipboard().text() == "a shopping list"


@pytest.mark.usefixtures("no_outside")
def test_a_secret_is_cleared_at_the_end_of_the_app(qapp):
    clipboard = SystemClipboard()
    clipboard.copy_secret(SECRET)
    clipboard.close()
    assert QGuiApplication.clipboard().text() == ""


@pytest.mark.usefixtures("no_outside")
def test_what_is_no_secret_stays_at_the_end_of_the_app(qapp):
    clipboard = SystemClipboard()
    clipboard.copy("https://keys.example.com")
    clipboard.close()
    assert QGuiApplication.clipboard().text() == "https://keys.example.com"


def test_a_clipboard_program_comes_first(qapp, outside: list[str]):
    assert SystemClipboard().copy(SECRET) is CopyOutcome.COPIED
    assert outside[-1] == SECRET


def test_a_secret_outside_is_cleared_if_it_is_still_there(qapp, qtbot, outside: list[str]):
    clipboard = SystemClipboard()
    clipboard.copy_secret(SECRET, clear_after_seconds=0)
    wait_for(qtbot, lambda: outside[-1] == "")


def test_something_else_outside_is_left_alone(qapp, qtbot, outside: list[str]):
    clipboard = SystemClipboard()
    with qtbot.waitSignal(clipboard.cleared):
        clipboard.copy_secret(SECRET, clear_after_seconds=0)
        outside.append("a shopping list")
    qtbot.waitUntil(lambda: not any(thread.name == "clipboard" for thread in threading.enumerate()))
    assert outside[-1] == "a shopping list"


def test_the_next_copy_takes_the_place_of_the_clearing(qapp, qtbot, outside: list[str]):
    clipboard = SystemClipboard()
    clipboard.copy_secret(SECRET, clear_after_seconds=0)
    clipboard.copy("plain")
    qtbot.wait(50)
    assert outside[-1] == "plain"


def test_a_program_that_hangs_is_not_waited_for(qapp, outside, monkeypatch: pytest.MonkeyPatch):
    go_on = threading.Event()
    monkeypatch.setattr(pyperclip, "copy", lambda _text: go_on.wait(30))
    clipboard = SystemClipboard(patience_seconds=0.1)
    started = time.monotonic()
    assert clipboard.copy_secret(SECRET) is CopyOutcome.COPIED
    assert time.monotonic() - started < 2
    assert QGuiApplication.clipboard().text() == SECRET
    go_on.set()
    clipboard.close()


def test_a_program_that_fails_leaves_it_to_qt(qapp, outside, monkeypatch: pytest.MonkeyPatch):
    def fail(_text: str) -> None:
        raise pyperclip.PyperclipException("no")

    monkeypatch.setattr(pyperclip, "copy", fail)
    assert SystemClipboard().copy("words") is CopyOutcome.COPIED
    assert QGuiApplication.clipboard().text() == "words"


@pytest.mark.usefixtures("no_outside")
def test_the_secret_is_remembered_nowhere(qapp):
    clipboard = SystemClipboard()
    clipboard.copy_secret(SECRET)
    assert SECRET not in repr(vars(clipboard))
    clipboard.close()

"""A copied secret leaves the real clipboard after its time, unless something else was copied since."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from ss_admin.desktop.clipboard import CopyOutcome, SystemClipboard
from tests.support.real_window import read_clipboard, wait_until, write_clipboard


@pytest.fixture
def clipboard(qapp: QApplication) -> Iterator[SystemClipboard]:
    clipboard = SystemClipboard()
    yield clipboard
    clipboard.close()


@pytest.fixture
def qt_clipboard(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[SystemClipboard]:
    """As on a system where pyperclip finds no way to the clipboard."""
    monkeypatch.setattr("shutil.which", lambda _program: None)
    clipboard = SystemClipboard()
    yield clipboard
    clipboard.close()


@pytest.mark.parametrize("kind", ["clipboard", "qt_clipboard"])
def test_a_secret_is_there_for_others_and_cleared_after_its_time(kind, request):
    clipboard: SystemClipboard = request.getfixturevalue(kind)
    cleared: list[bool] = []
    clipboard.cleared.connect(lambda: cleared.append(True))
    assert clipboard.copy_secret("a secret", clear_after_seconds=2) is CopyOutcome.COPIED
    wait_until(lambda: read_clipboard() == "a secret", "others get the secret", 5)
    wait_until(lambda: cleared, "the time is over", 5)
    wait_until(lambda: read_clipboard() == "", "the clipboard is empty", 5)


def test_what_somebody_copied_since_is_left_alone(clipboard):
    cleared: list[bool] = []
    clipboard.cleared.connect(lambda: cleared.append(True))
    clipboard.copy_secret("a secret", clear_after_seconds=2)
    wait_until(lambda: read_clipboard() == "a secret", "others get the secret", 5)
    write_clipboard("a shopping list")
    wait_until(lambda: cleared, "the time is over", 5)
    wait_until(lambda: True, "", 1)
    assert read_clipboard() == "a shopping list"


def test_a_secret_is_cleared_when_the_app_ends_before_its_time(clipboard):
    clipboard.copy_secret("a secret", clear_after_seconds=60)
    wait_until(lambda: read_clipboard() == "a secret", "others get the secret", 5)
    clipboard.close()
    wait_until(lambda: read_clipboard() == "", "the clipboard is empty", 5)

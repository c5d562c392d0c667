"""The report of a bug: enough to mend it, and no secret in it."""

import sys

import pytest

from ss_admin.contract.api_key_format import new_api_key
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.crash_report import CrashDialog, CrashReporter, report_of, without_secrets
from ss_admin.desktop.theme.theme import Theme
from tests.support.accessibility import assert_accessible
from tests.support.desktop_session import TOKEN, MemoryClipboard


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {TOKEN}",
        f"token={TOKEN}",
        f"{{'password': '{TOKEN}'}}",
        f"the text {TOKEN} stood somewhere",
    ],
)
def test_tokens_and_passwords_are_taken_out(text: str):
    assert TOKEN not in without_secrets(text)


def test_api_keys_are_masked():
    key = new_api_key()
    cleaned = without_secrets(f"ValueError: {key!r} is wrong")
    assert key not in cleaned
    assert key[:7] in cleaned


def test_the_report_tells_where_it_happened_but_no_values():
    secret_value = new_api_key()

    def fail() -> None:
        raise ValueError(f"bad key {secret_value}")

    with pytest.raises(ValueError, match="bad key") as failure:
        fail()
    text = report_of(failure.type, failure.value, failure.tb)
    assert "test_crash_report.py" in text
    assert "ValueError" in text
    assert secret_value not in text


def test_a_bug_opens_one_dialog_with_a_copy_button(theme: Theme, qtbot):
    clipboard = MemoryClipboard()
    reporter = CrashReporter(theme, clipboard)
    for _ in range(3):
        reporter.report(RuntimeError, RuntimeError("it broke"), None)
    qtbot.waitUntil(lambda: reporter._dialog is not None and reporter._dialog.isVisible())
    dialog = reporter._dialog
    assert_accessible(dialog)
    dialog.primary_button.click()
    assert "it broke" in clipboard.text
    dialog.reject()
    assert not dialog.isVisible()


def test_without_a_clipboard_the_report_is_selected(theme: Theme, qtbot):
    dialog = CrashDialog(None, "what happened", theme, MemoryClipboard(CopyOutcome.NOT_AVAILABLE))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.primary_button.click()
    assert dialog._report.textCursor().selectedText() == "what happened"


def test_the_hooks_are_given_back(theme: Theme):
    before = sys.excepthook
    reporter = CrashReporter(theme, MemoryClipboard())
    try:
        reporter.install()
        assert sys.excepthook == reporter.report
    finally:
        reporter.uninstall()
        sys.excepthook = before

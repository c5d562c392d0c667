"""Working off what needs attention, and finding out why a call was refused, with the keyboard alone."""

from PySide6.QtWidgets import QApplication, QLabel

from ss_admin.contract.api_key_format import mask_api_key
from ss_admin.desktop.demo import DemoBackend
from ss_admin.desktop.refusals.dialog import RefusalDialog
from tests.support.real_window import RealApp, read_clipboard, wait_until, write_clipboard


def focused_name() -> str:
    focused = QApplication.focusWidget()
    return focused.objectName() if focused is not None else ""


def press_to(app: RealApp, ending: str) -> None:
    """Presses Tab until the keyboard is in a part whose name ends so."""
    for _ in range(30):
        before = focused_name()
        if before.endswith(ending):
            return
        app.press("Tab")
        wait_until(lambda before=before: focused_name() != before, "Tab moves on", 5)
    raise AssertionError(f"{ending} cannot be reached with Tab")


def test_a_signal_is_acknowledged_and_a_refusal_explained_with_the_keyboard(app: RealApp, backend: DemoBackend) -> None:
    strip = app.page.attention.strip
    wait_until(strip.fold_button.isVisible, "the sample data has keys that need attention")
    app.tab_to("apiKeys.attention.details", back=True)
    app.press("space")
    wait_until(lambda: any(len(group.cards) > 1 for group in strip.panel.groups), "the cards are here")
    group = next(group for group in strip.panel.groups if len(group.cards) > 1)
    first, second = group.cards[:2]
    press_to(app, f"{first.objectName()}.acknowledge")
    app.press("Return")
    app.write("Asked the partner.")
    app.press("Return")
    wait_until(lambda: first not in group.cards, "it is acknowledged")
    wait_until(lambda: QApplication.focusWidget() is second.acknowledge_button, "the keyboard goes on to the next")
    app.press("Escape")
    wait_until(lambda: not strip.is_unfolded and strip.fold_button.hasFocus(), "the cards are folded up")

    key = backend.ready.api_key
    write_clipboard(f"Bearer {key}")
    app.press("ctrl+shift+r")
    app.wait_active("refusals")
    app.press("ctrl+v")
    dialog = app.find(RefusalDialog, "refusals")
    wait_until(lambda: dialog.field.text() == mask_api_key(key), "the key is covered")
    app.press("Return")
    wait_until(lambda: dialog.answer_view is not None, "the answer is here")
    wait_until(lambda: any("Bearer" in label.text() for label in dialog.findChildren(QLabel)), "what stood around it")
    press_to(app, ".copyAdvice")
    app.press("space")
    wait_until(lambda: "x-api-key" in read_clipboard(), "the advice is copied")
    assert key not in read_clipboard()
    app.press("Escape")
    wait_until(lambda: not app.sees("refusals"), "closed")

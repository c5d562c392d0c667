"""“Export” on the page of keys, over the real backend."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from ss_admin.client.errors import ServerUnreachable
from ss_admin.contract.api_keys import NewApiKey
from ss_admin.desktop.api_keys.page import ApiKeysPage
from ss_admin.desktop.widgets.dialog import Message


def choose(page: ApiKeysPage, row: int, path: Path) -> None:
    """Takes an entry of the menu with the keyboard's own action, and the place in the dialog."""
    page.head.export_button.click()
    page.exports.menu.actions()[row].trigger()
    page.exports.menu.close()
    dialog = next(part for part in QApplication.topLevelWidgets() if part.objectName().startswith("apiKeys.save"))
    dialog.fileSelected.emit(str(path))
    dialog.close()
    dialog.setObjectName("closed")


def test_inventory_and_expiries_are_saved_without_a_secret(clients, admin_backend, show_page, qtbot, tmp_path):
    made = clients.api_keys.create(NewApiKey(name="=Formula", user_id=admin_backend.user.id, expires_in_days=30))
    page = show_page(clients.api_keys, clients.accounts, clients.rule_chains, clients.signals)
    for row, name, part in ((0, "keys.csv", "Formula"), (1, "keys.ics", "BEGIN:VEVENT")):
        with qtbot.waitSignal(page.said) as said:
            choose(page, row, tmp_path / name)
        assert said.args == [f"Saved as “{name}”."]
        text = (tmp_path / name).read_text(encoding="utf-8-sig")
        assert part in text
        assert made.secret not in text
        assert page.head.export_button.isEnabled()
    assert "\n=" not in (tmp_path / "keys.csv").read_text(encoding="utf-8-sig")


def test_the_menu_is_opened_with_the_keyboard(clients, show_page, qtbot):
    page = show_page(clients.api_keys, clients.accounts, clients.rule_chains, clients.signals)
    qtbot.keyClick(page.head.export_button, Qt.Key.Key_Return)
    assert QApplication.activePopupWidget() is page.exports.menu
    assert page.exports.menu.activeAction().text() == "Export inventory (CSV)…"
    page.exports.menu.close()


def test_a_place_that_cannot_be_written_is_told_and_an_error_goes_up(clients, show_page, settled, qtbot, tmp_path):
    page = show_page(clients.api_keys, clients.accounts, clients.rule_chains, clients.signals)
    choose(page, 0, tmp_path / "nowhere" / "keys.csv")
    settled()
    box = next(part for part in QApplication.topLevelWidgets() if isinstance(part, Message) and part.isVisible())
    assert "keys.csv" in " ".join(label.text() for label in box.findChildren(QLabel))
    box.accept()
    with pytest.MonkeyPatch.context() as patch, qtbot.waitSignal(page.failed):
        patch.setattr(clients.api_keys, "inventory", _away)
        choose(page, 0, tmp_path / "keys.csv")
    assert not (tmp_path / "keys.csv").exists()


def _away() -> bytes:
    raise ServerUnreachable("away")

"""The page “Activity” over the real backend: the trail of what was really done."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from ss_admin.client.activity import ActivityClient
from ss_admin.client.api_keys import ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.contract.api_keys import ApiKeyStatus, NewApiKey
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.activity.cells import Column
from ss_admin.desktop.activity.page import ActivityPage
from tests.support.desktop_session import MemoryClipboard


@pytest.fixture
def connection(admin_backend, background) -> Iterator[Connection]:
    made = Connection(admin_backend.url, token=admin_backend.admin.token)
    yield made
    background.shutdown()
    made.close()


@pytest.fixture
def page(connection, background, theme, qtbot) -> ActivityPage:
    """Not asked for anything yet."""
    made = ActivityPage(
        ActivityClient(connection), background=background, clipboard=MemoryClipboard(), theme=theme, preferences=None
    )
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    return made


def test_a_key_that_is_gone_is_found_narrowed_to_and_taken_out(admin_backend, connection, page, qtbot, tmp_path):
    keys = ApiKeysClient(connection)
    made = keys.create(NewApiKey(name="Lift Alarm", user_id=admin_backend.user.id))
    keys.create(NewApiKey(name="Other", user_id=admin_backend.user.id))
    keys.bulk_status([made.api_key.id], ApiKeyStatus.DISABLED)
    keys.delete(made.api_key.id)
    page.activate()
    qtbot.waitUntil(lambda: page.model.rowCount() >= 5)
    choice = page.filters.object
    choice.click()
    qtbot.keyClicks(choice.popup.search, "lift")
    qtbot.waitUntil(lambda: choice.popup.found.model().rowCount() == 1)
    choice.popup.found.activated.emit(choice.popup.found.model().index(0, 0))
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)
    told = [page.model.index(row, Column.ACTION).data() for row in range(3)]
    assert told == ["Deleted API key", "Disabled API key", "Created API key"]
    assert page.model.index(1, Column.CHANGES).data() == "Status: Active → Disabled"
    assert page.model.item(0).hash != page.model.item(1).hash
    with qtbot.waitSignal(page.said):
        page.export_button.click()
        dialog = next(part for part in QApplication.topLevelWidgets() if part.objectName() == "activity.saveFile")
        dialog.fileSelected.emit(str(tmp_path / "trail.csv"))
        dialog.close()
    text = (tmp_path / "trail.csv").read_text(encoding="utf-8-sig")
    assert text.count("Lift Alarm") >= 3
    assert "Other" not in text
    assert made.secret not in text
    page.filters.clear()
    qtbot.waitUntil(lambda: page.model.index(0, Column.ACTION).data() == "Exported activity")
    page.show_object(ObjectRef(id=made.api_key.id, name="Lift Alarm"))
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)

"""Pictures of a key's page: a busy key, a quiet one and one under attack, for `screenshots.py`."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.usage import UsageClient
from ss_admin.contract.api_keys import ApiKey, ApiKeySort
from ss_admin.contract.signals import Severity
from ss_admin.contract.usage import UsageSpan
from ss_admin.desktop.key_page.page import KeyPage
from ss_admin.desktop.shell.keys_place import KeysPlace
from tests.support.real_window import RealApp, wait_until

__all__ = ["KeyPictures"]


class KeyPictures:
    """Opens keys from the list in the window of `app`, and calls `shot` with a name at every stop."""

    def __init__(self, app: RealApp, shot: Callable[[str], None]) -> None:
        self._app = app
        self._shot = shot
        assert app.session.connection is not None
        self._keys = ApiKeysClient(app.session.connection)
        self._usage = UsageClient(app.session.connection)

    def take_all(self) -> None:
        """Each key from its top to its end, and what can be done with its chart."""
        keys = self._keys.list_page(ApiKeyQuery(sort=ApiKeySort.LAST_USED_AT), limit=500).items
        self._busy(max((key for key in keys[:8] if not _is_attacked(key)), key=self._calls))
        self._whole("key-quiet", next(key for key in keys if key.last_used_at is None))
        self._whole("key-attacked", next(key for key in keys if _is_attacked(key)))

    @property
    def _page(self) -> KeyPage:
        assert self._app.window.workspace is not None
        place = self._app.window.workspace.findChild(KeysPlace)
        assert place is not None
        return place.key

    def _calls(self, key: ApiKey) -> int:
        return sum(self._usage.usage(key.id, UsageSpan.WEEK).calls_by_code.values())

    def _open(self, key: ApiKey) -> None:
        assert self._app.window.workspace is not None
        self._app.window.workspace.open_key(key.id)
        wait_until(lambda: self._page.sections.history.has_content, "the key's history is here")
        self._app.background.wait_idle()

    def _whole(self, name: str, key: ApiKey) -> None:
        self._open(key)
        self._shot(name)
        bar = self._page.sections.verticalScrollBar()
        bar.setValue(self._page.sections.calls.y())
        self._shot(f"{name}-calls")
        bar.setValue(bar.maximum())
        self._shot(f"{name}-end")
        self._page.leave()

    def _busy(self, key: ApiKey) -> None:
        self._open(key)
        calls = self._page.sections.calls
        for span in UsageSpan:
            calls.span_button(span).click()
            self._app.background.wait_idle()
            self._shot(f"key-busy-{span.value}")
        calls.chart.setFocus(Qt.FocusReason.TabFocusReason)
        for _ in range(9):
            QTest.keyClick(calls.chart, Qt.Key.Key_Left)
        self._shot("key-chart-read")
        calls.turn()
        self._shot("key-table")
        calls.turn()
        calls.span_button(UsageSpan.DAY).click()
        self._app.background.wait_idle()
        self._whole("key-busy", key)


def _is_attacked(key: ApiKey) -> bool:
    return any(badge.severity is Severity.ALERT for badge in key.signals)

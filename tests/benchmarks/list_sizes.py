"""The list of keys at two sizes: what the admin API answers, and when the desktop has painted the first page."""

import time
from dataclasses import replace
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from ss_admin.client.api_keys import ApiKeyQuery, ApiKeysClient
from ss_admin.client.connection import Connection
from ss_admin.contract.api_keys import ApiKeySort, ApiKeyStatus
from ss_admin.desktop.api_keys.page import ApiKeysPage
from tests.benchmarks.measuring import Row, medians

__all__ = ["measure_first_page", "measure_lists", "paint_first_page"]

_QUERIES: Final = {
    "first page": ApiKeyQuery(),
    "sorted by name": ApiKeyQuery(sort=ApiKeySort.NAME, descending=False),
    "sorted by last use": ApiKeyQuery(sort=ApiKeySort.LAST_USED_AT),
    "search “integration 7”": ApiKeyQuery(search="integration 7"),
    "disabled only": ApiKeyQuery(statuses=frozenset({ApiKeyStatus.DISABLED})),
}


def measure_lists(small: Connection, large: Connection, sizes: tuple[str, str], *, rounds: int = 30) -> list[Row]:
    """Each kind of question, asked of both backends in turn."""
    rows = []
    for name, query in _QUERIES.items():
        found = medians(
            {
                size: partial(ApiKeysClient(side).list_page, query)
                for size, side in zip(sizes, (small, large), strict=True)
            },
            rounds=rounds,
        )
        rows.append(Row(f"{name}, {sizes[1]}", found[sizes[1]], sizes[0], found[sizes[0]]))
    return rows


def measure_first_page(small: ApiKeysPage, large: ApiKeysPage, sizes: tuple[str, str], *, rounds: int = 15) -> Row:
    """From the order to show the list to its first page on the screen, in both windows in turn."""
    found = medians(
        {size: partial(paint_first_page, page) for size, page in zip(sizes, (small, large), strict=True)}, rounds=rounds
    )
    return Row(f"first page painted, {sizes[1]}", found[sizes[1]], sizes[0], found[sizes[0]])


def paint_first_page(page: ApiKeysPage) -> None:
    """Opens the list anew, in the other direction, and returns when rows of the answer have been painted."""
    model, viewport = page.model, page.table.viewport()
    watch = _PaintWatch()
    viewport.installEventFilter(watch)
    model.modelReset.connect(watch.begin)
    try:
        model.open(replace(model.query, descending=not model.query.descending))
        give_up_at = time.monotonic() + 30
        while not watch.has_painted:
            QApplication.processEvents()
            time.sleep(0.0002)
            if time.monotonic() > give_up_at:
                raise TimeoutError("the first page was not painted")
    finally:
        viewport.removeEventFilter(watch)
        model.modelReset.disconnect(watch.begin)


class _PaintWatch(QObject):
    """Notices the first painting after the answer has come."""

    def __init__(self) -> None:
        super().__init__()
        self._has_begun = False
        self.has_painted = False

    def begin(self) -> None:
        self._has_begun = True

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._has_begun and event.type() == QEvent.Type.Paint:
            self.has_painted = True
        return False

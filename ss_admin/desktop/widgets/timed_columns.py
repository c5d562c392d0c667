"""The columns of a list whose words move on with the clock."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from ss_admin.contract.documents import Document
from ss_admin.desktop.moments import Clock
from ss_admin.desktop.widgets.cursor_model import CursorColumn
from ss_admin.desktop.widgets.row_cells import wrapped_tooltip

__all__ = ["timed_columns"]

Item = TypeVar("Item", bound=Document)
Place = TypeVar("Place", bound=int)


def timed_columns(
    titles: Mapping[Place, str],
    clock: Clock,
    *,
    text: Callable[[Item, Place, datetime], str],
    tooltip: Callable[[Item, Place], str],
    spoken: Callable[[Item, Place, datetime], str],
) -> tuple[CursorColumn, ...]:
    """One for each title, in their order, as the model gives their words to the tooltips and to screen readers."""

    def column(place: Place, title: str) -> CursorColumn:
        return CursorColumn(
            title,
            lambda item: text(item, place, clock()),
            lambda item: wrapped_tooltip(tooltip(item, place)),
            lambda item: spoken(item, place, clock()),
        )

    return tuple(column(place, title) for place, title in titles.items())

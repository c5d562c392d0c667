"""What the shell knows of a page: where it stands in the sidebar, and what it can say and be told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QWidget

from ss_admin.client.connection import Connection
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme

__all__ = ["BuildPlaces", "Page", "Place", "Surroundings"]


class Page(Protocol):
    """A page of the window. It is a `QWidget` as well.

    `said` carries a success for a toast, `failed` a `ClientError`; `recovered` says that the server answered.
    """

    @property
    def said(self) -> SignalInstance:
        """Emitted with a short text."""

    @property
    def failed(self) -> SignalInstance:
        """Emitted with a `ClientError` that the page does not deal with itself."""

    @property
    def recovered(self) -> SignalInstance:
        """Emitted at every answer of the server."""

    def refresh(self) -> None:
        """Asks the server anew; what is shown stays until the answer is there."""

    def set_stale(self, stale: bool) -> None:
        """Marks what is shown as possibly out of date."""

    def activate(self) -> None:
        """The page has come to the front: load what is missing, take the focus."""


def _nothing() -> str:
    return ""


@dataclass(frozen=True)
class Place:
    """A page and its place in the sidebar: `path` is the labels of the groups around it and its own at the end.

    `unsaved` says in a sentence what would be lost if the page were gone now; empty: nothing. `summons` are signals
    of other parts that bring this place to the front: the page has been told by then what to show. `open_key` shows a
    key's own page, given its id, or the list of keys, given None, where the place has such pages.
    """

    path: tuple[str, ...]
    icon: str
    page: Page
    widget: QWidget
    unsaved: Callable[[], str] = _nothing
    summons: tuple[SignalInstance, ...] = ()
    open_key: Callable[[str | None], None] | None = None

    @property
    def title(self) -> str:
        """The page's own label."""
        return self.path[-1]


@dataclass(frozen=True)
class Surroundings:
    """What every window and page is given: made once, in `app.py`."""

    background: Background
    clipboard: Clipboard
    theme: Theme
    preferences: Preferences


BuildPlaces = Callable[[Connection, Surroundings], Sequence[Place]]
"""Builds the pages for a person who has just signed in."""

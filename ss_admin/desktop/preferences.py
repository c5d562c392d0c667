"""What the app remembers between two runs: sizes, widths, sorting, the last server. Never a secret."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QSettings

__all__ = ["ListSort", "Preferences"]

_MAX_COLUMNS = 50
_MAX_WIDTH = 5000


@dataclass(frozen=True)
class ListSort:
    """By which column a list is sorted (the column's own name), and in which direction."""

    column: str
    descending: bool


class _Flag:
    """A setting that is on or off; off where it is not set."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, owner: "Preferences", _kind: type["Preferences"]) -> bool:
        return _text(owner._settings, self._name) == "true"  # noqa: SLF001 -- both are this module's own

    def __set__(self, owner: "Preferences", is_on: bool) -> None:
        owner._settings.setValue(self._name, "true" if is_on else "false")  # noqa: SLF001 -- as above


class Preferences:
    """Typed access to the settings. What cannot be read (edited by hand, of another version) counts as not set."""

    stays_signed_in = _Flag("signIn/stays")
    """Whether the last sign-in asked for “Stay signed in on this workstation”."""

    attention_shown = _Flag("apiKeys/attention")
    """Whether keys needed attention when the list was last looked at: its strip has its room kept then."""

    stays_in_tray = _Flag("window/staysInTray")
    """Whether the app stays in the tray when its window is closed."""

    was_told_it_stays = _Flag("window/toldItStays")
    """Whether the person was told that the app is still there, the first time that its window was closed."""

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    @property
    def path(self) -> str:
        """The file that the settings are kept in."""
        return self._settings.fileName()

    @classmethod
    def of_this_person(cls) -> "Preferences":
        """The settings of the person whose system account this is."""
        return cls(QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "SignalSync", "SignalSync Admin"))

    @property
    def window_geometry(self) -> QByteArray:
        """Size and place of the main window, for `restoreGeometry`; empty if never saved."""
        value = self._settings.value("window/geometry")
        return value if isinstance(value, QByteArray) else QByteArray()

    @window_geometry.setter
    def window_geometry(self, geometry: QByteArray) -> None:
        self._settings.setValue("window/geometry", geometry)

    @property
    def closed_groups(self) -> frozenset[str]:
        """The groups of the sidebar that are folded up, by their labels."""
        return frozenset(_words(self._settings, "sidebar/closed"))

    @closed_groups.setter
    def closed_groups(self, labels: frozenset[str]) -> None:
        self._settings.setValue("sidebar/closed", sorted(labels))

    @property
    def last_server(self) -> str:
        """The address that the last sign-in went to; empty at first."""
        return _text(self._settings, "signIn/server")

    @last_server.setter
    def last_server(self, url: str) -> None:
        self._settings.setValue("signIn/server", url)

    @property
    def last_username(self) -> str:
        """The user name of the last sign-in; empty at first."""
        return _text(self._settings, "signIn/username")

    @last_username.setter
    def last_username(self, username: str) -> None:
        self._settings.setValue("signIn/username", username)

    @property
    def ca_file(self) -> str:
        """The certificate file of a private certificate authority; empty: the system's authorities count."""
        return _text(self._settings, "signIn/caFile")

    @ca_file.setter
    def ca_file(self, path: str) -> None:
        self._settings.setValue("signIn/caFile", path)

    def column_widths(self, list_name: str) -> tuple[int, ...]:
        """The columns' widths in pixels; empty if never saved."""
        try:
            widths = tuple(int(word) for word in _words(self._settings, f"{list_name}/columnWidths"))
        except ValueError:
            return ()
        return widths if len(widths) <= _MAX_COLUMNS and all(0 < width <= _MAX_WIDTH for width in widths) else ()

    def set_column_widths(self, list_name: str, widths: Sequence[int]) -> None:
        """Remembers the columns' widths in pixels."""
        self._settings.setValue(f"{list_name}/columnWidths", [str(width) for width in widths])

    def sort(self, list_name: str) -> ListSort | None:
        """How a list is sorted; None if never saved."""
        words = _words(self._settings, f"{list_name}/sort")
        return ListSort(words[0], words[1] == "descending") if len(words) == 2 else None

    def set_sort(self, list_name: str, sort: ListSort) -> None:
        """Remembers how a list is sorted."""
        direction = "descending" if sort.descending else "ascending"
        self._settings.setValue(f"{list_name}/sort", [sort.column, direction])

    def save(self) -> None:
        """Writes everything to disk now."""
        self._settings.sync()


def _text(settings: QSettings, key: str) -> str:
    value = settings.value(key)
    return value if isinstance(value, str) else ""


def _words(settings: QSettings, key: str) -> list[str]:
    value = settings.value(key)
    if isinstance(value, str):  # an INI file does not tell a list of one from a text
        return [value] if value else []
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []

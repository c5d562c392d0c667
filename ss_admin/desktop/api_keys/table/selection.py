"""Which keys are checked: some by name, or all that match the filter but a few."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal

__all__ = ["Checks", "KeyChecks"]


@dataclass(frozen=True)
class Checks:
    """What is checked. `everything`: all that match the filter except `ids`; otherwise exactly `ids`."""

    everything: bool = False
    ids: frozenset[str] = frozenset()

    def holds(self, api_key_id: str) -> bool:
        """Whether this key (which matches the filter) is checked."""
        return (api_key_id in self.ids) != self.everything

    def count(self, total: int) -> int:
        """How many are checked where `total` match the filter."""
        return max(0, total - len(self.ids)) if self.everything else len(self.ids)


class KeyChecks(QObject):
    """The check boxes of the list. It knows ids only, so it also holds for rows that were never loaded."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._checks = Checks()

    @property
    def checks(self) -> Checks:
        """What is checked now."""
        return self._checks

    def is_checked(self, api_key_id: str) -> bool:
        """Whether the key is checked."""
        return self._checks.holds(api_key_id)

    def count(self, total: int) -> int:
        """How many are checked where `total` match the filter."""
        return self._checks.count(total)

    def state(self, total: int, listed: Collection[str] | None = None) -> Qt.CheckState:
        """The header's check box: all that match, some, none. `listed`: every id that matches, where that is known."""
        if not self.count(total):
            return Qt.CheckState.Unchecked
        whole = self._is_whole(listed)
        return Qt.CheckState.Checked if whole else Qt.CheckState.PartiallyChecked

    def set_checked(self, api_key_ids: Iterable[str], *, checked: bool) -> None:
        """Checks or unchecks keys one by one."""
        everything = self._checks.everything
        ids = frozenset(api_key_ids)
        self._set(Checks(everything, self._checks.ids | ids if checked != everything else self._checks.ids - ids))

    def toggle(self, api_key_id: str) -> None:
        """Turns one key's check round."""
        self.set_checked((api_key_id,), checked=not self.is_checked(api_key_id))

    def toggle_all(self, total: int, listed: Collection[str] | None = None) -> None:
        """The header's check box was used: all that match, or none where all or all but a few were checked."""
        none = self._checks.everything or self._is_whole(listed) or not total
        self._set(Checks() if none else Checks(everything=True))

    def clear(self) -> None:
        """Nothing is checked any more."""
        self._set(Checks())

    def leave_filter(self) -> bool:
        """The filter changes: “all that match” would now mean other keys, so it is dropped. True if it was."""
        dropped = self._checks.everything
        if dropped:
            self.clear()
        return dropped

    def _is_whole(self, listed: Collection[str] | None) -> bool:
        if self._checks.everything:
            return not self._checks.ids
        return bool(listed) and all(self._checks.holds(api_key_id) for api_key_id in listed or ())

    def _set(self, checks: Checks) -> None:
        if checks != self._checks:
            self._checks = checks
            self.changed.emit()

"""The filter “Time”: any time, a span back from now, or one from minute to minute."""

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.desktop.moments import Clock
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.one_of_filter import OneOfFilter
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan
from ss_admin.desktop.widgets.choosing.period_dialog import PeriodDialog

__all__ = ["TimeFilter"]


class TimeFilter(OneOfFilter[TimeSpan]):
    """A span back from now, or one from minute to minute. `name` begins the objectNames."""

    def __init__(self, *, theme: Theme, clock: Clock, name: str, parent: QWidget | None = None) -> None:
        self._period = Period()
        self._theme = theme
        self._clock = clock
        self._name = name
        spans = {span: span.value for span in TimeSpan}
        super().__init__("Time", spans, name=f"{name}.timeFilter", theme=theme, parent=parent)

    @property
    def period(self) -> Period:
        """What is chosen."""
        return self._period

    def choose_period(self, period: Period) -> None:
        """Chooses a span; `chosen` is emitted where that changes anything."""
        if period != self._period:
            self._period = period
            self._value = period.span
            self._mark()
            self.chosen.emit()

    @override
    def pick(self, value: TimeSpan) -> None:
        if value is not TimeSpan.CUSTOM:
            self.choose_period(Period(value))
            return
        self._mark()  # until the dialog is accepted, what was chosen stays
        dialog = PeriodDialog(
            self.window(), self._period, now=self._clock(), theme=self._theme, name=f"{self._name}.period"
        )
        dialog.accepted.connect(lambda: self.choose_period(dialog.period))
        dialog.open()

    @override
    def words(self) -> str:
        return self._period.words()

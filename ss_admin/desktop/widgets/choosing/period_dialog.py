"""“Custom…”: from when and until when, in local time."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QDateTime
from PySide6.QtWidgets import QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.choosing.period import Period, TimeSpan
from ss_admin.desktop.widgets.date_time_edit import DateTimeEdit
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.form_field import FormField

__all__ = ["PeriodDialog"]


class PeriodDialog(Dialog):
    """Asks for a span of time; `period` gives it once the dialog was accepted."""

    def __init__(self, parent: QWidget | None, period: Period, *, now: datetime, theme: Theme, name: str) -> None:
        super().__init__(
            parent,
            theme=theme,
            name=name,
            heading="Choose a time",
            primary="Show",
            width=380,
        )
        self.since = DateTimeEdit(theme=theme, name=f"{name}.since")
        self.until = DateTimeEdit(theme=theme, name=f"{name}.until")
        since, until = period.bounds(now)
        self.since.setDateTime(_to_field(since or now - timedelta(days=1)))
        self.until.setDateTime(_to_field(until or now + timedelta(minutes=1)))
        zone = datetime.now().astimezone().tzname()
        self._from = FormField("From", self.since, help=f"Local time ({zone})")
        self._until = FormField("Until", self.until, help="This minute no longer belongs to it.")
        self.body.addWidget(self._from)
        self.body.addWidget(self._until)
        self.since.dateTimeChanged.connect(self._until.clear_error)
        self.until.dateTimeChanged.connect(self._until.clear_error)
        self.primary_button.clicked.connect(self._confirm)
        self.finished.connect(self.deleteLater)
        self.since.setFocus()

    @property
    def period(self) -> Period:
        """What the two fields say."""
        return Period(TimeSpan.CUSTOM, _from_field(self.since), _from_field(self.until))

    def _confirm(self) -> None:
        since, until = self.period.since, self.period.until
        if since is not None and until is not None and since >= until:
            self._until.set_error("This must be later than “From”.")
            self.until.setFocus()
            return
        self.accept()


def _to_field(moment: datetime) -> QDateTime:
    return QDateTime.fromSecsSinceEpoch(int(moment.timestamp()) // 60 * 60)


def _from_field(field: DateTimeEdit) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch() // 60 * 60, UTC)

"""A date-and-time field whose calendar popup wears the theme."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDateTimeEdit, QWidget

from ss_admin.desktop.theme.theme import Theme

__all__ = ["DateTimeEdit"]


class DateTimeEdit(QDateTimeEdit):
    """Date and time in local time, `2026-12-23 14:00`, with a calendar to pick the day from."""

    def __init__(self, *, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName(name)
        self.setDisplayFormat("yyyy-MM-dd HH:mm")
        self.setCalendarPopup(True)
        calendar = QCalendarWidget()
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.ShortDayNames)
        calendar.setGridVisible(False)
        self.setCalendarWidget(calendar)
        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        """Weekends look like other days (Qt paints them red, which reads as an error), weekday names are dimmed."""
        calendar = self.calendarWidget()
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, QTextCharFormat())
        header = QTextCharFormat()
        header.setForeground(self._theme.colour("text_dimmed"))
        header.setBackground(self._theme.colour("surface_raised"))
        calendar.setHeaderTextFormat(header)

"""A date-and-time field whose calendar popup wears the theme."""

from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QTextCharFormat
from PySide6.QtWidgets import QApplication, QCalendarWidget, QDateTimeEdit, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["DateTimeEdit"]

_ARROW = 28
_CALENDAR = QSize(304, 264)


class DateTimeEdit(QDateTimeEdit):
    """Date and time, `2026-12-23 14:00`, with a calendar to pick the day from; Alt+Down and F4 open it."""

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
        calendar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        calendar.setContentsMargins(1, 1, 1, 1)  # its outline
        calendar.setMinimumSize(_CALENDAR)
        self.setCalendarWidget(calendar)
        self._dress()
        theme.changed.connect(self._dress)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt_down = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt_down or event.key() == Qt.Key.Key_F4:
            self._open_calendar()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()  # Qt would swallow it; it leaves the dialog
        else:
            super().keyPressEvent(event)

    def _open_calendar(self) -> None:
        """Qt opens its calendar for the mouse alone, so the arrow is pressed with one."""
        at = QPointF(self.width() - _ARROW / 2, self.height() / 2)
        left = Qt.MouseButton.LeftButton
        press = QMouseEvent(
            QEvent.Type.MouseButtonPress, at, self.mapToGlobal(at), left, left, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(self, press)

    def _dress(self) -> None:
        """Weekends look like other days (Qt paints them red, which reads as an error), weekday names are dimmed."""
        calendar = self.calendarWidget()
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            calendar.setWeekdayTextFormat(day, QTextCharFormat())
        header = QTextCharFormat()
        header.setForeground(self._theme.colour("text_dimmed"))
        header.setBackground(self._theme.colour("surface_raised"))
        calendar.setHeaderTextFormat(header)

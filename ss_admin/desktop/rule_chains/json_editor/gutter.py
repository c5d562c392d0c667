"""The column beside the text: line numbers, and a mark where a line has a fault."""

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["Gutter", "LinesInView"]

_ICON = 14
_LEFT = 6
_RIGHT = 10
_FEWEST_DIGITS = 2


class LinesInView(Protocol):
    """Which lines an editor shows, and where: number (from 0), top and height in pixels."""

    def lines_in_view(self) -> list[tuple[int, int, int]]:
        """Every line that can be seen, from the top."""
        ...


class Gutter(QWidget):
    """Stands at the left of `area`. A press on a number asks for that line (`line_pressed`, from 0)."""

    line_pressed = Signal(int)

    def __init__(self, area: QPlainTextEdit, view: LinesInView, *, theme: Theme) -> None:
        super().__init__(area)
        self._area = area
        self._view = view
        self._theme = theme
        self._faults: Mapping[int, str] = {}
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def show_faults(self, faults: Mapping[int, str]) -> None:
        """Marks lines (from 0) and tells what is wrong there in a tooltip."""
        self._faults = faults
        self.update()

    def width_wanted(self) -> int:
        """Room for the mark and for as many digits as the last line's number has, in pixels."""
        digits = max(_FEWEST_DIGITS, len(str(self._area.blockCount())))
        return _LEFT + _ICON + 4 + QFontMetrics(self._font()).horizontalAdvance("9") * digits + _RIGHT

    @override
    def sizeHint(self) -> QSize:
        return QSize(self.width_wanted(), 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font())
        current = self._area.textCursor().blockNumber()
        for number, top, height in self._view.lines_in_view():
            role = "text" if number == current else "text_dimmed"
            if number in self._faults:
                role = "danger_fg"
                place = QRect(_LEFT, top + (height - _ICON) // 2, _ICON, _ICON)
                self._theme.icon("ph.warning-circle", role).paint(painter, place)
            painter.setPen(self._theme.colour(role))
            room = QRect(0, top, self.width() - _RIGHT, height)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(number + 1))
        painter.setPen(self._theme.colour("border"))
        painter.drawLine(self.width() - 4, event.rect().top(), self.width() - 4, event.rect().bottom())
        painter.end()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self._line_at(event.position().toPoint())
        if line is not None:
            self.line_pressed.emit(line)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            line = self._line_at(event.pos())
            QToolTip.showText(event.globalPos(), "" if line is None else self._faults.get(line, ""), self)
            return True
        return super().event(event)

    def _line_at(self, pos: QPoint) -> int | None:
        for number, top, height in self._view.lines_in_view():
            if top <= pos.y() < top + height:
                return number
        return None

    def _font(self) -> QFont:
        return self._theme.mono_font(self._theme.tokens.caption)

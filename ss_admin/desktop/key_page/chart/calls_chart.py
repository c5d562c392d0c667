"""The chart of a key's calls: stacked bars, read with the pointer or with the arrow keys."""

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.contract.usage import ApiKeyUsage, UsageBucket
from ss_admin.desktop.key_page.chart.bucket_words import SPAN_WORDS, bucket_spoken, bucket_time, chart_spoken
from ss_admin.desktop.key_page.chart.chart_ground import paint_axes, paint_grid, room_of, scale_of
from ss_admin.desktop.key_page.chart.geometry import Bar, bar_at, lay_out_bars
from ss_admin.desktop.key_page.chart.readout import paint_readout
from ss_admin.desktop.key_page.chart.series import Series, counts_of, total_of
from ss_admin.desktop.key_page.chart.textures import paint_part
from ss_admin.desktop.theme.theme import Theme

__all__ = ["CallsChart"]

_HEIGHT = 220
_LEAST_WIDTH = 320
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class CallsChart(QWidget):
    """Shows an `ApiKeyUsage`. Left, Right, Home and End walk through the bars, and each is read out; Escape lets go.

    The bar that is read is kept by its time while newer answers come in.
    """

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._usage: ApiKeyUsage | None = None
        self._current: int | None = None
        self._by_keyboard = False
        self.setObjectName("keyPage.chart")
        self.setAccessibleName("Calls over time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def current(self) -> int | None:
        """The number of the bar whose values are shown; None: no bar's."""
        return self._current

    @property
    def bars(self) -> tuple[Bar, ...]:
        """Where the bars stand now."""
        if self._usage is None:
            return ()
        counts = [counts_of(bucket) for bucket in self._usage.buckets]
        return lay_out_bars(counts, scale_of(self._usage), room_of(self._usage, QRectF(self.rect()), self._theme))

    def show_usage(self, usage: ApiKeyUsage) -> None:
        """Shows another answer."""
        before = self._bucket(self._current)
        self._usage = usage
        starts = [bucket.start for bucket in usage.buckets]
        self._current = starts.index(before.start) if before is not None and before.start in starts else None
        self.setAccessibleDescription(f"{chart_spoken(usage)} Arrow keys read each bar.")
        self.update()

    def read(self, number: int | None) -> None:
        """Shows the values of a bar, or none."""
        if number != self._current:
            self._current = number
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(640, _HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_WIDTH, _HEIGHT)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = self._number_after(Qt.Key(event.key()))
        if number is not None:
            self._by_keyboard = True
            self.read(number)
            self._read_out()
        elif event.key() == Qt.Key.Key_Escape and self._current is not None:
            self.read(None)
        else:
            super().keyPressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._by_keyboard = False
        if self._usage is not None:
            room = room_of(self._usage, QRectF(self.rect()), self._theme)
            self.read(bar_at(event.position().x(), len(self._usage.buckets), room))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._by_keyboard:
            self.read(None)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._by_keyboard = False
        self.read(None)
        self.update()

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        usage = self._usage
        if usage is not None:
            self._paint_chart(painter, usage)
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _paint_chart(self, painter: QPainter, usage: ApiKeyUsage) -> None:
        room, theme = room_of(usage, QRectF(self.rect()), self._theme), self._theme
        if self._current is not None:
            slot = room.width / len(usage.buckets)
            band = QRectF(room.left + self._current * slot, room.top, max(slot, 3), room.height)
            painter.fillRect(band, theme.colour("selection"))
        paint_grid(painter, scale_of(usage), room, theme)
        bars = self.bars
        for bar in bars:
            for part in bar.parts:
                paint_part(
                    painter, QRectF(bar.left, part.top, bar.width, part.height), list(Series)[part.series], theme
                )
        paint_axes(painter, usage, room, theme)
        if not any(total_of(bucket) for bucket in usage.buckets):
            self._paint_nothing(painter, f"No calls in {SPAN_WORDS[usage.span]}.")
        elif self._current is not None:
            bar = bars[self._current]
            top = min((part.top for part in bar.parts), default=room.bottom)
            place = QPointF(bar.left + bar.width, min(top + 30, room.bottom))
            bounds = QRectF(self.rect()).adjusted(4, 4, -4, -4)
            paint_readout(
                painter, self._when(self._current), usage.buckets[self._current], bar=place, bounds=bounds, theme=theme
            )

    def _paint_nothing(self, painter: QPainter, text: str) -> None:
        font = self._theme.font()
        width = QFontMetricsF(font).horizontalAdvance(text) + 24
        plate = QRectF(0, 0, width, 30)
        plate.moveCenter(QRectF(self.rect()).center() - QPointF(0, 8))
        painter.fillRect(plate, self._theme.colour("surface"))
        painter.setFont(font)
        painter.setPen(self._theme.colour("text_dimmed"))
        painter.drawText(plate, int(Qt.AlignmentFlag.AlignCenter), text)

    def _number_after(self, key: Qt.Key) -> int | None:
        number = len(self._usage.buckets) if self._usage is not None else 0
        if not number:
            return None
        if key in _STEPS:
            here = number if self._current is None else self._current
            return min(number - 1, max(0, here + _STEPS[key]))
        return {Qt.Key.Key_Home: 0, Qt.Key.Key_End: number - 1}.get(key)

    def _bucket(self, number: int | None) -> UsageBucket | None:
        return self._usage.buckets[number] if self._usage is not None and number is not None else None

    def _when(self, number: int) -> str:
        usage = self._usage
        if usage is None:
            return ""
        is_last = number == len(usage.buckets) - 1
        return bucket_time(usage.buckets[number], usage.bucket_seconds, is_last=is_last)

    def _read_out(self) -> None:
        usage, number = self._usage, self._current
        if usage is not None and number is not None:
            is_last = number == len(usage.buckets) - 1
            text = bucket_spoken(usage.buckets[number], usage.bucket_seconds, is_last=is_last)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

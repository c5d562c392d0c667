"""What stands behind and beside the bars: the lines of the scale, its numbers, and the time under them."""

from datetime import timedelta

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from ss_admin.contract.usage import ApiKeyUsage
from ss_admin.desktop.key_page.chart.geometry import Room, ValueScale, value_scale
from ss_admin.desktop.key_page.chart.series import total_of
from ss_admin.desktop.key_page.chart.time_axis import time_ticks
from ss_admin.desktop.theme.theme import Theme

__all__ = ["paint_axes", "paint_grid", "room_of", "scale_of"]

_ABOVE = 12
_BELOW = 26
_BESIDE = 10
_LABEL_ROOM = 64


def scale_of(usage: ApiKeyUsage) -> ValueScale:
    """The scale that has room for the highest bar."""
    return value_scale(max((total_of(bucket) for bucket in usage.buckets), default=0))


def room_of(usage: ApiKeyUsage, whole: QRectF, theme: Theme) -> Room:
    """Where the bars stand in the widget: right of the widest number, above the time."""
    numbers = QFontMetricsF(theme.font(theme.tokens.caption))
    widest = numbers.horizontalAdvance(f"{scale_of(usage).top:,}")
    left = round(_BESIDE + widest + 8)
    return Room(
        left, _ABOVE, max(1, int(whole.width()) - left - _BESIDE), max(1, int(whole.height()) - _ABOVE - _BELOW)
    )


def paint_grid(painter: QPainter, scale: ValueScale, room: Room, theme: Theme) -> None:
    """A hairline at each number; the numbers are right-aligned at the left of it."""
    painter.setFont(theme.font(theme.tokens.caption))
    for value in scale.lines:
        y = round(room.bottom - room.height * value / scale.top)
        colour = "border_strong" if value == 0 else "border"
        painter.fillRect(QRectF(room.left, y, room.width, 1), theme.colour(colour))
        painter.setPen(theme.colour("text_dimmed"))
        place = QRectF(0, y - 9, room.left - 8, 18)
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{value:,}")


def paint_axes(painter: QPainter, usage: ApiKeyUsage, room: Room, theme: Theme) -> None:
    """The time under the bars: a mark and its words, kept inside the widget."""
    if not usage.buckets:
        return
    start = usage.buckets[0].start
    end = usage.buckets[-1].start + timedelta(seconds=usage.bucket_seconds)
    painter.setFont(theme.font(theme.tokens.caption))
    right = room.left + room.width + _BESIDE
    for tick in time_ticks(start, end, int(room.width / _LABEL_ROOM)):
        x = round(room.left + room.width * tick.place)
        painter.fillRect(QRectF(x, room.bottom, 1, 4), theme.colour("border_strong"))
        label = QRectF(x - _LABEL_ROOM / 2, room.bottom + 5, _LABEL_ROOM, 18)
        width = QFontMetricsF(painter.font()).horizontalAdvance(tick.label)
        over = x + width / 2 - right
        if over > 0:
            label.translate(-over, 0)
        painter.setPen(theme.colour("text_dimmed"))
        painter.drawText(label, int(Qt.AlignmentFlag.AlignCenter), tick.label)

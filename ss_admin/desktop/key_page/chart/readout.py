"""The values of one stretch of time, in a box beside its bar."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from ss_admin.contract.usage import UsageBucket
from ss_admin.desktop.key_page.chart.bucket_words import calls_words
from ss_admin.desktop.key_page.chart.series import SERIES_LOOKS, Series, counts_of, total_of
from ss_admin.desktop.key_page.chart.textures import paint_part
from ss_admin.desktop.theme.theme import Theme

__all__ = ["paint_readout"]

_PADDING = 10.0
_LINE = 18.0
_SWATCH = 10.0
_APART = 10.0


def paint_readout(
    painter: QPainter, when: str, bucket: UsageBucket, *, bar: QPointF, bounds: QRectF, theme: Theme
) -> QRectF:
    """Paints the box right of the bar at `bar`, left of it where there is no room; gives where it stands."""
    strong, plain = theme.font(theme.tokens.caption, QFont.Weight.DemiBold), theme.font(theme.tokens.caption)
    lines = [
        (series, f"{count:,} {SERIES_LOOKS[series].label}")
        for series, count in zip(Series, counts_of(bucket), strict=True)
        if count
    ]
    total = calls_words(total_of(bucket)).capitalize()
    box = _place(
        max(
            QFontMetricsF(strong).horizontalAdvance(when),
            QFontMetricsF(plain).horizontalAdvance(total),
            *(QFontMetricsF(plain).horizontalAdvance(text) + _SWATCH + 8 for _, text in lines),
        )
        + 2 * _PADDING,
        (len(lines) + 2) * _LINE + _PADDING,
        bar,
        bounds,
    )
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("border_strong"), 1))
    painter.setBrush(theme.colour("surface_raised"))
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), theme.tokens.radius, theme.tokens.radius)
    row = QRectF(box.left() + _PADDING, box.top() + _PADDING / 2, box.width() - 2 * _PADDING, _LINE)
    _write(painter, row, when, strong, theme)
    _write(painter, row.translated(0, _LINE), total, plain, theme)
    for place, (series, text) in enumerate(lines, start=2):
        line = row.translated(0, place * _LINE)
        swatch = QRectF(line.left(), line.center().y() - _SWATCH / 2, _SWATCH, _SWATCH)
        paint_part(painter, swatch, series, theme)
        _write(painter, line.adjusted(_SWATCH + 8, 0, 0, 0), text, plain, theme)
    painter.restore()
    return box


def _place(width: float, height: float, bar: QPointF, bounds: QRectF) -> QRectF:
    left = bar.x() + _APART
    if left + width > bounds.right():
        left = max(bounds.left(), bar.x() - _APART - width)
    top = min(max(bounds.top(), bar.y() - height / 2), max(bounds.top(), bounds.bottom() - height))
    return QRectF(left, top, width, height)


def _write(painter: QPainter, line: QRectF, text: str, font: QFont, theme: Theme) -> None:
    painter.setFont(font)
    painter.setPen(theme.colour("text"))
    painter.drawText(line, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text)

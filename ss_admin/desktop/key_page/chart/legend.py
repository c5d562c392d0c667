"""What the colours and textures of the chart mean, each with its number of calls."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.desktop.key_page.chart.series import SERIES_LOOKS, Series
from ss_admin.desktop.key_page.chart.textures import paint_part
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words

__all__ = ["Legend"]

_SWATCH = 12


class Legend(QWidget):
    """One entry for each kind of call. It is no control: the chart and the table say the same to a screen reader."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for series in Series:
            text = words(SERIES_LOOKS[series].label.capitalize(), "caption")
            text.setToolTip(SERIES_LOOKS[series].meaning)
            self._texts[series] = text
            row.addWidget(_Swatch(series, theme), 0, Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(text)
            row.addSpacing(12)
        row.addStretch(1)

    def show_totals(self, counts: Sequence[int] | None) -> None:
        """“1,204 admitted”; None: they are not known."""
        for place, series in enumerate(Series):
            label = SERIES_LOOKS[series].label
            self._texts[series].setText(label.capitalize() if counts is None else f"{counts[place]:,} {label}")


class _Swatch(QWidget):
    def __init__(self, series: Series, theme: Theme) -> None:
        super().__init__()
        self._series = series
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_SWATCH, _SWATCH)

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        paint_part(painter, QRectF(self.rect()), self._series, self._theme)
        painter.end()

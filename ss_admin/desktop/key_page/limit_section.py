"""“Rate limit”: what the key may, and how near calls came to it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKey
from ss_admin.contract.usage import ApiKeyUsage
from ss_admin.desktop.key_page.chart.bucket_words import SPAN_WORDS
from ss_admin.desktop.key_page.limit_words import Nearness, limit_words, nearness, peak_words
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import words, wrapped_label

__all__ = ["LimitMeter", "LimitSection"]

_HEIGHT = 10
_COLOURS = {
    Nearness.CALM: "chart_admitted",
    Nearness.NEAR: "chart_limited",
    Nearness.REACHED: "chart_refused",
}


class LimitMeter(QWidget):
    """A bar that is as full as the fullest window was. What it says stands in words below it."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._part = 0.0
        self._nearness = Nearness.CALM
        self.setObjectName("keyPage.meter")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @property
    def part(self) -> float:
        """How full it is, from 0 to 1."""
        return self._part

    def show_part(self, used: int, of: int) -> None:
        """`used` of `of`."""
        self._part = min(1.0, max(0.0, used / max(1, of)))
        self._nearness = nearness(used, of)
        self.setAccessibleName(f"{used:,} of {of:,}")
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        whole = QRectF(self.rect())
        painter.setBrush(self._theme.colour("neutral_bg"))
        painter.drawRoundedRect(whole, _HEIGHT / 2, _HEIGHT / 2)
        if self._part > 0:
            full = QRectF(whole.left(), whole.top(), max(_HEIGHT, whole.width() * self._part), whole.height())
            painter.setBrush(self._theme.colour(_COLOURS[self._nearness]))
            painter.drawRoundedRect(full, _HEIGHT / 2, _HEIGHT / 2)
        painter.end()


class LimitSection(Section):
    """The limit comes with the key, how near calls came to it with the calls."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Rate limit", theme=theme, name="keyPage.limit", skeleton=84, parent=parent)
        self._has_limit = False
        self.limit = words("")
        self.meter = LimitMeter(theme=theme)
        self.peak = wrapped_label("")
        self.limited = wrapped_label("", "caption")
        self.content.addWidget(self.limit)
        self.content.addSpacing(4)
        for part in (self.meter, self.peak, self.limited):
            self.content.addWidget(part)

    def show_key(self, api_key: ApiKey) -> None:
        """What the key may."""
        self._has_limit = api_key.rate_limit is not None
        self.limit.setText(limit_words(api_key.rate_limit))

    def show_usage(self, usage: ApiKeyUsage) -> None:
        """How near calls came to it, and how many were too many."""
        span = SPAN_WORDS[usage.span]
        self.meter.setVisible(usage.peak is not None)
        if usage.peak is not None:
            self.meter.show_part(usage.peak.used, usage.peak.max_requests)
        self.peak.setText(peak_words(usage.peak, span))
        self.peak.setVisible(usage.peak is not None or self._has_limit)
        limited = sum(bucket.limited for bucket in usage.buckets)
        calls = "1 call was" if limited == 1 else f"{limited:,} calls were" if limited else "No call was"
        self.limited.setText(f"{calls} refused over it in {span}.")
        self.limited.setVisible(usage.peak is not None or limited > 0)
        self.show_content()

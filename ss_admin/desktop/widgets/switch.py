"""A switch: on or off, with its words beside it; for what takes effect as such, where a check box would be a tick."""

from PySide6.QtCore import QEasingCurve, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["Switch"]

_TRACK = QSize(34, 20)
_GAP = 10
_AIR = 3


class Switch(QAbstractButton):
    """A check box in the shape of a switch. Space toggles it; the words belong to what can be clicked."""

    def __init__(self, text: str, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._slide = QVariantAnimation(self, duration=120, startValue=0.0, endValue=1.0)
        self._slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._slide.valueChanged.connect(self.update)
        self.toggled.connect(self._move_knob)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = _GAP + metrics.horizontalAdvance(self.text()) if self.text() else 0
        return QSize(_TRACK.width() + words + 1, max(_TRACK.height(), metrics.height()) + 2 * _AIR)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(0, (self.height() - _TRACK.height()) / 2, _TRACK.width(), _TRACK.height())
        self._paint_track(painter, track)
        painter.setPen(self._theme.colour("text" if self.isEnabled() else "text_disabled"))
        words = self.rect().adjusted(int(track.right()) + _GAP, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.text())
        painter.end()

    def _paint_track(self, painter: QPainter, track: QRectF) -> None:
        ground, outline, knob = self._colours()
        width = 2 if self.hasFocus() else 1
        painter.setPen(QPen(outline, width))
        painter.setBrush(ground)
        inset = width / 2
        radius = track.height() / 2 - inset
        painter.drawRoundedRect(track.adjusted(inset, inset, -inset, -inset), radius, radius)
        diameter = track.height() - 6
        way = track.width() - diameter - 6
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(knob)
        painter.drawEllipse(QRectF(track.left() + 3 + way * self._position(), track.top() + 3, diameter, diameter))

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        colour = self._theme.colour
        if not self.isEnabled():
            return colour("surface_sunken"), colour("border_strong"), colour("border_strong")
        if self.isChecked():
            return colour("accent"), colour("text" if self.hasFocus() else "accent"), colour("knob")
        return colour("surface_hover"), colour("focus" if self.hasFocus() else "border_strong"), colour("text_dimmed")

    def _position(self) -> float:
        """Where the knob is, from 0.0 (off) to 1.0 (on)."""
        if self._slide.state() == QVariantAnimation.State.Running:
            return float(self._slide.currentValue())
        return 1.0 if self.isChecked() else 0.0

    def _move_knob(self, checked: bool) -> None:
        if not self.isVisible():
            self.update()
            return
        forward = QVariantAnimation.Direction.Forward
        self._slide.setDirection(forward if checked else QVariantAnimation.Direction.Backward)
        self._slide.start()

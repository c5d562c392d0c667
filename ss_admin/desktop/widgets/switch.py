"""A switch: on or off, with its words beside it; for what takes effect as such, where a check box would be a tick."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from superqt.switch import QStyleOptionToggleSwitch, QToggleSwitch
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["Switch"]

_GAP = 8
"""Pixels between the track and the words, besides superqt's own two."""


class Switch(QToggleSwitch):
    """superqt's switch in the theme's colours, with a focus ring. Space toggles it; its words can be clicked too."""

    def __init__(self, text: str, *, theme: Theme, parent: QWidget | None = None) -> None:
        self._theme = theme
        super().__init__(text, parent)
        self.switchWidth = 34
        self.switchHeight = 20
        self.handleSize = 14
        self._by_hand = False
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def initStyleOption(self, option: QStyleOptionToggleSwitch) -> None:
        super().initStyleOption(option)
        option.margin = 0  # the track begins where the fields above and below it begin

    @override
    def drawGroove(self, painter: QPainter, rect: QRectF, option: QStyleOptionToggleSwitch) -> None:
        ground, outline, _ = self._colours()
        width = 2 if self.hasFocus() else 1
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(outline, width))
        painter.setBrush(ground)
        inset = width / 2
        radius = rect.height() / 2 - inset
        painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)

    @override
    def drawHandle(self, painter: QPainter, rect: QRectF, option: QStyleOptionToggleSwitch) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colours()[2])
        painter.drawEllipse(rect)

    @override
    def drawText(self, painter: QPainter, rect: QRectF, option: QStyleOptionToggleSwitch) -> None:
        painter.setPen(self._theme.colour("text" if self.isEnabled() else "text_disabled"))
        painter.drawText(rect.translated(_GAP, 0), int(option.text_alignment), option.text)

    @override
    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(_GAP, 4)

    @override
    def nextCheckState(self) -> None:
        self._by_hand = True
        super().nextCheckState()
        self._by_hand = False

    @override
    def checkStateSet(self) -> None:
        """What the program sets stands there at once: the knob slides under a hand alone."""
        slide = self.animationDuration()
        self.setAnimationDuration(slide if self._by_hand else 0)
        super().checkStateSet()
        self.setAnimationDuration(slide)

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Those of the track, its outline and the knob."""
        colour = self._theme.colour
        if not self.isEnabled():
            return colour("surface_sunken"), colour("border_strong"), colour("border_strong")
        if self.isChecked():
            return colour("accent"), colour("text" if self.hasFocus() else "accent"), colour("knob")
        return colour("surface_hover"), colour("focus" if self.hasFocus() else "border_strong"), colour("text_dimmed")

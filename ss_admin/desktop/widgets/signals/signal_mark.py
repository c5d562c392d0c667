"""The mark of a key's open signals in a row of a list: the gravest one's icon on a tint, and how many there are."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPixmap

from ss_admin.contract.signals import SignalBadge
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, gravest

__all__ = ["MARK_HEIGHT", "SignalMark"]

MARK_HEIGHT = 18
_ICON = 13
_PADDING = 5
_GAP = 3


class SignalMark:
    """Paints the marks of one list; what is the same for all of them is worked out once."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._font = theme.font(theme.tokens.caption - 1, QFont.Weight.DemiBold)
        self._metrics = QFontMetrics(self._font)
        self._icons: dict[tuple[str, str, float], QPixmap] = {}

    def width(self, badges: Sequence[SignalBadge]) -> int:
        """The room that the mark needs; 0 where there is nothing to mark."""
        if not badges:
            return 0
        number = self._metrics.horizontalAdvance(str(len(badges))) + _GAP if len(badges) > 1 else 0
        return _ICON + 2 * _PADDING + number

    def paint(self, painter: QPainter, left: int, line: QRect, badges: Sequence[SignalBadge]) -> None:
        """Paints the mark from `left` on, in the middle of `line`. The number stands there from two signals on."""
        severity = gravest(badges)
        if severity is None:
            return
        look = SEVERITY_WORDS[severity]
        ink = self._theme.colour(f"{look.badge}_fg")
        top = line.top() + (line.height() - MARK_HEIGHT) // 2
        pill = QRect(left, top, self.width(badges), MARK_HEIGHT)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(f"{look.badge}_bg"))
        painter.drawRoundedRect(QRectF(pill), MARK_HEIGHT / 2, MARK_HEIGHT / 2)
        place = QRect(pill.left() + _PADDING, top + (MARK_HEIGHT - _ICON + 1) // 2, _ICON, _ICON)
        painter.drawPixmap(place, self._icon(look.icon, ink.name(), painter.device().devicePixelRatioF()))
        if len(badges) > 1:
            painter.setFont(self._font)
            painter.setPen(ink)
            number = pill.adjusted(_PADDING + _ICON + _GAP, 0, 0, 0)
            painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), str(len(badges)))
        painter.restore()

    def _icon(self, name: str, colour: str, scale: float) -> QPixmap:
        drawn = self._icons.get((name, colour, scale))
        if drawn is None:
            drawn = self._theme.glyph(name, colour).pixmap(QSize(_ICON, _ICON), scale)
            self._icons[name, colour, scale] = drawn
        return drawn

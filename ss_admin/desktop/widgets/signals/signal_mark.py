"""The mark of a key's open signals in a row of a list: the gravest one's icon on a tint, and how many there are."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from ss_admin.contract.signals import SignalBadge
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, gravest

__all__ = ["MARK_HEIGHT", "mark_width", "paint_mark"]

MARK_HEIGHT = 18
_ICON = 13
_PADDING = 5
_GAP = 3


def mark_width(badges: Sequence[SignalBadge], theme: Theme) -> int:
    """The room that the mark needs; 0 where there is nothing to mark."""
    if not badges:
        return 0
    number = QFontMetrics(_font(theme)).horizontalAdvance(str(len(badges))) + _GAP if len(badges) > 1 else 0
    return _ICON + 2 * _PADDING + number


def paint_mark(painter: QPainter, left: int, line: QRect, badges: Sequence[SignalBadge], theme: Theme) -> None:
    """Paints the mark from `left` on, in the middle of `line`. The number stands there from two signals on."""
    severity = gravest(badges)
    if severity is None:
        return
    look = SEVERITY_WORDS[severity]
    top = line.top() + (line.height() - MARK_HEIGHT) // 2
    pill = QRect(left, top, mark_width(badges, theme), MARK_HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(f"{look.badge}_bg"))
    painter.drawRoundedRect(QRectF(pill), MARK_HEIGHT / 2, MARK_HEIGHT / 2)
    place = QRect(pill.left() + _PADDING, top + (MARK_HEIGHT - _ICON + 1) // 2, _ICON, _ICON)
    theme.icon(look.icon, f"{look.badge}_fg").paint(painter, place)
    if len(badges) > 1:
        painter.setFont(_font(theme))
        painter.setPen(theme.colour(f"{look.badge}_fg"))
        number = pill.adjusted(_PADDING + _ICON + _GAP, 0, 0, 0)
        painter.drawText(number, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), str(len(badges)))
    painter.restore()


def _font(theme: Theme) -> QFont:
    return theme.font(theme.tokens.caption - 1, QFont.Weight.DemiBold)

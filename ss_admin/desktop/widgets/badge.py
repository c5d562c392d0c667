"""Badges: a state as a word on a tinted pill, painted by delegates."""

from typing import Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter

from ss_admin.desktop.theme.theme import Theme

__all__ = ["BadgeKind", "badge_size", "paint_badge"]

BadgeKind = Literal["success", "warning", "danger", "neutral", "info", "accent"]

_HEIGHT = 22
_PADDING = 8
_ICON = 14
_GAP = 5


def badge_size(text: str, theme: Theme, *, icon: str | None = None) -> QSize:
    """The room that a badge needs."""
    width = QFontMetrics(_font(theme)).horizontalAdvance(text) + 2 * _PADDING + 1
    return QSize(width + (_ICON + _GAP if icon else 0), _HEIGHT)


def paint_badge(
    painter: QPainter,
    rect: QRect,
    text: str,
    kind: BadgeKind,
    theme: Theme,
    *,
    icon: str | None = None,
) -> None:
    """Paints a badge at the left of `rect`, centred in its height; the word is elided where there is no room."""
    wanted = badge_size(text, theme, icon=icon)
    top = rect.top() + (rect.height() - _HEIGHT) // 2
    pill = QRect(rect.left(), top, min(wanted.width(), rect.width()), _HEIGHT)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour(f"{kind}_bg"))
    painter.drawRoundedRect(QRectF(pill), _HEIGHT / 2, _HEIGHT / 2)
    word = pill.adjusted(_PADDING, 0, -_PADDING, 0)
    if icon:
        place = QRect(word.left(), pill.top() + (_HEIGHT - _ICON) // 2, _ICON, _ICON)
        theme.icon(icon, f"{kind}_fg").paint(painter, place)
        word.setLeft(word.left() + _ICON + _GAP)
    painter.setFont(_font(theme))
    painter.setPen(theme.colour(f"{kind}_fg"))
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, word.width() + 1)
    painter.drawText(word, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip), shown)
    painter.restore()


def _font(theme: Theme) -> QFont:
    return theme.font(theme.tokens.caption, QFont.Weight.Medium)

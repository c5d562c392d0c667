"""A node as a card: its icon, its name, what it does, the branches of a switch, and what became of it in a run."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget
from typing_extensions import override

from ss_admin.desktop.rule_chains.picture.graph import ChainNode
from ss_admin.desktop.rule_chains.picture.layout import Box
from ss_admin.desktop.rule_chains.picture.node_words import icon_of
from ss_admin.desktop.rule_chains.picture.run_marks import NodeMark, NodeState
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import BadgeKind

__all__ = ["NodeCard", "card_size", "port_drop"]

_HEAD = 58.0
_BRANCH = 26.0
_PAD = 11.0
_ICON_BOX = 30.0
_ICON = 18
_TEXT_LEFT = _PAD + _ICON_BOX + 9
_LEAST_WIDTH, _MOST_WIDTH = 132.0, 268.0
_RADIUS = 8.0
_ROOM_AROUND = 18.0
_TAG_HEIGHT = 20.0
_TAG_RISE = 14.0
_READABLE = 0.34

_TAGS: dict[NodeState, tuple[str, BadgeKind]] = {
    NodeState.RAN: ("ph.check", "success"),
    NodeState.FAILED: ("ph.x-circle", "danger"),
    NodeState.NOT_REACHED: ("ph.minus", "neutral"),
}


def card_size(node: ChainNode, theme: Theme) -> Box:
    """The room that a node's card takes: as wide as its words, within bounds."""
    wanted = max(
        _TEXT_LEFT + QFontMetricsF(_name_font(theme)).horizontalAdvance(node.name),
        _TEXT_LEFT + QFontMetricsF(_does_font(theme)).horizontalAdvance(node.does),
        *(2 * _PAD + _advance(theme, branch) for branch in node.branches),
        0.0,
    )
    width = min(_MOST_WIDTH, max(_LEAST_WIDTH, wanted + _PAD + 2))
    return Box(round(width), _HEAD + _BRANCH * len(node.branches))


def port_drop(node: ChainNode, branch: int | None) -> float:
    """How far below the card's middle a connection leaves it: beside its branch, else at the head of a switch."""
    if not node.branches:
        return 0.0
    height = _HEAD + _BRANCH * len(node.branches)
    at = _HEAD / 2 if branch is None else _HEAD + _BRANCH * (branch + 0.5)
    return at - height / 2


class NodeCard(QGraphicsItem):
    """Painted, never asked: the picture handles mouse and keyboard, the card only shows."""

    def __init__(self, node: ChainNode, size: Box, theme: Theme) -> None:
        super().__init__()
        self.node = node
        self.size = size
        self._theme = theme
        self._mark: NodeMark | None = None
        self.is_chosen = False
        self.has_ring = False
        self.is_hovered = False
        self.setZValue(1)

    @property
    def mark(self) -> NodeMark | None:
        """What became of the node in the run that is shown; None where no run is."""
        return self._mark

    def show_mark(self, mark: NodeMark | None) -> None:
        """Shows what became of the node; None: no run is shown."""
        self._mark = mark
        self.update()

    def show_as(self, *, chosen: bool, ring: bool, hovered: bool) -> None:
        """Shows whether the card is chosen, has the keyboard, and is under the mouse."""
        if (chosen, ring, hovered) != (self.is_chosen, self.has_ring, self.is_hovered):
            self.is_chosen, self.has_ring, self.is_hovered = chosen, ring, hovered
            self.update()

    def card_rect(self) -> QRectF:
        """The card itself, in the picture's coordinates."""
        return QRectF(self.pos(), self._rect().size())

    def tooltip(self) -> str:
        """All that the card may have had to cut short."""
        lines = [self.node.name, self.node.does, *(f"→ {branch}" for branch in self.node.branches)]
        return "\n".join([*lines, self._mark.words] if self._mark else lines)

    @override
    def boundingRect(self) -> QRectF:
        return self._rect().adjusted(-_ROOM_AROUND, -_ROOM_AROUND, _ROOM_AROUND, _ROOM_AROUND)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, _widget: QWidget | None = None, /) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        detail = QStyleOptionGraphicsItem.levelOfDetailFromTransform(painter.worldTransform())
        self._paint_ground(painter)
        self._paint_icon(painter, enlarged=detail < _READABLE)
        if detail >= _READABLE:
            self._paint_words(painter)
            self._paint_branches(painter)
            self._paint_tag(painter)

    def _rect(self) -> QRectF:
        return QRectF(0, 0, self.size.width, self.size.height)

    @property
    def _is_dimmed(self) -> bool:
        return self._mark is not None and self._mark.state is NodeState.NOT_REACHED

    @property
    def _has_failed(self) -> bool:
        return self._mark is not None and self._mark.state is NodeState.FAILED

    def _paint_ground(self, painter: QPainter) -> None:
        colour = self._theme.colour
        if self.has_ring:
            painter.setPen(QPen(colour("focus"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self._rect().adjusted(-4, -4, 4, 4), _RADIUS + 4, _RADIUS + 4)
        outline = QPen(colour("border_strong" if self.is_hovered else "border"), 1)
        if self._is_dimmed:
            outline = QPen(colour("border_strong"), 1, Qt.PenStyle.DashLine)
        if self._has_failed:
            outline = QPen(colour("danger_fg"), 2)
        if self.is_chosen:
            outline = QPen(colour("danger_fg" if self._has_failed else "accent_fg"), 2)
        painter.setPen(outline)
        painter.setBrush(colour("surface_sunken" if self._is_dimmed else "surface_raised"))
        painter.drawRoundedRect(self._rect(), _RADIUS, _RADIUS)
        if self.is_chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("selection"))
            painter.drawRoundedRect(self._rect().adjusted(1, 1, -1, -1), _RADIUS - 1, _RADIUS - 1)

    def _paint_icon(self, painter: QPainter, *, enlarged: bool) -> None:
        kind = self._icon_tint()
        box = QRectF(_PAD, (_HEAD - _ICON_BOX) / 2, _ICON_BOX, _ICON_BOX)
        size = _ICON
        if enlarged:
            box, size = QRectF(self._rect().center() - QPointF(20, 20), self._rect().center() + QPointF(20, 20)), 32
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour(f"{kind}_bg"))
        painter.drawRoundedRect(box, 6, 6)
        left, top = box.center().x() - size / 2, box.center().y() - size / 2
        icon = self._theme.icon(icon_of(self.node.kind), f"{kind}_fg")
        icon.paint(painter, QRect(round(left), round(top), size, size))

    def _icon_tint(self) -> BadgeKind:
        if self._has_failed:
            return "danger"
        if self._is_dimmed:
            return "neutral"
        return _TINTS.get(self.node.kind, "warning")

    def _ink(self, role: str) -> QColor:
        """The colour of words: dimmed where the run did not come, as far as the ground lets them be read."""
        if not self._is_dimmed:
            return self._theme.colour(role)
        return self._theme.colour("text_dimmed" if self.is_chosen else "text_disabled")

    def _paint_words(self, painter: QPainter) -> None:
        width = self.size.width - _TEXT_LEFT - _PAD
        lines = (
            (self.node.name, _name_font(self._theme), "text", 10.0),
            (self.node.does, _does_font(self._theme), "text_dimmed", 29.0),
        )
        for text, font, role, top in lines:
            painter.setFont(font)
            painter.setPen(self._ink(role))
            shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width + 1)
            painter.drawText(QRectF(_TEXT_LEFT, top, width + 2, 19), int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _paint_branches(self, painter: QPainter) -> None:
        font = _branch_font(self._theme)
        for number, branch in enumerate(self.node.branches):
            top = _HEAD + number * _BRANCH
            painter.setPen(QPen(self._theme.colour("border"), 1))
            painter.drawLine(QPointF(1, top), QPointF(self.size.width - 1, top))
            room = QRectF(_PAD, top, self.size.width - 2 * _PAD, _BRANCH)
            painter.setFont(font)
            painter.setPen(self._ink("text"))
            shown = QFontMetricsF(font).elidedText(branch, Qt.TextElideMode.ElideRight, room.width() + 1)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)

    def _paint_tag(self, painter: QPainter) -> None:
        """The state of the node on its upper edge: icon, place in the run, word and duration."""
        if self._mark is None:
            return
        icon, kind = _TAGS[self._mark.state]
        font = self._theme.font(11, QFont.Weight.DemiBold)
        width = min(QFontMetricsF(font).horizontalAdvance(self._mark.words) + 34, self.size.width)
        tag = QRectF(_PAD, -_TAG_RISE, width, _TAG_HEIGHT)
        painter.setPen(QPen(self._theme.colour(f"{kind}_fg"), 1))
        painter.setBrush(self._theme.colour(f"{kind}_bg"))
        painter.drawRoundedRect(tag, _TAG_HEIGHT / 2, _TAG_HEIGHT / 2)
        self._theme.icon(icon, f"{kind}_fg").paint(painter, QRect(round(tag.left()) + 7, round(tag.top()) + 4, 12, 12))
        painter.setFont(font)
        painter.drawText(tag.adjusted(23, 0, -4, 0), int(Qt.AlignmentFlag.AlignVCenter), self._mark.words)


_TINTS: dict[str, BadgeKind] = {
    "inputNode": "accent",
    "outputNode": "accent",
    "decisionTableNode": "info",
    "expressionNode": "info",
    "switchNode": "info",
    "saveRecord": "success",
    "callWebhook": "success",
}


def _name_font(theme: Theme) -> QFont:
    return theme.font(theme.tokens.body, QFont.Weight.DemiBold)


def _does_font(theme: Theme) -> QFont:
    return theme.font(theme.tokens.caption)


def _branch_font(theme: Theme) -> QFont:
    return theme.mono_font(11)


def _advance(theme: Theme, text: str) -> float:
    return QFontMetricsF(_branch_font(theme)).horizontalAdvance(text)

"""What “Needs attention” unfolds to: the signals by kind, the gravest first, in a part of the page that scrolls."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from ss_admin.contract.signals import SignalCounts, SignalKind
from ss_admin.desktop.api_keys.attention.kind_group import KindGroup
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.scroll_column import ScrollColumn
from ss_admin.desktop.widgets.signals.signal_words import SIGNAL_WORDS

__all__ = ["AttentionPanel"]

_PART_OF_PAGE = 0.5
_LEAST_HEIGHT = 90
_OPEN_AT_ONCE = 5
_SIDE = 16


class AttentionPanel(ScrollColumn):
    """As high as its content, but never more than half the page, and less where the list would have no room.

    `group_added` carries a new `KindGroup`; `left`: Escape was pressed.
    """

    group_added = Signal(object)
    left = Signal()

    _page: QWidget | None = None  # Qt asks the event filter before and after it is known

    def __init__(self, page: QWidget, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = page
        self._theme = theme
        self._wanted = 0
        self._groups: dict[SignalKind, KindGroup] = {}
        self.column.setContentsMargins(_SIDE, 10, _SIDE, 14)
        self.column.setSpacing(theme.tokens.s)
        self.keep_bar_in_margin(_SIDE)
        self.column.addStretch(1)
        page.installEventFilter(self)

    @property
    def groups(self) -> tuple[KindGroup, ...]:
        """The kinds that have keys, the gravest first."""
        return tuple(self._groups.values())

    def show_counts(self, counts: SignalCounts) -> None:
        """One group for each kind. At first the gravest are open, as far as that is no wall of cards."""
        for gone in [kind for kind in self._groups if kind not in counts.by_kind]:
            group = self._groups.pop(gone)
            self.column.removeWidget(group)
            group.hide()
            group.deleteLater()
        is_first = not self._groups
        added = [kind for kind in SIGNAL_WORDS if kind in counts.by_kind and kind not in self._groups]
        for kind in added:
            self._groups[kind] = KindGroup(kind, theme=self._theme)
        self._groups = {kind: self._groups[kind] for kind in SIGNAL_WORDS if kind in self._groups}
        for place, (kind, group) in enumerate(self._groups.items()):
            group.show_count(counts.by_kind[kind])
            if self.column.indexOf(group) != place:
                self.column.removeWidget(group)
                self.column.insertWidget(place, group)
        if is_first:
            self._open_gravest(counts)
        for kind in added:
            self.group_added.emit(self._groups[kind])

    def _open_gravest(self, counts: SignalCounts) -> None:
        room = _OPEN_AT_ONCE
        for place, (kind, group) in enumerate(self._groups.items()):
            room -= counts.by_kind[kind]
            if place and room < 0:
                return
            group.set_open(True)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kept = super().eventFilter(watched, event)
        if self._page is None:
            return kept
        resized = watched is self._page and event.type() == QEvent.Type.Resize
        if resized or (watched is self.content and event.type() == QEvent.Type.LayoutRequest):
            self._fit()
        return kept

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def bring_into_view(self, part: QWidget) -> None:
        """Scrolls so that `part` can be seen."""
        self.ensureWidgetVisible(part, 0, self._theme.tokens.s)

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self._wanted)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(_LEAST_HEIGHT, self._wanted))

    def _fit(self) -> None:
        page = self._page
        most = max(_LEAST_HEIGHT, int(page.height() * _PART_OF_PAGE)) if page else _LEAST_HEIGHT
        wanted = min(self.height_wanted(self.width()), most)
        if wanted != self._wanted:
            self._wanted = wanted
            self.setMaximumHeight(wanted)
            self.updateGeometry()

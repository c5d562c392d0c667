"""The product's tabs: words over a line, each in the room that its words take when they are bold."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QTabBar, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["TabBar"]

_AROUND = 22
"""Pixels beside the words: the padding and the margin that the style sheet gives a tab."""


class TabBar(QTabBar):
    """Nothing moves aside when another tab is chosen, and no tab is ever cut or scrolled away."""

    def __init__(self, *, theme: Theme, name: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bold = QFontMetrics(theme.font(theme.tokens.body, QFont.Weight.DemiBold))
        self.setObjectName(name)
        self.setAccessibleName(label)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)

    @override
    def tabSizeHint(self, index: int) -> QSize:
        return QSize(self._bold.horizontalAdvance(self.tabText(index)) + _AROUND, super().tabSizeHint(index).height())

    @override
    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

"""A button that opens a menu below itself."""

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QPushButton, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.menu import Menu

__all__ = ["MenuButton"]


class MenuButton(QPushButton):
    """Add the actions to `menu`. Enter, Space and Alt+Down open it."""

    def __init__(self, text: str, *, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(name)
        self.setAccessibleName(text)
        self.setProperty("kind", "standard")
        self.setIcon(theme.icon("ph.caret-down"))
        self.setIconSize(QSize(18, 12))
        self.setAutoDefault(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the caret stands behind the words
        self.menu_below = Menu(self, name=f"{name}.menu")
        self.menu_below.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.menu_below.setAccessibleName(text)
        self.clicked.connect(self.open_menu)

    def open_menu(self) -> None:
        """Opens the menu, its first action ready for Enter."""
        self.menu_below.popup(self.mapToGlobal(QPoint(0, self.height() + 4)))
        if actions := self.menu_below.actions():
            self.menu_below.setActiveAction(actions[0])

"""Buttons: with words in one of five kinds, or an icon alone whose words are tooltip and accessible name."""

from typing import Literal

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["ButtonKind", "IconButton", "button", "set_kind", "show_action"]

ButtonKind = Literal["standard", "primary", "danger", "quiet", "plain"]

_ICON_ROLES = {"primary": "on_accent", "danger": "on_danger", "plain": "accent_fg"}


def button(
    text: str,
    kind: ButtonKind = "standard",
    *,
    name: str,
    theme: Theme | None = None,
    icon: str | None = None,
    parent: QWidget | None = None,
) -> QPushButton:
    """A button with words, and an icon in front of them if `theme` and `icon` are given; `name` is its objectName."""
    made = QPushButton(text, parent)
    made.setObjectName(name)
    made.setAccessibleName(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(True)  # Enter presses it while it has the focus, as Space does
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    if theme is not None and icon is not None:
        made.setIcon(theme.icon(icon, _ICON_ROLES.get(kind, "text")))
        made.setIconSize(QSize(20, 16))  # wider than the icon is drawn: air between it and the words
    return made


def show_action(made: QPushButton, text: str) -> None:
    """Gives a button other words; without words it is not there, for the keyboard and screen readers either."""
    made.setText(text)
    made.setAccessibleName(text)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus if text else Qt.FocusPolicy.NoFocus)
    made.setVisible(bool(text))


def set_kind(widget: QWidget, kind: str) -> None:
    """Changes the kind of a widget that is already dressed."""
    widget.setProperty("kind", kind)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


class IconButton(QToolButton):
    """A button with an icon alone. `words` are its tooltip and its accessible name."""

    def __init__(
        self,
        icon: str,
        words: str,
        *,
        name: str,
        theme: Theme,
        role: str = "text_dimmed",
        outlined: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._role = role
        self.setObjectName(name)
        if outlined:
            self.setProperty("kind", "outlined")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoRaise(True)
        self.setIconSize(QSize(20, 20) if outlined else QSize(18, 18))
        self.show_as(icon, words)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses it as Space does; one that is held down from before does not."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def show_as(self, icon: str, words: str) -> None:
        """Shows another icon with other words, such as a tick after copying."""
        self.setIcon(self._theme.icon(icon, self._role))
        self.setToolTip(words)
        self.setAccessibleName(words)

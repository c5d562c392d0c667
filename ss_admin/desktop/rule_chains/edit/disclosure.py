"""A heading that unfolds what stands under it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button

__all__ = ["Disclosure"]


class Disclosure(QWidget):
    """Put the content into `inside`. Folded up at first; Space and Enter on the heading fold and unfold."""

    def __init__(self, title: str, *, name: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.heading = button(title, "plain", name=name, theme=theme, icon="ph.caret-right")
        self.heading.setCheckable(True)
        self._content = QWidget()
        self._content.hide()
        self.inside = QVBoxLayout(self._content)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(theme.tokens.s)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.tokens.s)
        layout.addWidget(self.heading, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._content)
        self.heading.toggled.connect(self._fold)

    @property
    def is_open(self) -> bool:
        """Whether the content shows."""
        return self.heading.isChecked()

    def _fold(self, unfolded: bool) -> None:
        self._content.setVisible(unfolded)
        self.heading.setIcon(self._theme.icon("ph.caret-down" if unfolded else "ph.caret-right", "accent_fg"))
        self.heading.setAccessibleDescription("Unfolded" if unfolded else "")

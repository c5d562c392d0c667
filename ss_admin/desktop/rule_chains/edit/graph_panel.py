"""The picture of the chain beside its JSON: it follows what is typed, and says when it cannot."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ss_admin.desktop.rule_chains.edit.chain_draft import JsonObject
from ss_admin.desktop.rule_chains.picture.chain_picture import ChainPicture
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.notice import Notice

__all__ = ["GraphPanel"]

_BROKEN = "The definition cannot be read at the moment. This is how it was when it last could."


class GraphPanel(QWidget):
    """`node_chosen` carries the id of the node that was chosen in the picture."""

    node_chosen = Signal(str)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = ChainPicture(theme=theme, name="ruleChainEditor.picture")
        self.notice = Notice("warning", _BROKEN, theme=theme)
        self.notice.setObjectName("ruleChainEditor.pictureNotice")
        self.notice.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.tokens.s)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self.notice)
        self.picture.node_chosen.connect(self.node_chosen)

    def show_definition(self, definition: JsonObject | None) -> None:
        """Draws the definition; None leaves the last one standing and says so."""
        self.notice.setVisible(definition is None)
        if definition is not None:
            self.picture.show_definition(definition)

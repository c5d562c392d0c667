"""The small buttons over the picture: zoom out, zoom in, show the whole."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import IconButton

__all__ = ["ZoomBar"]


class ZoomBar(QFrame):
    """Asks for a closer or a wider view; it knows nothing of the picture."""

    closer = Signal()
    wider = Signal()
    whole = Signal()

    def __init__(self, *, theme: Theme, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "zoomBar")
        self._wider = IconButton("ph.minus", "Zoom out (-)", name=f"{name}.zoomOut", theme=theme)
        self._closer = IconButton("ph.plus", "Zoom in (+)", name=f"{name}.zoomIn", theme=theme)
        self._whole = IconButton("ph.corners-out", "Show the whole (0)", name=f"{name}.fit", theme=theme)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(0)
        for part in (self._wider, self._closer, self._whole):
            part.setIconSize(QSize(14, 14))
            layout.addWidget(part)
        self._wider.clicked.connect(self.wider)
        self._closer.clicked.connect(self.closer)
        self._whole.clicked.connect(self.whole)

    def allow(self, *, wider: bool, closer: bool) -> None:
        """Switches off what has come to its end."""
        self._wider.setEnabled(wider)
        self._closer.setEnabled(closer)

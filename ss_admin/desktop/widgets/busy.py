"""Signs of work under way that takes longer than 300 ms."""

from PySide6.QtCore import QRectF, Qt, QTimer, QVariantAnimation
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme

__all__ = ["PATIENCE_MS", "ProgressStripe"]

PATIENCE_MS = 300
"""What takes longer than this shows progress."""
_HEIGHT = 3


class ProgressStripe(QWidget):
    """A thin stripe that runs while work is under way; its room is kept free, so nothing jumps."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(self._run)
        self._motion = QVariantAnimation(self, duration=1400, startValue=0.0, endValue=1.0)
        self._motion.setLoopCount(-1)
        self._motion.valueChanged.connect(self.update)

    @property
    def is_running(self) -> bool:
        """Whether the stripe shows."""
        return self._motion.state() == QVariantAnimation.State.Running

    def start(self) -> None:
        """Work has begun; the stripe shows if it is not done within 300 ms."""
        if not self.is_running and not self._patience.isActive():
            self._patience.start()

    def stop(self) -> None:
        """Work is done."""
        self._patience.stop()
        self._motion.stop()
        self.setAccessibleName("")
        self.update()

    @override
    def paintEvent(self, _event: object) -> None:
        if not self.is_running:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("accent_fg"))
        length = self.width() * 0.28
        start = -length + (self.width() + length) * float(self._motion.currentValue())
        painter.drawRoundedRect(QRectF(start, 0, length, _HEIGHT), 1.5, 1.5)
        painter.end()

    def _run(self) -> None:
        self.setAccessibleName("Loading")
        self._motion.start()

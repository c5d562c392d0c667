"""Toasts: short messages of success that come, are read aloud, and go by themselves."""

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel

__all__ = ["ToastArea"]

_SHOWN_MS = 4500
_FADE_MS = 140
_MARGIN = 24
_MAX_WIDTH = 460


class ToastArea(QObject):
    """Shows toasts at the foot of `window`, one at a time; a newer one takes the place of the older."""

    def __init__(self, window: QWidget, *, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._frame = QFrame(window)
        self._frame.setObjectName("toast")
        self._frame.setProperty("role", "toast")
        self._frame.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = wrapped_label("")
        layout = self._layout = QHBoxLayout(self._frame)
        layout.setContentsMargins(14, 10, 16, 10)
        layout.setSpacing(10)
        layout.addWidget(IconLabel("ph.check-circle", "tooltip_fg", theme=theme))
        layout.addWidget(self._text, 1)
        self._effect = QGraphicsOpacityEffect(self._frame, opacity=0.0)
        self._frame.setGraphicsEffect(self._effect)
        self._fade = QPropertyAnimation(self._effect, b"opacity", self)
        self._fade.setDuration(_FADE_MS)
        self._fade.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._fade.finished.connect(self._settle)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self._leave)
        self._frame.hide()
        window.installEventFilter(self)

    @property
    def text(self) -> str:
        """The message on the screen; empty when there is none."""
        return self._text.text() if self._frame.isVisibleTo(self._window) else ""

    def say(self, text: str) -> None:
        """Shows `text` for a few seconds, without taking the focus, and has screen readers speak it."""
        self._text.setText(text)
        self._frame.setAccessibleName(text)
        self._place()
        self._frame.show()
        self._frame.raise_()
        self._fade_to(1.0)
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._frame, text))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._frame.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        metrics = self._text.fontMetrics()
        room = min(_MAX_WIDTH, self._window.width() - 2 * _MARGIN)
        width = min(room, metrics.horizontalAdvance(self._text.text()) + 64)
        height = self._layout.totalHeightForWidth(width)
        self._frame.setGeometry(
            (self._window.width() - width) // 2, self._window.height() - height - _MARGIN, width, height
        )

    def _leave(self) -> None:
        self._fade_to(0.0)

    def _fade_to(self, opacity: float) -> None:
        self._fade.stop()
        self._fade.setStartValue(self._effect.opacity())
        self._fade.setEndValue(opacity)
        self._fade.start()

    def _settle(self) -> None:
        if self._effect.opacity() < 0.01:
            self._frame.hide()

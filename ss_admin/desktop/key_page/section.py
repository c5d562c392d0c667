"""A part of the page: its title, its content, what stands there until it has come, and what to do where it does not."""

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.client.errors import ClientError
from ss_admin.desktop.error_text import describe
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.action_notice import ActionNotice
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.labels import words
from ss_admin.desktop.widgets.row_look import paint_skeleton_bar

__all__ = ["Section"]

_LINE = 28


class Section(QFrame):
    """Put the content into `content`, controls into `head`. It is shown from the first `show_content()` on.

    Until then grey bars stand in its place, as high as `skeleton` pixels, so that nothing moves when it comes. An
    error is told above what is shown; `retry_requested`: “Try again” was pressed.
    """

    retry_requested = Signal()

    def __init__(
        self, title: str, *, theme: Theme, name: str, skeleton: int = 3 * _LINE, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.setObjectName(name)
        self.theme = theme
        self.title = words(title, "strong")
        self.title.setAccessibleDescription("Section")
        self.notice = ActionNotice(theme=theme, name=f"{name}.notice")
        self.stripe = ProgressStripe(theme=theme)
        self.body = QWidget()
        self.content = QVBoxLayout(self.body)
        self.content.setContentsMargins(0, 0, 0, 0)
        self.content.setSpacing(theme.tokens.s)
        self._skeleton = _Skeleton(theme, skeleton)
        self.head = QHBoxLayout()
        self.head.setSpacing(theme.tokens.s)
        self.head.addWidget(self.title)
        self.head.addStretch(1)
        self._lay_out()
        self.notice.acted.connect(self.retry_requested)
        self.begin()

    @property
    def has_content(self) -> bool:
        """Whether there is something to show, be it old."""
        return not self.body.isHidden()

    def keep_room(self, height: int) -> None:
        """How high the content will likely be, in pixels."""
        self._skeleton.setFixedHeight(height)

    def begin(self) -> None:
        """Forgets what was shown: it is another key's from now on."""
        self.body.hide()
        self._skeleton.show()
        self.notice.say("info", "")

    def show_content(self) -> None:
        """The content has come."""
        self._skeleton.hide()
        self.body.show()
        self.notice.say("info", "")

    def show_failure(self, error: ClientError) -> None:
        """What went wrong; what was shown before stays."""
        kept = " What you see is from before." if self.has_content else ""
        self._skeleton.setVisible(False)
        self.notice.say("warning", f"{describe(error)}{kept}", "Try again")

    def show_busy(self, busy: bool) -> None:
        """A stripe runs where the answer takes its time."""
        if busy:
            self.stripe.start()
        else:
            self.stripe.stop()

    def _lay_out(self) -> None:
        tokens = self.theme.tokens
        inside = QVBoxLayout()
        inside.setContentsMargins(tokens.l, tokens.s, tokens.l, tokens.l)
        inside.setSpacing(tokens.s)
        inside.addLayout(self.head)
        for part in (self.notice, self._skeleton, self.body):
            inside.addWidget(part)
        inside.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(self.stripe)
        layout.addLayout(inside)


class _Skeleton(QWidget):
    """Grey bars, of the height that the content will have."""

    def __init__(self, theme: Theme, height: int) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedHeight(height)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        for line in range(max(1, self.height() // _LINE)):
            part = 0.72 - 0.16 * (line % 3)
            bar = QRectF(0, line * _LINE + _LINE / 2 - 4, self.width() * part, 8)
            paint_skeleton_bar(painter, bar, self._theme.tokens)
        painter.end()

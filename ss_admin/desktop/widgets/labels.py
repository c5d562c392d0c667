"""Labels in the product's type styles; what people wrote is always shown as plain text."""

from typing import Literal

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QStyle, QStyleOption, QWidget
from typing_extensions import override

__all__ = ["ElidedLabel", "TextRole", "in_the_middle", "line", "set_role", "words", "wrapped_label"]

TextRole = Literal["heading", "title", "strong", "label", "body", "dimmed", "caption", "error", "warning"]


def words(text: str, role: TextRole = "body", parent: QWidget | None = None) -> QLabel:
    """A label on one line, in the type style `role`."""
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    return label


def wrapped_label(text: str, role: TextRole = "body", parent: QWidget | None = None) -> QLabel:
    """A label that wraps and takes the height it needs."""
    label = words(text, role, parent)
    label.setWordWrap(True)
    policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label


def set_role(label: QLabel, role: TextRole) -> None:
    """Gives a label another type style."""
    if label.property("role") != role:
        label.setProperty("role", role)
        label.style().unpolish(label)
        label.style().polish(label)


def line(parent: QWidget | None = None) -> QFrame:
    """A hairline between two parts of a page."""
    frame = QFrame(parent)
    frame.setProperty("role", "line")
    frame.setFixedHeight(1)
    return frame


def in_the_middle(widget: QWidget) -> QHBoxLayout:
    """A row with `widget`, of fixed width, in its middle.

    An alignment would do the same, but then a layout asks for the height at the whole width, and wrapped words are cut.
    """
    row = QHBoxLayout()
    row.addStretch()
    row.addWidget(widget)
    row.addStretch()
    return row


class ElidedLabel(QLabel):
    """A label for text of any length: what does not fit ends in “…”, and the tooltip has it whole."""

    def __init__(self, text: str = "", role: TextRole = "body", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(24, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        self._tell_whole()

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self._tell_whole()

    @override
    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self._room().width())
        style: QStyle = self.style()
        style.drawItemText(
            painter,
            self._room(),
            int(self.alignment() | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine),
            option.palette,
            self.isEnabled(),
            shown,
            self.foregroundRole(),
        )

    def _room(self) -> QRect:
        return self.contentsRect()

    def _tell_whole(self) -> None:
        cut = self.fontMetrics().horizontalAdvance(self.text()) > self._room().width()
        self.setToolTip(self.text() if cut else "")

"""The base of every dialog: heading, body, footer with the two buttons, and a busy state."""

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import ButtonKind, button
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["Dialog", "Question"]

_SETTLING_MS = 150


class Dialog(QDialog):
    """A modal dialog of fixed width that is as high as its body; what is higher than the screen scrolls.

    Put the content into `body`. `primary_button` is not connected: the dialog decides what it does. `cancel_button`
    and Escape call `reject()`. `name` is the dialog's objectName and the beginning of its buttons' names.
    """

    def __init__(
        self,
        parent: QWidget | None,
        *,
        theme: Theme,
        name: str,
        heading: str,
        primary: str,
        cancel: str = "Cancel",
        kind: ButtonKind = "primary",
        width: int = 520,
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setObjectName(name)
        self.setWindowTitle(heading)
        self.setAccessibleName(heading)
        self.setModal(True)
        self._heading = wrapped_label(heading, "title")
        self._scroll = ScrollColumn()
        self._scroll.setFixedWidth(width)
        self._body_widget = self._scroll.content
        self.body = self._scroll.column
        self.body.setContentsMargins(24, 4, 24, 20)
        self.body.setSpacing(theme.tokens.l)
        self._before_busy: QWidget | None = None
        self._is_settling = False
        self._stripe = ProgressStripe(theme=theme)
        self.primary_button: QPushButton = button(primary, kind, name=f"{name}.primary")
        self.cancel_button: QPushButton = button(cancel, name=f"{name}.cancel")
        self.cancel_button.setVisible(bool(cancel))
        self.cancel_button.clicked.connect(self.reject)
        self._lay_out()
        self._body_widget.installEventFilter(self)

    @property
    def heading(self) -> str:
        """The words at the top."""
        return self._heading.text()

    @property
    def is_busy(self) -> bool:
        """Whether an order is under way."""
        return not self._body_widget.isEnabled()

    def set_heading(self, text: str) -> None:
        """Changes the words at the top."""
        self._heading.setText(text)
        self.setWindowTitle(text)
        self.setAccessibleName(text)

    def set_busy(self, busy: bool) -> None:
        """While busy the body and the primary button are off and a stripe runs; the dialog can still be left."""
        if busy == self.is_busy:
            return
        focused = self.focusWidget()
        self._body_widget.setEnabled(not busy)
        self.primary_button.setEnabled(not busy)
        if busy:
            self._before_busy = focused
            self._stripe.start()
        else:
            self._stripe.stop()
            if self._before_busy is not None:
                self._before_busy.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body_widget and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._fit()
        # Wrapped texts find their height only after this: until then the dialog is kept over its parent's middle.
        self._is_settling = True
        QTimer.singleShot(_SETTLING_MS, self, self._settle)
        super().showEvent(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        parent = self.parentWidget()
        if self._is_settling and parent is not None:
            place = QRect(QPoint(), self.size())
            place.moveCenter(parent.window().geometry().center())
            room = self.screen().availableGeometry()
            self.move(max(room.left(), place.left()), max(room.top(), place.top()))

    def _settle(self) -> None:
        self._is_settling = False

    def _lay_out(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(24, 22, 24, 12)
        head.addWidget(self._heading)
        footer = QFrame()
        footer.setObjectName("dialogFooter")
        self.footer = QHBoxLayout(footer)
        self.footer.setContentsMargins(24, 14, 24, 14)
        self.footer.setSpacing(self.theme.tokens.s)
        self.footer.addStretch()
        self.footer.addWidget(self.cancel_button)
        self.footer.addWidget(self.primary_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stripe)
        layout.addLayout(head)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(footer)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)

    def _fit(self) -> None:
        """Gives the body the height that it wants, as far as the screen has it."""
        wanted = self._scroll.height_wanted(self._scroll.width())
        room = self.screen().availableGeometry().height() - 220
        self._scroll.setFixedHeight(min(wanted, max(room, 200)))


class Question(Dialog):
    """A question with two answers. `accepted` is emitted for the primary one; “Cancel” is the default button."""

    def __init__(
        self,
        parent: QWidget | None,
        *,
        theme: Theme,
        name: str,
        heading: str,
        text: str,
        primary: str,
        cancel: str = "Cancel",
        kind: ButtonKind = "danger",
        width: int = 460,
    ) -> None:
        super().__init__(
            parent, theme=theme, name=name, heading=heading, primary=primary, cancel=cancel, kind=kind, width=width
        )
        self.body.addWidget(wrapped_label(text))
        self.primary_button.clicked.connect(self.accept)
        if cancel:
            self.cancel_button.setDefault(True)
            self.cancel_button.setFocus()
        else:
            self.primary_button.setDefault(True)
            self.primary_button.setFocus()

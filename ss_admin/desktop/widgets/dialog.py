"""The base of every dialog: heading, body, footer with the two buttons, and a busy state."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QAbstractSlider, QDialog, QFrame, QHBoxLayout, QLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.busy import ProgressStripe
from ss_admin.desktop.widgets.buttons import ButtonKind, button, show_action
from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["Dialog", "Message", "Question"]

_SCROLLS = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}

_SETTLING_MS = 300
_SIDE = 24


class Dialog(QDialog):
    """A modal dialog of fixed width that is as high as its body; what is higher than the screen scrolls.

    Put the content into `body`. `primary_button` is not connected: the dialog decides what it does. `cancel_button`
    and Escape call `reject()`; a button without words is not there. Enter presses the button that has the focus, else
    the default one: the primary button, or Cancel where the primary one is a `danger`. What scrolls does so by the
    page keys too. A `steady` dialog keeps the height that it was shown with, and scrolls what comes to it later.
    `name` is the dialog's objectName and the beginning of its buttons' names.
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
        steady: bool = False,
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
        self.body.setContentsMargins(_SIDE, 4, _SIDE, 20)
        self._scroll.keep_bar_in_margin(_SIDE)
        self.body.setSpacing(theme.tokens.l)
        self._steady = steady
        self._has_its_height = False
        self._before_busy: QWidget | None = None
        self._stripe = ProgressStripe(theme=theme)
        self.primary_button: QPushButton = button(primary, kind, name=f"{name}.primary")
        self.cancel_button: QPushButton = button(cancel, name=f"{name}.cancel")
        self.cancel_button.clicked.connect(self.reject)
        self._lay_out()
        show_action(self.primary_button, primary)
        show_action(self.cancel_button, cancel)
        self.make_default(self.cancel_button if kind == "danger" else self.primary_button)
        self._body_widget.installEventFilter(self)

    @property
    def heading(self) -> str:
        """The words at the top."""
        return self._heading.text()

    @property
    def is_busy(self) -> bool:
        """Whether an order is under way."""
        return not self._body_widget.isEnabled()

    def make_default(self, choice: QPushButton) -> None:
        """Makes `choice` the button that Enter presses, and that has the focus where no field takes it."""
        choice.setDefault(True)
        choice.setFocus()

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
    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = _SCROLLS.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            self._scroll.verticalScrollBar().triggerAction(action)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        """Takes its final size first: Qt is about to centre it over its parent by the size that it has now."""
        for part in self.findChildren(QWidget):
            part.ensurePolished()
            if (inside := part.layout()) is not None:
                inside.invalidate()
        self._fit()
        self._has_its_height = self._steady
        self.adjustSize()
        super().showEvent(event)

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
        if self._has_its_height:
            return
        wanted = self._scroll.height_wanted(self._scroll.width())
        room = self.screen().availableGeometry().height() - 220
        self._scroll.setFixedHeight(min(wanted, max(room, 200)))


class Question(Dialog):
    """A question with two answers, open for one answer. `accepted` is emitted for the primary one."""

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
    ) -> None:
        super().__init__(
            parent, theme=theme, name=name, heading=heading, primary=primary, cancel=cancel, kind=kind, width=460
        )
        self.body.addWidget(wrapped_label(text))
        self.primary_button.clicked.connect(self.accept)
        self.finished.connect(self.deleteLater)


class Message(Question):
    """Something that stays until it has been read."""

    def __init__(self, parent: QWidget | None, *, theme: Theme, name: str, heading: str, text: str) -> None:
        super().__init__(
            parent, theme=theme, name=name, heading=heading, text=text, primary="Close", cancel="", kind="primary"
        )

"""Two radio buttons beside each other: everything, or only what is named."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

__all__ = ["TwoWays"]


class TwoWays(QWidget):
    """`changed` is emitted when the other way is chosen. The arrow keys go from one to the other."""

    changed = Signal()

    def __init__(self, everything: str, only: str, *, name: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.everything, self.only = QRadioButton(everything), QRadioButton(only)
        self.everything.setChecked(True)
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        for choice, end in ((self.everything, "all"), (self.only, "only")):
            choice.setObjectName(f"{name}.{end}")
            choice.setAccessibleName(f"{about}: {choice.text()}")
            group.addButton(choice)
            row.addWidget(choice)
        row.addStretch()
        self._give_tab_to_checked()
        self.only.toggled.connect(self._give_tab_to_checked)
        self.only.toggled.connect(self.changed)

    @property
    def is_narrowed(self) -> bool:
        """Whether only what is named counts."""
        return self.only.isChecked()

    def choose(self, *, narrowed: bool) -> None:
        """Chooses one of the two."""
        (self.only if narrowed else self.everything).setChecked(True)

    def _give_tab_to_checked(self) -> None:
        """Tab stops at what is chosen; by itself Qt would stop at the first button."""
        for choice in (self.everything, self.only):
            policy = Qt.FocusPolicy.StrongFocus if choice.isChecked() else Qt.FocusPolicy.ClickFocus
            choice.setFocusPolicy(policy)

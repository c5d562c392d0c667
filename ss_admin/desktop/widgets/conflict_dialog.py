"""Somebody else changed what is edited here: both versions side by side, and who wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QWidget

from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import line, wrapped_label
from ss_admin.desktop.widgets.labels import words as plain_label
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.versions import ConflictRow, Difference

__all__ = ["ConflictDialog", "ConflictWords"]

_ICONS = {
    Difference.NONE: ("ph.equals", "text_dimmed"),
    Difference.BOTH_ALIKE: ("ph.equals", "text_dimmed"),
    Difference.YOURS: ("ph.pencil-simple", "accent_fg"),
    Difference.THEIRS: ("ph.user", "warning_fg"),
    Difference.BOTH: ("ph.warning", "danger_fg"),
}


@dataclass(frozen=True)
class ConflictWords:
    """What is edited (“key”), and the words of the two answers."""

    noun: str
    mine: str
    theirs: str


class ConflictDialog(Dialog):
    """Asks, and does nothing itself. Escape goes back to editing. `name` begins the objectNames."""

    use_mine = Signal()
    keep_theirs = Signal()
    back_to_editing = Signal()

    def __init__(
        self,
        parent: QWidget | None,
        *,
        rows: Sequence[ConflictRow],
        changed: str,
        words: ConflictWords,
        theme: Theme,
        name: str,
    ) -> None:
        super().__init__(
            parent,
            theme=theme,
            name=name,
            heading=f"Somebody else changed this {words.noun}",
            primary=words.mine,
            cancel="Back to editing",
            width=620,
        )
        self.body.addWidget(
            wrapped_label(
                f"Their version was saved {changed[:1].lower()}{changed[1:]}. Nothing has been overwritten.", "dimmed"
            )
        )
        self.body.addWidget(self._table(rows))
        mine = [row.label for row in rows if row.difference in {Difference.YOURS, Difference.BOTH}]
        self.body.addWidget(
            wrapped_label(f"“{words.mine}” saves your {_listed(mine)}. Everything else stays as they saved it.")
        )
        self.primary_button.setObjectName(f"{name}.useMine")
        self.cancel_button.setObjectName(f"{name}.back")
        theirs = button(words.theirs, name=f"{name}.keepTheirs")
        self.footer.insertWidget(self.footer.count() - 1, theirs)
        self.make_default(self.cancel_button)
        self.primary_button.clicked.connect(lambda: self._answer(self.use_mine))
        theirs.clicked.connect(lambda: self._answer(self.keep_theirs))
        self.rejected.connect(self.back_to_editing)

    def _answer(self, signal: object) -> None:
        self.accept()
        signal.emit()  # type: ignore[attr-defined]

    def _table(self, rows: Sequence[ConflictRow]) -> QFrame:
        frame = QFrame()
        frame.setProperty("role", "card")
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(0)
        for column, (title, stretch) in enumerate((("Field", 0), ("Yours", 1), ("Theirs", 1))):
            heading = plain_label(title, "caption")
            heading.setContentsMargins(14 if column == 0 else 0, 8, 0, 8)
            grid.addWidget(heading, 0, column)
            grid.setColumnStretch(column, stretch)
        for number, row in enumerate(rows):
            grid.addWidget(line(), 2 * number + 1, 0, 1, 3)
            self._add_row(grid, 2 * number + 2, row)
        grid.setColumnMinimumWidth(0, 140)
        return frame

    def _add_row(self, grid: QGridLayout, number: int, row: ConflictRow) -> None:
        spoken = f"{row.label}. {row.difference.value}. Yours: {row.yours}. Theirs: {row.theirs}"
        label = plain_label(row.label, "label")
        label.setAccessibleName(spoken)
        mark = QHBoxLayout()
        mark.setSpacing(5)
        icon, colour = _ICONS[row.difference]
        mark.addWidget(IconLabel(icon, colour, theme=self.theme, size=14))
        mark.addWidget(plain_label(row.difference.value, "caption"), 1)
        head = QGridLayout()
        head.setContentsMargins(14, 9, 0, 9)
        head.setVerticalSpacing(2)
        head.addWidget(label, 0, 0)
        head.addLayout(mark, 1, 0)
        grid.addLayout(head, number, 0, Qt.AlignmentFlag.AlignTop)
        for column, text in ((1, row.yours), (2, row.theirs)):
            value = wrapped_label(text, "strong" if row.difference.matters else "dimmed")
            value.setObjectName(f"{self.objectName()}.{'yours' if column == 1 else 'theirs'}.{row.label}")
            value.setContentsMargins(0, 9, 12 if column == 2 else 0, 9)
            value.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(value, number, column)


def _listed(labels: Sequence[str]) -> str:
    if len(labels) < 2:
        return "".join(labels) or "nothing"
    return f"{', '.join(labels[:-1])} and {labels[-1]}"

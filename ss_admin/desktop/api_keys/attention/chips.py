"""The chips of “Needs attention”: how many keys, and how many of each kind; choosing one narrows the list down."""

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from ss_admin.contract.signals import SignalCounts
from ss_admin.desktop.api_keys.table.list_filter import AttentionChoice
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, SIGNAL_WORDS, kind_count

__all__ = ["ChipRow"]


_ALL = AttentionChoice()


class ChipRow(QWidget):
    """“12 keys”, then a chip for each kind, the gravest first. Those that have no room stand behind “3 more”.

    `chosen` carries an `AttentionChoice`, or None where the chip that was chosen is pressed again; `more_wanted`: the
    rest is to be shown.
    """

    chosen = Signal(object)
    more_wanted = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._choice: AttentionChoice | None = None
        self._chips: dict[AttentionChoice, QPushButton] = {}
        self.more_button = button("", "plain", name="apiKeys.attention.more")
        self.more_button.clicked.connect(self.more_wanted)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.tokens.s)
        self._row.addWidget(self.more_button)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def choice(self) -> AttentionChoice | None:
        """What the list is narrowed down to."""
        return self._choice

    @property
    def chips(self) -> Mapping[AttentionChoice, QPushButton]:
        """The chips, in the order in which they stand."""
        return self._chips

    def show_counts(self, counts: SignalCounts) -> None:
        """One chip for each kind that has keys; a chip that is chosen stays, even at nought."""
        numbers = {_ALL: counts.api_keys}
        deleted = {AttentionChoice(kind): number for kind, number in counts.deleted_by_kind.items()}
        deleted[_ALL] = counts.deleted_api_keys
        for kind in SIGNAL_WORDS:
            choice = AttentionChoice(kind)
            if kind in counts.by_kind or choice == self._choice:
                numbers[choice] = counts.by_kind.get(kind, 0)
        for gone in [choice for choice in self._chips if choice not in numbers]:
            chip = self._chips.pop(gone)
            self._row.removeWidget(chip)
            chip.deleteLater()
        self._chips = {choice: self._chips.get(choice) or self._make_chip(choice) for choice in numbers}
        for place, (choice, chip) in enumerate(self._chips.items()):
            self._say(chip, choice, numbers[choice], deleted.get(choice, 0))
            if self._row.indexOf(chip) != place:
                self._row.removeWidget(chip)
                self._row.insertWidget(place, chip)
        self._fit()

    def show_choice(self, choice: AttentionChoice | None) -> None:
        """Marks the chip that is in force."""
        self._choice = choice
        for own, chip in self._chips.items():
            chip.setChecked(own == choice)
        self._fit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def _make_chip(self, choice: AttentionChoice) -> QPushButton:
        name = choice.kind.value if choice.kind else "all"
        chip = button("", name=f"apiKeys.attention.chip.{name}", parent=self)
        chip.setProperty("kind", "chip")
        chip.setCheckable(True)
        chip.setChecked(choice == self._choice)
        if choice.kind is not None:
            severity = SEVERITY_WORDS[SIGNAL_WORDS[choice.kind].usually]
            chip.setIcon(self._theme.icon(severity.icon, f"{severity.badge}_fg"))
            chip.setIconSize(QSize(18, 14))
        chip.clicked.connect(lambda: self._press(choice))
        return chip

    def _say(self, chip: QPushButton, choice: AttentionChoice, number: int, deleted: int) -> None:
        """The list does not hold the deleted ones of these keys, so they are told apart."""
        keys = "1 key" if number == 1 else f"{number:,} keys"
        apart = f" ({deleted:,} deleted)" if deleted else ""
        shown = keys if choice.kind is None else f"{SIGNAL_WORDS[choice.kind].title}  {number:,}"
        whole = f"{keys} need attention" if choice.kind is None else kind_count(choice.kind, number)
        chip.setText(shown + apart)
        chip.setAccessibleName(f"Show only these: {whole}{apart}")
        elsewhere = " Deleted keys stand under “Details”, not in the list." if deleted else ""
        chip.setToolTip(f"{whole}{apart}. Press to show only these, and again to show all.{elsewhere}")

    def _press(self, choice: AttentionChoice) -> None:
        self.chosen.emit(None if choice == self._choice else choice)

    def _fit(self) -> None:
        """Shows the chips that fit, and always the chosen one."""
        chips, spacing = list(self._chips.items()), self._row.spacing()
        widths = [chip.sizeHint().width() + spacing for _, chip in chips]
        self.more_button.setText(f"{len(chips)} more")
        room = self.width()
        if sum(widths) > room + spacing:
            room -= self.more_button.sizeHint().width() + spacing
        room -= sum(width for width, (choice, _) in zip(widths, chips, strict=True) if choice == self._choice)
        hidden = 0
        for width, (choice, chip) in zip(widths, chips, strict=True):
            if choice == self._choice:
                chip.show()
                continue
            fits = hidden == 0 and width <= room + spacing
            room -= width
            hidden += not fits
            chip.setVisible(fits)
        self.more_button.setText(f"{hidden} more")
        self.more_button.setAccessibleName(f"{hidden} more kinds of signals")
        self.more_button.setVisible(hidden > 0)
        self.more_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if hidden else Qt.FocusPolicy.NoFocus)

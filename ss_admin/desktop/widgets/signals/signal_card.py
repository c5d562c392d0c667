"""One signal as a card: the key, what it means, the evidence, what can be done, and the way to acknowledge it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ss_admin.contract import signals as contract
from ss_admin.desktop.moments import Clock, ago, exact_moment, local_minute, utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import ElidedLabel, words, wrapped_label
from ss_admin.desktop.widgets.notice import IconLabel
from ss_admin.desktop.widgets.signals.acknowledging import AcknowledgeForm
from ss_admin.desktop.widgets.signals.signal_words import SEVERITY_WORDS, SIGNAL_WORDS, AnswerWords, answers_to

__all__ = ["SignalCard"]


class SignalCard(QFrame):
    """Shows one signal. It does nothing by itself: whoever shows it does what is asked, and then shows what came of it.

    `answered` carries the `SignalAnswer` that was chosen, `acknowledged` the note (it may be empty).
    `on_its_page`: the card stands on the key's own page, so the key is not named and cannot be opened from it.
    `among_its_kind`: it stands under a heading that says what the kind is called and means, so it says neither again.
    """

    answered = Signal(object)
    acknowledged = Signal(str)

    def __init__(
        self,
        signal: contract.Signal,
        *,
        theme: Theme,
        on_its_page: bool = False,
        among_its_kind: bool = False,
        clock: Clock = utc_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "signal")
        self._name = f"signal.{signal.id}"
        self.setObjectName(self._name)
        self._theme = theme
        self._clock = clock
        self._on_its_page = on_its_page
        self._among_its_kind = among_its_kind
        self._answers: list[QPushButton] = []
        self._offered: tuple[AnswerWords, ...] | None = None
        self._icon = IconLabel("ph.info", "text_dimmed", theme=theme, size=20)
        self._title = words("", "strong")
        self._key = ElidedLabel("", "strong" if among_its_kind else "body")
        self._age = words("", "caption")
        self._evidence = wrapped_label("")
        self._meaning = wrapped_label("", "dimmed")
        self._seen = wrapped_label("", "caption")
        self._failure = wrapped_label("", "error")
        self.acknowledge_button = button("Acknowledge…", "quiet", name=f"{self._name}.acknowledge")
        self.form = AcknowledgeForm(theme=theme, name=self._name)
        self._row = QHBoxLayout()
        self._lay_out()
        self.acknowledge_button.clicked.connect(self._ask_for_note)
        self.form.acknowledged.connect(self.acknowledged)
        self.form.left.connect(self._leave_form)
        self.show_signal(signal)

    @property
    def signal(self) -> contract.Signal:
        """The signal as it is shown."""
        return self._signal

    @property
    def answer_buttons(self) -> tuple[QPushButton, ...]:
        """The buttons of the answers, the likeliest first."""
        return tuple(self._answers)

    @property
    def failure(self) -> str:
        """What is said to have gone wrong; empty if nothing has."""
        return self._failure.text()

    def show_signal(self, signal: contract.Signal) -> None:
        """Shows the signal as it is now; a note that is being written stays."""
        self._signal = signal
        told, severity = SIGNAL_WORDS[signal.kind], SEVERITY_WORDS[signal.severity]
        self._icon.show_as(severity.icon, f"{severity.badge}_fg")
        self._icon.setToolTip(severity.label)
        self._title.setText(told.title)
        key = signal.api_key
        self._key.setText(f"{key.name} · {key.masked_key}{' · deleted' if key.is_deleted else ''}")
        self._key.setVisible(not self._on_its_page)
        self._evidence.setText(signal.evidence)
        self._meaning.setText(told.meaning)
        self.tell_age()
        self._age.setToolTip(f"Latest evidence:\n{exact_moment(signal.evidence_at)}")
        self._show_acknowledgement(signal.acknowledged)
        self._offer(answers_to(signal, on_its_page=self._on_its_page))
        self.setAccessibleName(f"{told.title}: {key.name}. {severity.label}.")
        self.setAccessibleDescription(f"{signal.evidence} {told.meaning}")

    def tell_age(self) -> None:
        """Moves “2 hours ago” on."""
        self._age.setText(ago(self._signal.evidence_at, self._clock()))

    def set_busy(self, busy: bool) -> None:
        """While an order is under way nothing can be pressed twice."""
        for control in (*self._answers, self.acknowledge_button, self.form):
            control.setEnabled(not busy)

    def show_failure(self, text: str) -> None:
        """Says what went wrong; empty takes it back. What was written stays."""
        self._failure.setText(text)
        self._failure.setVisible(bool(text))

    def _lay_out(self) -> None:
        tokens = self._theme.tokens
        head = QHBoxLayout()
        head.setSpacing(tokens.s)
        head.addWidget(self._title)
        head.addWidget(self._key, 1)
        if self._on_its_page:
            head.addStretch(1)
        head.addWidget(self._age)
        self._row.setSpacing(tokens.s)
        self._row.addStretch(1)
        self._row.addWidget(self.acknowledge_button)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(head)
        for part in (self._evidence, self._meaning, self._seen, self._failure):
            column.addWidget(part)
        column.addSpacing(4)
        column.addLayout(self._row)
        column.addWidget(self.form)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(tokens.l, tokens.m, tokens.m, tokens.m)
        whole.setSpacing(tokens.m)
        whole.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(column, 1)
        self._failure.hide()
        self.form.hide()
        self._title.setVisible(not self._among_its_kind)
        self._meaning.setVisible(not self._among_its_kind)

    def _offer(self, offered: tuple[AnswerWords, ...]) -> None:
        if offered == self._offered:
            return
        self._offered = offered
        for old in self._answers:
            self._row.removeWidget(old)
            old.deleteLater()
        self._answers = []
        for place, answer in enumerate(offered):
            made = button(answer.label, name=f"{self._name}.{answer.answer.value}")
            made.setAccessibleDescription(self._signal.api_key.name)
            made.clicked.connect(lambda _checked=False, chosen=answer.answer: self.answered.emit(chosen))
            self._row.insertWidget(place, made)
            self._answers.append(made)

    def _show_acknowledgement(self, seen: contract.Acknowledgement | None) -> None:
        self._seen.setVisible(seen is not None)
        self.acknowledge_button.setVisible(seen is None and self.form.isHidden())
        if seen is None:
            return
        self.form.close_form()
        note = f": “{seen.note}”" if seen.note else "."
        self._seen.setText(f"Acknowledged by {seen.by.name} on {local_minute(seen.at)}{note}")

    def _ask_for_note(self) -> None:
        self.acknowledge_button.hide()
        self.form.open_form()

    def _leave_form(self) -> None:
        self.show_failure("")
        self.acknowledge_button.show()
        self.acknowledge_button.setFocus()

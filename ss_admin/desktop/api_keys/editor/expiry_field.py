"""“Expires”: the choices, the date and time of a custom one, and what the choice means in words."""

from datetime import datetime, tzinfo

from PySide6.QtCore import QDate, QDateTime, QEvent, QObject, Qt, QTime, QTimer, QTimeZone, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKey
from ss_admin.desktop.api_keys.editor.choice_box import ChoiceBox
from ss_admin.desktop.api_keys.editor.expiry_choice import (
    DEFAULT_CHOICE,
    ExpiryChoice,
    ExpiryOption,
    describe_expiry,
    describe_wall_time,
    describe_zone,
    keep_label,
)
from ss_admin.desktop.api_keys.editor.hint_line import HintLine
from ss_admin.desktop.moments import utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.date_time_edit import DateTimeEdit
from ss_admin.desktop.widgets.labels import ElidedLabel, words

__all__ = ["NEVER_WARNING", "ExpiryField"]

NEVER_WARNING = "Keys that never expire stay usable if they leak. Rotate every 30 to 90 days."
_RENEW_MS = 5_000


class ExpiryField(QWidget):
    """`changed` is emitted when another choice or moment is entered. Times are those of `zone`."""

    changed = Signal()

    def __init__(self, *, theme: Theme, zone: tzinfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._kept: datetime | None = None
        self._error = ""
        self.options = ChoiceBox(theme=theme)
        self.options.setObjectName("apiKeyEditor.expires")
        self.options.setAccessibleName("Expires")
        # Qt would move a time that the clocks skip; what is typed stays, and the words say what it means.
        self.wall_time = DateTimeEdit(theme=theme, name="apiKeyEditor.customDate")
        self.wall_time.setTimeZone(QTimeZone.utc())
        self.wall_time.setMaximumDate(QDate(9999, 12, 30))
        self.wall_time.setAccessibleName("Date and time")
        self.wall_time.installEventFilter(self)
        self.zone_label = ElidedLabel("", "caption")
        self.zone_label.setObjectName("apiKeyEditor.zone")
        self.hint = HintLine(theme=theme, name="apiKeyEditor.expires.words")
        self._date_label = words("Date and time", "label")
        self._lay_out()
        self.show_choice(DEFAULT_CHOICE, None)
        self.options.currentIndexChanged.connect(self._on_option)
        self.wall_time.dateTimeChanged.connect(self._on_changed)
        self._clock = QTimer(self, interval=_RENEW_MS)
        self._clock.timeout.connect(self._tell)
        self._clock.start()

    @property
    def error(self) -> str:
        """What is said to be wrong; empty if nothing is."""
        return self._error

    @property
    def is_custom(self) -> bool:
        """Whether “Custom date” is chosen."""
        return bool(self.options.currentData() == ExpiryOption.CUSTOM)

    def choice(self) -> ExpiryChoice:
        """What is chosen."""
        option = ExpiryOption(self.options.currentData())
        if option is not ExpiryOption.CUSTOM:
            return ExpiryChoice(option)
        typed = self.wall_time.dateTime()
        date, time = typed.date(), typed.time()
        wall = datetime(date.year(), date.month(), date.day(), time.hour(), time.minute())  # noqa: DTZ001 -- a time on the wall
        return ExpiryChoice(option, wall)

    def show_choice(self, choice: ExpiryChoice, base: ApiKey | None) -> None:
        """Shows `choice`. For a key that is edited, `base`, the first entry keeps the expiry that it has."""
        self._kept = base.expires_at if base else None
        self.options.blockSignals(True)
        self.options.clear()
        if base is not None:
            self.options.add_choice(keep_label(self._kept, self._zone), ExpiryOption.KEEP)
        for option in ExpiryOption:
            if option is not ExpiryOption.KEEP:
                remark = "recommended" if option is DEFAULT_CHOICE.option else ""
                self.options.add_choice(option.value, option, remark)
        self.options.setCurrentIndex(self.options.findData(choice.option))
        self.options.blockSignals(False)
        if choice.wall_time is not None:
            self._set_wall_time(choice.wall_time)
        self._on_changed()

    def set_error(self, text: str) -> None:
        """Says what is wrong with the choice, in the place of the words; nothing wrong with an empty text."""
        self._error = text
        wrong = self.wall_time if self.is_custom else self.options
        for editor in (self.wall_time, self.options):
            if editor.property("invalid") != (bool(text) and editor is wrong):
                editor.setProperty("invalid", bool(text) and editor is wrong)
                editor.style().unpolish(editor)
                editor.style().polish(editor)
        self._tell()

    def focus_fault(self) -> None:
        """Puts the focus where the fault is."""
        (self.wall_time if self.is_custom else self.options).setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.wall_time and event.type() == QEvent.Type.Wheel:
            event.ignore()  # the wheel scrolls the form; it must not change a date in passing
            return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        label = words("Expires", "label")
        label.setBuddy(self.options)
        self._date_label.setBuddy(self.wall_time)
        date_head = QHBoxLayout()
        date_head.setSpacing(6)
        date_head.addWidget(self._date_label)
        date_head.addWidget(self.zone_label, 1)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(5)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.options, 1, 0)
        grid.addLayout(date_head, 0, 1)
        grid.addWidget(self.wall_time, 1, 1)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        for part in (
            self._date_label,
            self.wall_time,
            self.zone_label,
        ):  # two halves, also while the right one is empty
            policy = part.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            part.setSizePolicy(policy)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(5)
        layout.addLayout(grid)
        layout.addWidget(self.hint)

    def _on_option(self) -> None:
        if self.is_custom:
            self._begin_custom()
        self._on_changed()

    def _begin_custom(self) -> None:
        """A custom date begins where the default would be, unless one has been entered before."""
        if self.wall_time.property("begun"):
            return
        now = utc_now()
        begin = self._kept if self._kept is not None and self._kept > now else None
        begin = begin or DEFAULT_CHOICE.moment(now=now, zone=self._zone) or now
        self._set_wall_time(begin.astimezone(self._zone).replace(tzinfo=None))

    def _set_wall_time(self, wall: datetime) -> None:
        self.wall_time.setProperty("begun", True)
        date, time = QDate(wall.year, wall.month, wall.day), QTime(wall.hour, wall.minute)
        self.wall_time.setDateTime(QDateTime(date, time, QTimeZone.utc()))

    def _on_changed(self) -> None:
        for part in (self._date_label, self.wall_time, self.zone_label):
            part.setVisible(self.is_custom)
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        """Says what the choice means; called again and again, since “in 30 days” moves on."""
        now, choice = utc_now(), self.choice()
        moment = choice.moment(now=now, zone=self._zone, kept=self._kept)
        self.zone_label.setText(describe_zone(self._zone, moment or now))
        if self._error:
            self.hint.say(self._error, "error")
        elif moment is None:
            self.hint.say(NEVER_WARNING, "warning")
        else:
            meaning = describe_expiry(moment, now=now, zone=self._zone)
            change = describe_wall_time(choice, self._zone)
            self.hint.say(f"{meaning}. {change}" if change else meaning, "warning" if moment <= now else "plain")
        for editor in (self.wall_time, self.options):
            editor.setAccessibleDescription(self.hint.text)

"""“Enable rate limiting” with its two numbers, and the limit in words."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.desktop.api_keys.editor.editor_draft import MAX_REQUESTS_LIMIT, TIME_WINDOW_LIMIT, EditorField
from ss_admin.desktop.api_keys.editor.hint_line import HintLine
from ss_admin.desktop.api_keys.editor.number_field import NumberField
from ss_admin.desktop.rate_sentence import describe_rate
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.switch import Switch

__all__ = ["UNLIMITED_WARNING", "RateLimitField"]

UNLIMITED_WARNING = "Calls are not limited. This is not recommended for production."


class RateLimitField(QWidget):
    """Signals which part was changed. The numbers stay when the switch is off, and come back with it."""

    switched = Signal()
    max_requests_changed = Signal()
    time_window_changed = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.switch = Switch("Enable rate limiting", theme=theme)
        self.switch.setObjectName("apiKeyEditor.limitEnabled")
        self.switch.setChecked(True)
        self._requests, self._seconds = NumberField(MAX_REQUESTS_LIMIT), NumberField(TIME_WINDOW_LIMIT)
        self.max_requests = FormField(
            EditorField.MAX_REQUESTS.value,
            self._requests,
            help=f"1 to {MAX_REQUESTS_LIMIT:,}",
            editor_name="apiKeyEditor.maxRequests",
        )
        self.time_window = FormField(
            EditorField.TIME_WINDOW.value,
            self._seconds,
            help=f"1 to {TIME_WINDOW_LIMIT:,}, which is a day",
            editor_name="apiKeyEditor.timeWindow",
        )
        self.hint = HintLine(theme=theme, name="apiKeyEditor.limit.words")
        numbers = QHBoxLayout()
        numbers.setSpacing(16)
        numbers.addWidget(self.max_requests, 1)
        numbers.addWidget(self.time_window, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.switch)
        layout.addLayout(numbers)
        layout.addWidget(self.hint)
        self.switch.toggled.connect(self._on_switched)
        self._requests.valueChanged.connect(self._on_max_requests)
        self._seconds.valueChanged.connect(self._on_time_window)

    def values(self) -> tuple[bool, int | None, int | None]:
        """Whether limiting is on, and the two numbers."""
        return self.switch.isChecked(), self._requests.number(), self._seconds.number()

    def set_values(self, *, enabled: bool, max_requests: int | None, window_seconds: int | None) -> None:
        """Shows a limit."""
        self._requests.set_number(max_requests)
        self._seconds.set_number(window_seconds)
        self.switch.setChecked(enabled)
        self._tell()

    def _on_switched(self) -> None:
        self._tell()
        self.switched.emit()

    def _on_max_requests(self) -> None:
        self._tell()
        self.max_requests_changed.emit()

    def _on_time_window(self) -> None:
        self._tell()
        self.time_window_changed.emit()

    def _tell(self) -> None:
        enabled, requests, seconds = self.values()
        for field in (self.max_requests, self.time_window):
            field.setEnabled(enabled)
        if not enabled:
            self.hint.say(UNLIMITED_WARNING, "warning")
        elif requests and seconds and requests <= MAX_REQUESTS_LIMIT and seconds <= TIME_WINDOW_LIMIT:
            self.hint.say(describe_rate(requests, seconds))
        else:
            self.hint.say("")
        self.switch.setAccessibleDescription(self.hint.text)

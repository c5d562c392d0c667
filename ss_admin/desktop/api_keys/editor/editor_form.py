"""The fields of “New API Key” and “Edit API Key”, and where each of them says what is wrong."""

from collections.abc import Iterable
from datetime import tzinfo
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus
from ss_admin.contract.problems import FieldFault
from ss_admin.desktop.api_keys.chains.chain_search import ChainSource
from ss_admin.desktop.api_keys.editor.editor_draft import ApiKeyDraft, EditorField, field_of_pointer
from ss_admin.desktop.api_keys.editor.expiry_field import ExpiryField
from ss_admin.desktop.api_keys.editor.hinted_field import HintedField
from ss_admin.desktop.api_keys.editor.rate_limit_field import RateLimitField
from ss_admin.desktop.api_keys.editor.scope_field import ScopeField
from ss_admin.desktop.api_keys.people.user_picker import UserPicker
from ss_admin.desktop.api_keys.people.user_search import UserSource
from ss_admin.desktop.background import Background
from ss_admin.desktop.key_states import status_words
from ss_admin.desktop.moments import utc_now
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.form_field import FormField
from ss_admin.desktop.widgets.labels import line
from ss_admin.desktop.widgets.switch import Switch

__all__ = ["EditorForm", "scroll_into_view"]

_NOT_LEFT = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.MenuBarFocusReason)


class _Faulty(Protocol):
    """A field that can say what is wrong with it."""

    @property
    def error(self) -> str: ...

    def set_error(self, text: str) -> None: ...


class EditorForm(QWidget):
    """Speaks of a fault when its field is left, and takes it back as soon as it is mended.

    `failed` carries the errors of looking people and rule chains up.
    """

    failed = Signal(object)

    def __init__(
        self,
        *,
        accounts: UserSource,
        chains: ChainSource,
        background: Background,
        theme: Theme,
        zone: tzinfo,
        base: ApiKey | None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._zone = zone
        self._name = QLineEdit()
        self._user = UserPicker(accounts, background, theme)
        self._expiry = ExpiryField(theme=theme, zone=zone)
        self._limit = RateLimitField(theme=theme)
        self.scope = ScopeField(chains, background, theme=theme)
        self._status = Switch("Active", theme=theme)
        self._name_field = FormField(
            "Name", self._name, help="What the key is for", required=True, editor_name="apiKeyEditor.name"
        )
        self._user_field = FormField(
            "User",
            self._user,
            help="Calls are recorded under this person",
            required=True,
            editor_name="apiKeyEditor.user",
        )
        self._status_field = FormField("Status", self._status, editor_name="apiKeyEditor.status", help=" ")
        self._status_field.setVisible(base is not None)
        self._fields: dict[EditorField, _Faulty] = {
            EditorField.NAME: self._name_field,
            EditorField.USER: self._user_field,
            EditorField.EXPIRES: self._expiry,
            EditorField.MAX_REQUESTS: self._limit.max_requests,
            EditorField.TIME_WINDOW: self._limit.time_window,
            EditorField.PERMISSIONS: self.scope.entities,
            EditorField.RULE_CHAINS: self.scope.chains,
            EditorField.ADDRESSES: self.scope.addresses,
            EditorField.STATUS: self._status_field,
        }
        self._lay_out()
        self.show_draft(ApiKeyDraft.of(base) if base else ApiKeyDraft(), base)
        self._connect()

    def draft(self) -> ApiKeyDraft:
        """What stands in the form."""
        user = self._user.user()
        limit_enabled, max_requests, window_seconds = self._limit.values()
        return ApiKeyDraft(
            name=self._name.text(),
            user=user,
            user_text="" if user else self._user.text(),
            expiry=self._expiry.choice(),
            limit_enabled=limit_enabled,
            max_requests=max_requests,
            window_seconds=window_seconds,
            scope=self.scope.draft(),
            status=ApiKeyStatus.ACTIVE if self._status.isChecked() else ApiKeyStatus.DISABLED,
        )

    def show_draft(self, draft: ApiKeyDraft, base: ApiKey | None) -> None:
        """Shows `draft`, as a change of `base` where one is edited."""
        self._name.setText(draft.name)
        self._name.setCursorPosition(0)
        if draft.user is not None or not draft.user_text:
            self._user.set_user(draft.user)
        self._expiry.show_choice(draft.expiry, base)
        self._limit.set_values(
            enabled=draft.limit_enabled, max_requests=draft.max_requests, window_seconds=draft.window_seconds
        )
        self.scope.show_draft(draft.scope)
        self._status.setChecked(draft.status is ApiKeyStatus.ACTIVE)
        self._say_status()
        for field in self._fields.values():
            field.set_error("")

    def show_faults(self) -> bool:
        """Says everything that is wrong, each at its field, and goes to the first. Whether anything is."""
        faults = self.draft().find_faults(now=utc_now(), zone=self._zone)
        self._say_faults(faults)
        return bool(faults)

    def show_server_faults(self, faults: Iterable[FieldFault]) -> list[str]:
        """Says at their fields what the server found wrong, and gives back what belongs to no field here."""
        placed: dict[EditorField, str] = {}
        rest = []
        for fault in faults:
            field = field_of_pointer(fault.pointer)
            sentence = fault.detail[:1].upper() + fault.detail[1:]
            if field is None or (field is EditorField.STATUS and self._status_field.isHidden()):
                rest.append(sentence)
            else:
                placed.setdefault(field, sentence)
        self._say_faults(placed)
        return rest

    def focus_first(self) -> None:
        """Begins with the name, wholly selected, its beginning in view."""
        self._name.setFocus(Qt.FocusReason.OtherFocusReason)
        length = len(self._name.text())
        self._name.setSelection(length, -length)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A field is checked as it is left; a popup or another window in front does not count as leaving."""
        if event.type() == QEvent.Type.FocusOut and isinstance(event, QFocusEvent) and event.reason() not in _NOT_LEFT:
            for field, editor in self._left_by_focus():
                if watched is editor:
                    self._check(field)
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        who = QHBoxLayout()
        who.setSpacing(16)
        for field in (self._name_field, self._user_field):
            who.addWidget(field, 1, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(who)
        layout.addWidget(self._expiry)
        layout.addWidget(self._limit)
        layout.addWidget(line())
        layout.addWidget(self.scope)
        layout.addWidget(self._status_field)

    def _connect(self) -> None:
        self._name.textChanged.connect(partial(self._on_changed, EditorField.NAME))
        self._user.changed.connect(partial(self._on_changed, EditorField.USER))
        self._user.left.connect(partial(self._check, EditorField.USER))
        self._user.failed.connect(self.failed)
        self._expiry.changed.connect(partial(self._on_changed, EditorField.EXPIRES))
        self._limit.max_requests_changed.connect(partial(self._on_changed, EditorField.MAX_REQUESTS))
        self._limit.time_window_changed.connect(partial(self._on_changed, EditorField.TIME_WINDOW))
        self._limit.switched.connect(partial(self._on_changed, EditorField.MAX_REQUESTS))
        self._limit.switched.connect(partial(self._on_changed, EditorField.TIME_WINDOW))
        self.scope.entities.changed.connect(partial(self._on_changed, EditorField.PERMISSIONS))
        self.scope.chains.changed.connect(partial(self._on_changed, EditorField.RULE_CHAINS))
        self.scope.chains.failed.connect(self.failed)
        for part in (self.scope.chains, self.scope.addresses):
            part.ways.changed.connect(partial(self._show_unfolded, part))
        self._status.toggled.connect(self._say_status)
        for _, editor in self._left_by_focus():
            editor.installEventFilter(self)

    def _show_unfolded(self, part: QWidget) -> None:
        """Brings into view what has just been unfolded, once it has its place."""
        QTimer.singleShot(0, self, partial(scroll_into_view, part))

    def _left_by_focus(self) -> tuple[tuple[EditorField, QWidget], ...]:
        return (
            (EditorField.NAME, self._name),
            (EditorField.EXPIRES, self._expiry.wall_time),
            (EditorField.MAX_REQUESTS, self._limit.max_requests.editor),
            (EditorField.TIME_WINDOW, self._limit.time_window.editor),
            (EditorField.RULE_CHAINS, self.scope.chains.picker),
            (EditorField.ADDRESSES, self.scope.addresses.edit),
        )

    def _check(self, field: EditorField) -> None:
        faults = self.draft().find_faults(now=utc_now(), zone=self._zone)
        self._fields[field].set_error(faults.get(field, ""))

    def _on_changed(self, field: EditorField, *_values: object) -> None:
        if self._fields[field].error:
            self._check(field)

    def _say_faults(self, faults: dict[EditorField, str]) -> None:
        for field, place in self._fields.items():
            place.set_error(faults.get(field, ""))
        for field in faults:
            self.go_to(field)
            return

    def go_to(self, field: EditorField) -> None:
        """Puts the keyboard into a field and brings it into view."""
        if field is EditorField.EXPIRES:
            self._expiry.focus_fault()
            scroll_into_view(self._expiry)
            return
        place = self._fields[field]
        if isinstance(place, FormField):
            place.editor.setFocus(Qt.FocusReason.OtherFocusReason)
            scroll_into_view(place)
        elif isinstance(place, HintedField):
            place.focus_fault()
            scroll_into_view(place)

    def _say_status(self) -> None:
        active = self._status.isChecked()
        self._status.setText(status_words(ApiKeyStatus.ACTIVE if active else ApiKeyStatus.DISABLED))
        self._status_field.set_help("Calls are accepted" if active else "Calls with this key are refused (401)")
        self._status.updateGeometry()


def scroll_into_view(widget: QWidget) -> None:
    """Scrolls whatever `widget` lies in so that it can be seen."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget, 0, 16)
        parent = parent.parentWidget()

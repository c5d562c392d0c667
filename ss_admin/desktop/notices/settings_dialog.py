"""“Notices on this workstation”: what is told, and whether the app stays when its window is closed."""

from PySide6.QtWidgets import QCheckBox, QWidget

from ss_admin.desktop.preferences import Preferences
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.dialog import Dialog
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["NoticeSettingsDialog"]

_WHAT_IS_TOLD = (
    "While you are signed in, you get a notice when a key needs attention, and 7, 3 and 1 working days before a key "
    "expires. Each is told once."
)
_WHAT_STAYING_MEANS = (
    "Notices go on while the window is closed. To end the app, choose “Quit” from its icon in the tray."
)


class NoticeSettingsDialog(Dialog):
    """`why_not`: why the app cannot stay in the tray; empty where it can. What is chosen holds once it is saved."""

    def __init__(self, parent: QWidget | None, preferences: Preferences, why_not: str, *, theme: Theme) -> None:
        super().__init__(
            parent, theme=theme, name="notices", heading="Notices on this workstation", primary="Save", width=460
        )
        self._preferences = preferences
        self.stay = QCheckBox("Keep running in the tray when the window is closed")
        self.stay.setObjectName("notices.stay")
        self.stay.setAccessibleName(self.stay.text())
        self.stay.setChecked(preferences.stays_in_tray and not why_not)
        self.stay.setEnabled(not why_not)
        self.stay.setAccessibleDescription(why_not or _WHAT_STAYING_MEANS)
        self.reason = wrapped_label(why_not or _WHAT_STAYING_MEANS, "caption")
        self.body.addWidget(wrapped_label(_WHAT_IS_TOLD))
        self.body.addWidget(self.stay)
        self.body.addWidget(self.reason)
        self.primary_button.clicked.connect(self._save)
        self.finished.connect(self.deleteLater)

    def _save(self) -> None:
        if self.stay.isEnabled():
            self._preferences.stays_in_tray = self.stay.isChecked()
            self._preferences.save()
        self.accept()

"""The head of a chain's page: the way back, its name and states, whether something is unsaved, “Save Changes”."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import ElidedLabel, words
from ss_admin.desktop.widgets.stale_mark import StaleMark

__all__ = ["ChainHead"]

_BACK_INSET = 4
"""Pixels inside the way back, left of its arrow: the arrow stands over the name, the focus ring around it."""


class ChainHead(QWidget):
    """`back_requested` and `save_requested` are its two buttons."""

    back_requested = Signal()
    save_requested = Signal()

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back_button = button("Rule Chains", "plain", name="ruleChain.back", theme=theme, icon="ph.arrow-left")
        self.back_button.setToolTip("Back to the list (Alt+Left)")
        self.name = ElidedLabel("", "heading")
        self.name.setObjectName("ruleChain.name")
        self.external = BadgeLabel("", "neutral", theme=theme)
        self.enabled = BadgeLabel("", "neutral", theme=theme)
        self.stale_mark = StaleMark(theme=theme, name="ruleChain.stale")
        self.state = words("", "dimmed")
        self.state.setObjectName("ruleChain.state")
        self.save_button = button("Save Changes", "primary", name="ruleChain.save")
        self.save_button.setToolTip("Ctrl+S")
        names = QHBoxLayout()
        names.setSpacing(theme.tokens.s)
        names.addWidget(self.name, 1)
        names.addWidget(self.external)
        names.addWidget(self.enabled)
        names.addStretch()
        row = QHBoxLayout()
        row.setSpacing(theme.tokens.m)
        row.addLayout(names, 1)
        for part in (self.stale_mark, self.state, self.save_button):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        back = QHBoxLayout()
        back.setContentsMargins(-_BACK_INSET, 0, 0, 0)
        back.addWidget(self.back_button)
        back.addStretch()
        layout.addLayout(back)
        layout.addLayout(row)
        self.back_button.clicked.connect(self.back_requested)
        self.save_button.clicked.connect(self.save_requested)

    def show_chain(self, chain: RuleChain) -> None:
        """Name and states, as they are stored."""
        self.name.setText(chain.name)
        self.name.ensurePolished()
        self.name.setMaximumWidth(self.name.fontMetrics().horizontalAdvance(chain.name) + 6)
        if chain.is_external:
            self.external.say("External", "info", icon="ph.globe-simple")
        else:
            self.external.say("Internal", "neutral", icon="ph.house-simple")
        if chain.enabled:
            self.enabled.say("Enabled", "success", icon="ph.check-circle")
        else:
            self.enabled.say("Disabled", "neutral", icon="ph.prohibit")

    def show_state(self, text: str, *, can_save: bool) -> None:
        """What stands beside “Save Changes”: “Unsaved changes”, “Saving…”, or nothing."""
        self.state.setText(text)
        self.save_button.setEnabled(can_save)

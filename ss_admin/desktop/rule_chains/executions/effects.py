"""What an execution did outside its chain: the records it saved, and the webhooks it called."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.executions import Delivery, DeliveryStatus, SavedRecord
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.rule_chains.executions.delivery_words import STATUS_BADGES, delivery_facts, status_words
from ss_admin.desktop.rule_chains.picture.json_pane import JsonPane
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate
from ss_admin.desktop.widgets.copy_line import CopyLine
from ss_admin.desktop.widgets.labels import ElidedLabel, set_role, words, wrapped_label
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["DeliveriesView", "RecordsView"]

_LIST_WIDTH = 250


class RecordsView(QWidget):
    """The collections on the left, the document that was saved there beside them."""

    def __init__(self, records: Sequence[SavedRecord], *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records = records
        self.list = QListWidget()
        self.list.setObjectName("execution.records")
        self.list.setAccessibleName("Records saved")
        self.list.setFixedWidth(_LIST_WIDTH)
        self.list.setProperty("role", "popup")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        for record in records:
            item = QListWidgetItem(f"{record.collection}, {record.id}")
            item.setData(Qt.ItemDataRole.UserRole, record)
            item.setToolTip(record.id)
            self.list.addItem(item)
        self.list.setItemDelegate(_RecordDelegate(theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document = JsonPane("Document", theme=theme, name="execution.record")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.tokens.m, 0, 0)
        row.setSpacing(theme.tokens.m)
        row.addWidget(self.list)
        row.addWidget(self.document, 1)
        self.list.currentRowChanged.connect(lambda place: self.document.show_value(self._records[place].document))
        self.list.setCurrentRow(0)


class _RecordDelegate(TwoLineDelegate):
    """The collection, and the record's id below it."""

    @override
    def lines(self, item: SavedRecord) -> tuple[str, str]:
        return item.collection, item.id


class DeliveriesView(ScrollColumn):
    """A card for each webhook: where it stands in words, its address, attempts, and why the last one failed."""

    def __init__(
        self,
        deliveries: Sequence[Delivery],
        *,
        now: datetime,
        clipboard: Clipboard,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.column.setContentsMargins(0, theme.tokens.m, 0, 0)
        self.column.setSpacing(theme.tokens.s)
        self._cards = [
            _DeliveryCard(delivery, name=f"execution.delivery{place}", clipboard=clipboard, theme=theme)
            for place, delivery in enumerate(deliveries)
        ]
        for card in self._cards:
            self.column.addWidget(card)
        self.column.addStretch()
        self.show_deliveries(deliveries, now)

    def show_deliveries(self, deliveries: Sequence[Delivery], now: datetime) -> None:
        """How the same webhooks stand by now, in the same cards."""
        known = {delivery.id: delivery for delivery in deliveries}
        for card in self._cards:
            if card.delivery_id in known:
                card.show_delivery(known[card.delivery_id], now)


class _DeliveryCard(QFrame):
    """One webhook."""

    def __init__(self, delivery: Delivery, *, name: str, clipboard: Clipboard, theme: Theme) -> None:
        super().__init__()
        self.delivery_id = delivery.id
        self.setProperty("role", "card")
        self.setObjectName(name)
        self._state = BadgeLabel("", "neutral", theme=theme)
        self._facts = wrapped_label("", "dimmed")
        self._error = wrapped_label("", "error")
        head = QHBoxLayout()
        head.setSpacing(theme.tokens.m)
        head.addWidget(self._state)
        head.addWidget(ElidedLabel(delivery.url, "strong"), 1)
        foot = QHBoxLayout()
        foot.setSpacing(theme.tokens.s)
        foot.addWidget(words("Delivery ID", "caption"), 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(CopyLine("delivery ID", delivery.id, clipboard=clipboard, theme=theme, name=f"{name}.id"), 1)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(14, 12, 14, 8)
        inside.setSpacing(4)
        inside.addLayout(head)
        inside.addWidget(self._facts)
        inside.addWidget(self._error)
        inside.addLayout(foot)

    def show_delivery(self, delivery: Delivery, now: datetime) -> None:
        """Shows how it stands."""
        icon, kind = STATUS_BADGES[delivery.status]
        self._state.say(status_words(delivery), kind, icon=icon)
        self._facts.setText(delivery_facts(delivery, now))
        self._error.setText(delivery.last_error or "")
        self._error.setVisible(bool(delivery.last_error))
        set_role(self._error, "error" if delivery.status is DeliveryStatus.GIVEN_UP else "warning")

"""What an execution did outside its chain: the records it saved, and the webhooks it called."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.executions import Delivery, DeliveryStatus, SavedRecord
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.rule_chains.executions.copy_line import CopyLine
from ss_admin.desktop.rule_chains.executions.delivery_words import STATUS_BADGES, delivery_facts, status_words
from ss_admin.desktop.rule_chains.picture.json_pane import JsonPane
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge_label import BadgeLabel
from ss_admin.desktop.widgets.choosing.two_line_delegate import TwoLineDelegate
from ss_admin.desktop.widgets.labels import ElidedLabel, words, wrapped_label
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
        self._now = now
        self._clipboard = clipboard
        self._theme = theme
        self.column.setContentsMargins(0, theme.tokens.m, 0, 0)
        self.column.setSpacing(theme.tokens.s)
        for place, delivery in enumerate(deliveries):
            self.column.addWidget(self._card(place, delivery))
        self.column.addStretch()

    def _card(self, place: int, delivery: Delivery) -> QFrame:
        theme = self._theme
        icon, kind = STATUS_BADGES[delivery.status]
        card = QFrame()
        card.setProperty("role", "card")
        card.setObjectName(f"execution.delivery{place}")
        head = QHBoxLayout()
        head.setSpacing(theme.tokens.m)
        head.addWidget(BadgeLabel(status_words(delivery), kind, theme=theme, icon=icon))
        head.addWidget(ElidedLabel(delivery.url, "strong"), 1)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(14, 12, 14, 8)
        inside.setSpacing(4)
        inside.addLayout(head)
        inside.addWidget(wrapped_label(delivery_facts(delivery, self._now), "dimmed"))
        if delivery.last_error:
            given_up = delivery.status is DeliveryStatus.GIVEN_UP
            inside.addWidget(wrapped_label(delivery.last_error, "error" if given_up else "warning"))
        identity = CopyLine(
            "delivery ID", delivery.id, clipboard=self._clipboard, theme=theme, name=f"execution.delivery{place}.id"
        )
        foot = QHBoxLayout()
        foot.setSpacing(theme.tokens.s)
        foot.addWidget(words("Delivery ID", "caption"), 0, Qt.AlignmentFlag.AlignVCenter)
        foot.addWidget(identity, 1)
        inside.addLayout(foot)
        return card

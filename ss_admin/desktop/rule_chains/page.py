"""The page “Rule Chains”: which chains partners can call, and at which address."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChain
from ss_admin.desktop.background import Background
from ss_admin.desktop.clipboard import Clipboard, CopyOutcome
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.badge import BadgeKind, paint_badge
from ss_admin.desktop.widgets.cursor_model import CursorColumn, CursorModel
from ss_admin.desktop.widgets.dialog import Message
from ss_admin.desktop.widgets.empty_state import EmptyState
from ss_admin.desktop.widgets.list_page import ListPage

__all__ = ["RuleChainsPage"]

_PAGE_ITEMS = 100
_WIDTHS = (220, 110, 110, 340)
_EXTERNAL, _ENABLED, _URL = 1, 2, 3
_COPY_ROOM = 40

Index = QModelIndex | QPersistentModelIndex


class RuleChainsPage(ListPage):
    """A list to read; a click on an address, or Enter, copies it."""

    def __init__(
        self,
        rule_chains: RuleChainsClient,
        *,
        background: Background,
        clipboard: Clipboard,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        columns = (
            CursorColumn("Name", lambda chain: chain.name, _name_and_description),
            CursorColumn("Is External", lambda chain: "External" if chain.is_external else "Internal"),
            CursorColumn("Enabled", lambda chain: "Enabled" if chain.enabled else "Disabled"),
            CursorColumn("API Endpoint", lambda chain: chain.endpoint_url, _url_tooltip),
        )
        model = CursorModel(columns, lambda cursor: rule_chains.list_page(limit=_PAGE_ITEMS, cursor=cursor), background)
        super().__init__(
            model,
            theme=theme,
            name="ruleChains",
            heading="Rule Chains",
            about="Partners call an external, enabled rule chain at its API endpoint, with an API key.",
            empty=EmptyState(
                "ph.flow-arrow",
                "No rule chains yet",
                "A rule chain says what happens when a partner calls.",
                theme=theme,
                name="ruleChains.empty",
            ),
            widths=_WIDTHS,
            parent=parent,
        )
        self._clipboard = clipboard
        self.table.setItemDelegateForColumn(_EXTERNAL, _StateDelegate("External", "info", theme, self))
        self.table.setItemDelegateForColumn(_ENABLED, _StateDelegate("Enabled", "success", theme, self))
        self.table.setItemDelegateForColumn(_URL, _UrlDelegate(theme, self))
        self.table.clicked.connect(self._copy_if_url)
        self.table.activated.connect(self._copy)

    def _copy_if_url(self, index: Index) -> None:
        if index.column() == _URL:
            self._copy(index)

    def _copy(self, index: Index) -> None:
        chain: RuleChain = self.model.item(index.row())
        if self._clipboard.copy(chain.endpoint_url) is CopyOutcome.COPIED:
            self.said.emit(f"The address of “{chain.name}” was copied.")
        else:
            Message(
                self,
                theme=self.theme,
                name="ruleChains.notCopied",
                heading="The address was not copied",
                text=f"No clipboard can be used here. The address is:\n\n{chain.endpoint_url}",
            ).open()


class _StateDelegate(QStyledItemDelegate):
    """One of two words on a badge; the tinted one is the state that lets partners call."""

    def __init__(self, tinted: str, kind: BadgeKind, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._tinted = tinted
        self._kind = kind
        self._theme = theme

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        word = str(index.data())
        super().paint(painter, option, index)
        rect = QRect(option.rect).adjusted(12, 0, -8, -1)
        paint_badge(painter, rect, word, self._kind if word == self._tinted else "neutral", self._theme)

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""


class _UrlDelegate(QStyledItemDelegate):
    """The address in the font of commands, and the copy icon behind it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.text = ""

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        rect = QRect(option.rect).adjusted(12, 0, -12, -1)
        painter.save()
        painter.setFont(self._theme.mono_font(12))
        painter.setPen(self._theme.colour("text"))
        metrics = painter.fontMetrics()
        words = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, rect.width() - _COPY_ROOM)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter), words)
        left = rect.left() + metrics.horizontalAdvance(words) + 10
        icon = QRect(left, rect.center().y() - 7, 16, 16)
        self._theme.icon("ph.copy", "text_dimmed").paint(painter, icon)
        painter.restore()


def _name_and_description(chain: RuleChain) -> str:
    return f"{chain.name}\n{chain.description}" if chain.description else chain.name


def _url_tooltip(chain: RuleChain) -> str:
    return f"{chain.endpoint_url}\nClick to copy"

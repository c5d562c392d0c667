"""The answer: the exact cause, the facts, what to tell the partner; and a key's last refusals as a list."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from ss_admin.contract.refusals import KeyFinding, Refusal, RefusalAnswer
from ss_admin.desktop.clipboard import Clipboard
from ss_admin.desktop.moments import Clock, exact_moment, utc_now
from ss_admin.desktop.refusals.facts import Facts, KeyLine, refusal_facts, selectable
from ss_admin.desktop.refusals.partner_box import PartnerBox
from ss_admin.desktop.refusals.refusal_words import NO_REFUSALS, NOTHING_FOUND, partner_text, why_in_short
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.copy_line import CopyLine
from ss_admin.desktop.widgets.labels import line, words
from ss_admin.desktop.widgets.notice import Notice
from ss_admin.desktop.widgets.row_cells import plain_tooltip
from ss_admin.desktop.widgets.row_table import show_as_rows

__all__ = ["AnswerView"]

_ROW = 34
_ROWS_SHOWN = 4


class AnswerView(QWidget):
    """Shows one `RefusalAnswer`; `key_opened` carries the id of the key that is to be opened."""

    key_opened = Signal(str)

    def __init__(
        self,
        answer: RefusalAnswer,
        *,
        clipboard: Clipboard,
        theme: Theme,
        clock: Clock = utc_now,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._clipboard = clipboard
        self._theme = theme
        self._clock = clock
        self._finding = answer.finding
        self._refusals = answer.refusals
        self._details: QWidget | None = None
        self.table: QTableWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.tokens.m)
        if answer.finding is not None:
            self._show_finding(answer.finding)
            self._show_list(answer)
        elif answer.refusals:
            self._show_refusal(answer.refusals[0])
        else:
            self._column.addWidget(Notice("neutral", answer.note or NOTHING_FOUND, theme=theme))

    def _show_finding(self, finding: KeyFinding) -> None:
        self._column.addWidget(selectable(finding.cause, "strong"))
        if finding.api_key is not None:
            facts = Facts()
            facts.add("API key", self._linked(KeyLine(finding.api_key, theme=self._theme)))
            self._column.addWidget(facts)
        if finding.advice:
            self._column.addWidget(self._partner_box("refusals.finding", finding))

    def _show_list(self, answer: RefusalAnswer) -> None:
        if answer.finding is None or (answer.finding.api_key is None and not answer.refusals):
            return
        self._column.addWidget(line())
        if not answer.refusals:
            self._column.addWidget(words(NO_REFUSALS, "dimmed"))
            return
        number = len(answer.refusals)
        self._column.addWidget(words("The last refusal" if number == 1 else f"The last {number} refusals", "strong"))
        self.table = self._make_table(answer.refusals)
        self._column.addWidget(self.table)
        self.table.currentCellChanged.connect(lambda row, *_rest: self._show_details(row))
        self.table.setCurrentCell(0, 0)

    def _make_table(self, refusals: list[Refusal]) -> QTableWidget:
        table = QTableWidget(len(refusals), 3)
        table.setObjectName("refusals.list")
        table.setAccessibleName("The last refusals")
        table.setHorizontalHeaderLabels(["When", "Why", "From address"])
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        show_as_rows(table, _ROW)
        for row, refusal in enumerate(refusals):
            exact = exact_moment(refusal.at)
            texts = (exact.splitlines()[0], why_in_short(refusal), refusal.address)
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tooltip(exact if column == 0 else text))
                table.setItem(row, column, item)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionsClickable(False)
        table.setColumnWidth(0, 190)
        table.setColumnWidth(1, 220)
        header.setStretchLastSection(True)
        table.setFixedHeight(40 + _ROW * min(len(refusals), _ROWS_SHOWN) + 2)
        return table

    def _show_details(self, row: int) -> None:
        if self._details is not None:
            self._column.removeWidget(self._details)
            self._details.hide()
            self._details.deleteLater()
            self._details = None
        if 0 <= row < len(self._refusals):
            self._show_refusal(self._refusals[row])

    def _show_refusal(self, refusal: Refusal) -> None:
        self._details = QWidget()
        column = QVBoxLayout(self._details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(self._theme.tokens.m)
        cause = selectable(refusal.cause, "strong")
        cause.setObjectName("refusals.cause")
        within = self._finding is not None  # which names the key already, and often the same advice
        facts, key_line = refusal_facts(refusal, theme=self._theme, with_key=not within, clock=self._clock)
        if key_line is not None:
            self._linked(key_line)
        facts.add(
            "Request ID",
            CopyLine(
                "request ID",
                refusal.request_id,
                clipboard=self._clipboard,
                theme=self._theme,
                name="refusals.requestId",
            ),
        )
        column.addWidget(cause)
        if self._finding is None or self._finding.advice != refusal.advice:
            column.addWidget(self._partner_box("refusals.call", refusal))
        column.addWidget(facts)
        self._column.addWidget(self._details)

    def _partner_box(self, name: str, told: Refusal | KeyFinding) -> PartnerBox:
        text = partner_text(told)
        return PartnerBox(told.advice, text, clipboard=self._clipboard, theme=self._theme, name=name)

    def _linked(self, key_line: KeyLine) -> KeyLine:
        key_line.opened.connect(self.key_opened)
        return key_line

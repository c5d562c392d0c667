"""“Calls”: the chart, the choice of its span, its numbers as a table, and why calls were refused."""

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QWidget

from ss_admin.contract.usage import ApiKeyUsage, UsageSpan
from ss_admin.desktop.key_page.chart.bucket_words import totals
from ss_admin.desktop.key_page.chart.calls_chart import CallsChart
from ss_admin.desktop.key_page.chart.legend import Legend
from ss_admin.desktop.key_page.chart.usage_table import UsageTable, UsageTableModel
from ss_admin.desktop.key_page.refusal_words import refusals_in_words
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.theme.theme import Theme
from ss_admin.desktop.widgets.buttons import button
from ss_admin.desktop.widgets.labels import wrapped_label

__all__ = ["CallsSection"]

_SPANS = {UsageSpan.DAY: "24 hours", UsageSpan.WEEK: "7 days", UsageSpan.MONTH: "30 days"}
_CHART_HEIGHT = 220


class CallsSection(Section):
    """`span_chosen` carries the `UsageSpan` that the person wants to see."""

    span_chosen = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Calls", theme=theme, name="keyPage.calls", skeleton=_CHART_HEIGHT + 28, parent=parent)
        self.chart = CallsChart(theme=theme)
        self.model = UsageTableModel(self)
        self.table = UsageTable(self.model)
        self.legend = Legend(theme=theme)
        self.spans = QButtonGroup(self)
        self.table_button = button("Show as table", "quiet", name="keyPage.asTable", theme=theme, icon="ph.table")
        self._why = wrapped_label("", "caption")
        self._stack = QStackedWidget()
        self._stack.setFixedHeight(_CHART_HEIGHT)
        self._stack.addWidget(self.chart)
        self._stack.addWidget(self.table)
        self.head.addWidget(self.table_button)
        for number, span in enumerate(UsageSpan):
            self.spans.addButton(self._span_button(span), number)
        for part in (self.legend, self._stack, self._why):
            self.content.addWidget(part)
        self.spans.idClicked.connect(lambda number: self.span_chosen.emit(list(UsageSpan)[number]))
        self.table_button.clicked.connect(self.turn)

    @property
    def shows_table(self) -> bool:
        """Whether the table stands in the place of the chart."""
        return self._stack.currentWidget() is self.table

    def span_button(self, span: UsageSpan) -> QPushButton:
        """The button that chooses `span`."""
        found = self.spans.button(list(UsageSpan).index(span))
        assert isinstance(found, QPushButton)  # noqa: S101 -- the group holds nothing else
        return found

    def show_span(self, span: UsageSpan) -> None:
        """Marks `span` as the one that is shown."""
        with QSignalBlocker(self.spans):
            self.span_button(span).setChecked(True)

    def show_usage(self, usage: ApiKeyUsage) -> None:
        """Shows the answer."""
        self.chart.show_usage(usage)
        self.model.show_usage(usage)
        self.legend.show_totals(totals(usage))
        why = refusals_in_words(usage.calls_by_code)
        self._why.setText(why)
        self._why.setVisible(bool(why))
        self.show_content()

    def turn(self) -> None:
        """From the chart to the table and back."""
        as_table = not self.shows_table
        self._stack.setCurrentWidget(self.table if as_table else self.chart)
        words = "Show as chart" if as_table else "Show as table"
        self.table_button.setText(words)
        self.table_button.setAccessibleName(words)
        self.table_button.setIcon(self.theme.icon("ph.chart-bar" if as_table else "ph.table"))

    def _span_button(self, span: UsageSpan) -> QPushButton:
        made = button(_SPANS[span], "standard", name=f"keyPage.span.{span.value}")
        made.setCheckable(True)
        made.setAccessibleName(f"Last {_SPANS[span]}")
        self.head.addWidget(made)
        return made

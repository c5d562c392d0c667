"""The parts of the page below its head: how they stand beside each other, and that nothing jumps when one grows."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QMoveEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget
from typing_extensions import override

from ss_admin.contract.usage import ApiKeyUsage
from ss_admin.desktop.key_page.addresses_section import AddressesSection
from ss_admin.desktop.key_page.calls_section import CallsSection
from ss_admin.desktop.key_page.history_section import HistorySection
from ss_admin.desktop.key_page.limit_section import LimitSection
from ss_admin.desktop.key_page.section import Section
from ss_admin.desktop.key_page.signals_section import SignalsSection
from ss_admin.desktop.key_page.surroundings import Surroundings
from ss_admin.desktop.widgets.scroll_column import ScrollColumn

__all__ = ["Sections"]

_BESIDE_FROM = 820
"""Pixels: from this width on the limit stands beside the addresses."""


class Sections(ScrollColumn):
    """They scroll together; what is read stays in its place while something above it grows or shrinks."""

    def __init__(self, surroundings: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme, clock = surroundings.theme, surroundings.clock
        self.signals = SignalsSection(surroundings)
        self.calls = CallsSection(theme=theme)
        self.limit = LimitSection(theme=theme)
        self.addresses = AddressesSection(theme=theme, clock=clock)
        self.history = HistorySection(theme=theme, clock=clock)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(theme.tokens.l)
        self._pair.addWidget(self.limit, 2)
        self._pair.addWidget(self.addresses, 3)
        self.column.setContentsMargins(0, 0, 0, theme.tokens.xl)
        self.column.setSpacing(theme.tokens.l)
        self.column.addWidget(self.signals)
        self.column.addWidget(self.calls)
        self.column.addLayout(self._pair)
        self.column.addWidget(self.history)
        self.column.addStretch(1)
        self.keep_bar_in_margin(theme.tokens.xl)
        _TakeAlong(self, self.calls)

    @property
    def all(self) -> tuple[Section, ...]:
        """Every part, from the top."""
        return self.signals, self.calls, self.limit, self.addresses, self.history

    def begin(self, *, signals: int) -> None:
        """Another key: nothing is known yet but how many signals it has."""
        self.verticalScrollBar().setValue(0)
        for section in self.all:
            section.begin()
            section.show()
        self.signals.expect(signals)

    def end(self) -> None:
        """The key is gone: nothing more can be done about its signals, and nothing more comes."""
        for section in self.all:
            if not section.has_content:
                section.hide()
        self.signals.hide()

    def show_usage(self, usage: ApiKeyUsage) -> None:
        """Shows the calls, and how near they came to the limit."""
        self.calls.show_usage(usage)
        self.limit.show_usage(usage)

    def tell_time_passed(self) -> None:
        """Texts that depend on the time of day move on."""
        self.signals.tell_time_passed()
        self.addresses.model.tell_time_passed()
        self.history.model.tell_time_passed()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        beside, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._pair.setDirection(beside if self.width() >= _BESIDE_FROM else below)
        super().resizeEvent(event)


class _TakeAlong(QObject):
    """What comes or goes above `part` moves it: whoever reads there, or below it, is taken along."""

    def __init__(self, sections: Sections, part: QWidget) -> None:
        super().__init__(sections)
        self._sections = sections
        part.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QMoveEvent):
            bar, above = self._sections.verticalScrollBar(), event.oldPos().y() - self._sections.column.spacing()
            if bar.value() >= above > 0:
                bar.setValue(bar.value() + event.pos().y() - event.oldPos().y())
        return super().eventFilter(watched, event)

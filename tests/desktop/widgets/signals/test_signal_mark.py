"""The mark of open signals in a row: its room, and its shape by severity."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter

from ss_admin.contract.signals import Severity, SignalBadge, SignalKind
from ss_admin.desktop.widgets.signals.signal_mark import MARK_HEIGHT, SignalMark

LINE = QRect(0, 0, 80, 20)


def badges(number: int, severity: Severity = Severity.ALERT) -> list[SignalBadge]:
    return [SignalBadge(kind=SignalKind.SPIKE, severity=severity)] * number


def painted(theme, shown: list[SignalBadge]) -> QImage:
    image = QImage(LINE.size(), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    SignalMark(theme).paint(painter, 4, LINE, shown)
    painter.end()
    return image


def columns_used(image: QImage) -> list[int]:
    return [x for x in range(image.width()) if any(image.pixelColor(x, y).alpha() for y in range(image.height()))]


@pytest.mark.parametrize("number", [1, 2, 9])
def test_the_mark_stays_within_its_room(theme, number: int) -> None:
    used = columns_used(painted(theme, badges(number)))
    assert used[0] >= 4
    assert used[-1] < 4 + SignalMark(theme).width(badges(number))
    assert LINE.height() >= MARK_HEIGHT


def test_nothing_open_paints_nothing_and_takes_no_room(theme) -> None:
    assert SignalMark(theme).width([]) == 0
    assert columns_used(painted(theme, [])) == []


def test_each_severity_looks_different_in_both_themes(theme) -> None:
    for name in ("light", "dark"):
        theme.force(name)
        looks = [painted(theme, badges(1, severity)) for severity in Severity]
        assert all(one != other for place, one in enumerate(looks) for other in looks[place + 1 :])

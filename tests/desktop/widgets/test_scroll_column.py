"""A column that scrolls: its bar stands in the margin, and at the height that it wants there is none."""

import pytest

from ss_admin.desktop.widgets.labels import wrapped_label
from ss_admin.desktop.widgets.scroll_column import ScrollColumn


@pytest.mark.parametrize("words", range(40, 52))
def test_at_the_height_that_it_wants_nothing_scrolls_and_the_words_are_as_wide(theme, qtbot, words):
    column = ScrollColumn()
    qtbot.addWidget(column)
    label = wrapped_label("word " * words)
    column.column.addWidget(label)
    column.keep_bar_in_margin(24)
    column.resize(200, 40)
    with qtbot.waitExposed(column):
        column.show()
    bar = column.verticalScrollBar()
    assert bar.maximum() > 0
    beside_bar = label.width()
    column.resize(200, column.height_wanted(200))
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    qtbot.waitUntil(lambda: label.width() == beside_bar)

"""Tabs keep their places, whichever of them is chosen."""

from ss_admin.desktop.widgets.tab_bar import TabBar


def test_choosing_a_tab_moves_none(theme, qtbot):
    bar = TabBar(theme=theme, name="parts", label="Parts")
    qtbot.addWidget(bar)
    for text in ("Definition", "Input schema", "Sample payload"):
        bar.addTab(text)
    with qtbot.waitExposed(bar):
        bar.show()
    places = []
    for chosen in range(bar.count()):
        bar.setCurrentIndex(chosen)
        places.append([bar.tabRect(place) for place in range(bar.count())])
    assert places[0] == places[1] == places[2]
    bar.setTabText(0, "Definition (4)")
    assert bar.tabRect(0).width() > places[0][0].width()

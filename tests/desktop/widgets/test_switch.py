"""The switch slides under a hand; what the program sets stands there at once."""

from PySide6.QtCore import QAbstractAnimation, QPropertyAnimation, Qt

from ss_admin.desktop.widgets.switch import Switch


def test_only_a_hand_makes_the_knob_slide(theme, qtbot):
    switch = Switch("It runs", theme=theme)
    qtbot.addWidget(switch)
    with qtbot.waitExposed(switch):
        switch.show()
    slide = switch.findChild(QPropertyAnimation)
    off = switch.property("_offset")
    switch.setChecked(True)
    assert slide.state() is QAbstractAnimation.State.Stopped
    assert switch.property("_offset") > off
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert not switch.isChecked()
    assert slide.state() is QAbstractAnimation.State.Running
    qtbot.waitUntil(lambda: switch.property("_offset") == off)

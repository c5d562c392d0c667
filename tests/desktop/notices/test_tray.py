"""The icon in the tray: where its clicks lead, and what it says."""

from PySide6.QtWidgets import QSystemTrayIcon

from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.notices.tray import Tray, why_no_tray


def test_a_click_leads_to_the_window_and_a_notice_to_its_key(theme, qtbot):
    tray = Tray(theme=theme)
    tray.show()
    opened: list[str] = []
    tray.opened.connect(lambda: opened.append("window"))
    tray.list_opened.connect(lambda: opened.append("list"))
    tray.key_opened.connect(opened.append)
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Context)
    tray.announce(Announcement("Alarm needs attention", "Unusual spike.", "key-1"))
    tray.icon.messageClicked.emit()
    tray.announce(Announcement("4 keys need attention", "Alarm, Lift", None))
    tray.icon.messageClicked.emit()
    tray.say("SignalSync Admin keeps running", "In the tray.")
    tray.icon.messageClicked.emit()
    assert opened == ["window", "key-1", "list", "window"]
    tray.close()


def test_its_menu_opens_and_ends_the_app_and_says_how_many_keys_need_attention(theme, qtbot):
    tray = Tray(theme=theme)
    words = [action.text() for action in tray.menu.actions() if not action.isSeparator()]
    assert words == ["Open SignalSync Admin", "Nobody is signed in", "Quit"]
    assert not tray.icon.icon().isNull()
    with qtbot.waitSignal(tray.quit_requested):
        tray.menu.actions()[-1].trigger()
    state = tray.menu.actions()[1]
    for number, words in (
        (0, "No key needs attention"),
        (1, "1 key needs attention"),
        (1200, "1,200 keys need attention"),
    ):
        tray.show_count(number)
        assert state.text() == words
        assert state.isEnabled() is (number > 0)
        assert tray.icon.toolTip() == (f"SignalSync Admin: {words}" if number else "SignalSync Admin")
    with qtbot.waitSignal(tray.list_opened):
        state.trigger()
    tray.close()


def test_where_there_is_no_tray_it_says_so():
    assert bool(why_no_tray()) is not QSystemTrayIcon.isSystemTrayAvailable()

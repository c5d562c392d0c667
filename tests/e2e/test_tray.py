"""The app in a real tray: its window closes into it, and its icon and its notices lead back."""

import subprocess
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from ss_admin.desktop.notices.announcements import Announcement
from ss_admin.desktop.shell.tray_presence import TrayPresence
from tests.support.real_window import RealApp, wait_until


@pytest.fixture
def tray() -> Iterator["subprocess.Popen[bytes]"]:
    """A small tray at the top of the screen."""
    process = subprocess.Popen(["trayer", "--edge", "top", "--align", "right", "--width", "10"])
    wait_until(QSystemTrayIcon.isSystemTrayAvailable, "the tray is there")
    yield process
    process.terminate()
    process.wait()


def click(place: QPoint) -> None:
    subprocess.run(["xdotool", "mousemove", str(place.x()), str(place.y()), "click", "1"], check=True)


def balloons() -> list[QWidget]:
    return [
        part
        for part in QApplication.topLevelWidgets()
        if part.metaObject().className() == "QBalloonTip" and part.isVisible()
    ]


def test_the_window_closes_into_the_tray_and_a_notice_leads_back(tray: "subprocess.Popen[bytes]", app: RealApp) -> None:
    ended: list[bool] = []
    told: list[Announcement] = []
    window, preferences = app.window, app.around.preferences
    presence = TrayPresence(app.session, window, app.around, lambda: ended.append(True), remembers=False)
    presence.watch.due.connect(told.append)
    wait_until(lambda: presence.tray.icon.geometry().isValid(), "the icon is in the tray")
    preferences.stays_in_tray = True

    app.press("alt+F4")
    wait_until(window.isHidden, "the window has closed into the tray")
    wait_until(balloons, "it says that it stays")

    app.session.resumed.emit()
    presence.watch.look()
    wait_until(lambda: told, "the keys of the sample data are told of")
    assert told[0].api_key_id is None
    wait_until(balloons, "the notice can be seen")
    place: QRect = balloons()[0].geometry()
    click(QPoint(place.left() + 60, place.bottom() - 12))
    wait_until(window.isActiveWindow, "the notice leads to the window")
    wait_until(app.page.table.isVisible, "at the list of keys")

    app.press("alt+F4")
    wait_until(window.isHidden, "the window has closed again")
    click(presence.tray.icon.geometry().center())
    wait_until(window.isActiveWindow, "the icon leads to the window")

    app.press("alt+F4")
    wait_until(window.isHidden, "the window has closed once more")
    assert ended == []
    presence.tray.quit_requested.emit()
    wait_until(lambda: ended, "quitting ends the app")
    presence.close()

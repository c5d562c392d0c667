"""“Notices on this workstation”."""

from ss_admin.desktop.notices.settings_dialog import NoticeSettingsDialog
from tests.support.accessibility import assert_accessible


def test_staying_in_the_tray_is_off_until_it_is_chosen_and_saved(around, qtbot):
    for save, expected in ((False, False), (True, True)):
        dialog = NoticeSettingsDialog(None, around.preferences, "", theme=around.theme)
        qtbot.addWidget(dialog)
        dialog.open()
        assert not dialog.stay.isChecked()
        assert_accessible(dialog)
        dialog.stay.click()
        (dialog.primary_button if save else dialog.cancel_button).click()
        assert around.preferences.stays_in_tray is expected


def test_without_a_tray_the_box_is_off_and_says_why_and_the_choice_is_kept(around, qtbot):
    around.preferences.stays_in_tray = True
    dialog = NoticeSettingsDialog(None, around.preferences, "This desktop has no tray.", theme=around.theme)
    qtbot.addWidget(dialog)
    dialog.open()
    assert not dialog.stay.isEnabled()
    assert not dialog.stay.isChecked()
    assert dialog.reason.text() == "This desktop has no tray."
    dialog.primary_button.click()
    assert around.preferences.stays_in_tray

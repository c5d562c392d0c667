"""What is remembered between two runs, and what is made of settings that somebody edited."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from ss_admin.desktop.preferences import ListSort, Preferences


def reopened(path: Path) -> Preferences:
    return Preferences(QSettings(str(path / "settings.ini"), QSettings.Format.IniFormat))


def test_everything_comes_back_after_a_restart(tmp_path: Path):
    before = reopened(tmp_path)
    before.window_geometry = QByteArray(b"geometry")
    before.closed_groups = frozenset({"Settings"})
    before.last_server = "https://keys.example.com"
    before.last_username = "maria.keller"
    before.ca_file = "/etc/ca, with a comma.pem"
    before.stays_signed_in = True
    before.set_column_widths("apiKeys", [40, 300])
    before.set_sort("apiKeys", ListSort("name", descending=False))
    before.save()
    after = reopened(tmp_path)
    assert after.window_geometry == QByteArray(b"geometry")
    assert after.closed_groups == {"Settings"}
    assert (after.last_server, after.last_username) == ("https://keys.example.com", "maria.keller")
    assert after.ca_file == "/etc/ca, with a comma.pem"
    assert after.stays_signed_in
    assert after.column_widths("apiKeys") == (40, 300)
    assert after.sort("apiKeys") == ListSort("name", descending=False)


def test_at_first_nothing_is_set(tmp_path: Path):
    preferences = reopened(tmp_path)
    assert preferences.window_geometry.isEmpty()
    assert preferences.closed_groups == frozenset()
    assert preferences.last_server == ""
    assert not preferences.stays_signed_in
    assert preferences.column_widths("apiKeys") == ()
    assert preferences.sort("apiKeys") is None


def test_settings_edited_by_hand_count_as_not_set(tmp_path: Path):
    (tmp_path / "settings.ini").write_text(
        "[apiKeys]\ncolumnWidths=wide, -3\nsort=name\n[signIn]\nserver=@ByteArray(x)\nstays=perhaps\n"
        "[window]\ngeometry=here\n"
    )
    preferences = reopened(tmp_path)
    assert preferences.column_widths("apiKeys") == ()
    assert preferences.sort("apiKeys") is None
    assert preferences.last_server == ""
    assert not preferences.stays_signed_in
    assert preferences.window_geometry.isEmpty()

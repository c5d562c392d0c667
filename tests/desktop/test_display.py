"""Whether a window can be opened, and what the person is told where it cannot."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ss_admin.desktop import display
from ss_admin.desktop.display import why_no_window

ROOT = Path(__file__).parent.parent.parent


def test_without_a_display_the_reason_names_the_variables():
    reason = why_no_window({}, "linux")
    assert reason == "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set."


def test_a_platform_without_a_screen_needs_no_display():
    assert why_no_window({"QT_QPA_PLATFORM": "offscreen"}, "linux") is None


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_other_systems_always_have_a_display(platform):
    assert why_no_window({}, platform) is None


def test_a_display_that_nobody_serves_is_told():
    assert why_no_window({"DISPLAY": ":4711"}, "linux") == "The display “:4711” cannot be opened."


def test_x11_asked_for_without_a_display_is_told():
    assert why_no_window({"QT_QPA_PLATFORM": "xcb"}, "linux") == "There is no display here: DISPLAY is not set."


def test_missing_libraries_are_named_by_their_packages(monkeypatch):
    monkeypatch.setattr(display, "_loads", lambda library: "cursor" not in library and "EGL" not in library)
    reason = why_no_window({"DISPLAY": ":0"}, "linux")
    assert reason is not None
    assert "apt-get install libegl1 libxcb-cursor0" in reason


def test_wayland_needs_no_library_of_x11(monkeypatch):
    monkeypatch.setattr(display, "_loads", lambda library: "xcb" not in library)
    assert why_no_window({"WAYLAND_DISPLAY": "wayland-0"}, "linux") is None


def test_without_qt_the_reason_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert 'pip install ".[desktop]"' in (why_no_window({"DISPLAY": ":0"}, "linux") or "")


def test_every_library_belongs_to_the_package_that_the_set_up_installs():
    script = (ROOT / "resources" / "system" / "packages.sh").read_text(encoding="utf-8")
    installed = set(re.findall(r"(lib[\w.+-]+\.so\.\d+):([\w.+-]+)", script))
    assert {*display._ANY_WINDOW, *display._X11_WINDOW} == installed


def test_asking_does_not_load_qt():
    code = "import sys; from ss_admin.desktop import cli; cli.why_no_window({}); print('PySide6' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout == "False\n"

"""The command `ss-admin`: its words, its exit codes, and what it does where no window can be opened."""

import subprocess
import sys
from pathlib import Path

import pytest

from ss_admin import __version__
from ss_admin.desktop import cli
from ss_admin.desktop.demo import DemoFailed

ROOT = Path(__file__).parent.parent.parent


def test_version_and_help_are_answered_on_standard_output(capsys):
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"ss-admin {__version__}\n"
    assert cli.run(["--help"]) == 0
    assert "demo" in capsys.readouterr().out
    assert cli.run(["demo", "--help"]) == 0
    assert "--no-window" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["demo", "--nonsense"],
        ["demo", "extra"],
        ["demo", "--data"],
        ["demo", "--data", __file__],
    ],
)
def test_bad_usage_is_one_clear_line_and_exit_code_2(arguments, capsys):
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert captured.err.startswith("ss-admin: ")


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_without_a_display_it_says_so_and_offers_the_demo_without_a_window(arguments):
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}
    found = subprocess.run(
        [sys.executable, "-m", "ss_admin.desktop.cli", *arguments],
        capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60, check=False,
    )  # fmt: skip
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == (
        "ss-admin: There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set. "
        "Without a window: ss-admin demo --no-window serves the sample data until interrupted.\n"
    )


def test_a_demo_that_fails_is_one_sentence_and_exit_code_1(monkeypatch, capsys):
    def fail(*_arguments, **_options):
        raise DemoFailed("The sample backend could not start.")

    monkeypatch.setattr(cli, "serve_without_window", fail)
    assert cli.run(["demo", "--no-window"]) == 1
    assert capsys.readouterr().err == "ss-admin: The sample backend could not start.\n"


def test_an_interruption_is_no_traceback(monkeypatch, capsys):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "serve_without_window", interrupt)
    assert cli.run(["demo", "--no-window"]) == 130
    assert capsys.readouterr().err.strip() == ""

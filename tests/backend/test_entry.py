import sys

import pytest

from ss_admin.backend import entry


def test_the_installed_command_is_the_backends_own(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["ss-backend", "--version"])
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("ss-backend ")


def test_without_the_backends_packages_one_line_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "ss_admin.backend.cli", raising=False)
    monkeypatch.setitem(sys.modules, "ss_admin.backend.accounts.directory", None)
    monkeypatch.setattr(entry, "__name__", "elsewhere.entry")
    with pytest.raises(SystemExit, match=r'pip install "\.\[backend\]"'):
        entry.main()


def test_a_module_of_ours_that_is_missing_is_a_fault_and_no_matter_of_installing(monkeypatch):
    monkeypatch.delitem(sys.modules, "ss_admin.backend.cli", raising=False)
    monkeypatch.setitem(sys.modules, "ss_admin.backend.accounts.directory", None)
    with pytest.raises(ModuleNotFoundError):
        entry.main()

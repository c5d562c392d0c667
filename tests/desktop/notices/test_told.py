"""Each piece of news is told once: after a restart, by two windows at a time, for many people."""

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile, QSettings

from ss_admin.desktop.notices.told import MOST_PEOPLE, MOST_TOLD, ToldNews

ROOT = Path(__file__).parent.parent.parent.parent
SERVER = "https://keys.example.com"


@pytest.fixture
def path(tmp_path) -> str:
    return str(tmp_path / "settings.ini")


def test_it_is_claimed_once_and_remembered_over_a_restart(path):
    assert ToldNews(path, SERVER, "ann").claim(["a", "b"]) == {"a", "b"}
    assert ToldNews(path, SERVER, "ann").claim(["a", "b", "c"]) == {"c"}
    assert ToldNews(path, SERVER, "ann").claim(["c"]) == set()


def test_it_is_one_person_on_one_server(path):
    ToldNews(path, SERVER, "ann").claim(["a"])
    assert ToldNews(path, SERVER, "bo").claim(["a"]) == {"a"}
    assert ToldNews(path, "https://other.example.com", "ann").claim(["a"]) == {"a"}


def test_what_somebody_wrote_there_by_hand_does_no_harm(path):
    ToldNews(path, SERVER, "ann").claim(["a"])
    settings = QSettings(path, QSettings.Format.IniFormat)
    key = next(key for key in settings.allKeys() if key != "notices/people")
    settings.setValue(key, ["nonsense", "", "12 ", "x a"])
    settings.sync()
    assert ToldNews(path, SERVER, "ann").claim(["a"]) == {"a"}


ONE_WINDOW = """
import sys
from ss_admin.desktop.notices.told import ToldNews
told = ToldNews(sys.argv[1], "https://keys.example.com", "ann")
print("ready", flush=True)
sys.stdin.readline()
for number in range(40):
    for news_id in told.claim([f"n-{n}" for n in range(number + 1)]):
        print(news_id)
"""


def test_two_windows_at_once_do_not_tell_it_twice(path):
    command = [sys.executable, "-c", ONE_WINDOW, path]
    windows = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(2)
    ]
    assert [window.stdout.readline() for window in windows] == ["ready\n"] * 2
    for window in windows:
        window.stdin.write("go\n")
        window.stdin.flush()
    claimed = [news_id for window in windows for news_id in window.communicate(timeout=60)[0].split()]
    assert sorted(claimed) == sorted(f"n-{n}" for n in range(40))


def test_what_is_still_there_is_forgotten_last(path):
    ToldNews(path, SERVER, "ann").claim(["still there", "gone"])
    for number in range(4):
        old = [f"{number}-{n}" for n in range(MOST_TOLD // 3)]
        assert ToldNews(path, SERVER, "ann").claim(["still there", *old]) == set(old)
    assert ToldNews(path, SERVER, "ann").claim(["still there", "gone"]) == {"gone"}


def test_the_file_holds_digests_and_no_names(path):
    ToldNews(path, SERVER, "ann").claim(["signal:of-a-key:alert:day"])
    text = Path(path).read_text()
    assert "[notices]" in text
    assert not any(word in text for word in ("ann", "keys.example.com", "of-a-key"))


def test_where_the_file_cannot_be_written_it_is_told_once_until_the_end(tmp_path):
    (tmp_path / "no-folder").write_text("")
    told = ToldNews(str(tmp_path / "no-folder" / "settings.ini"), SERVER, "ann")
    assert told.claim(["a"]) == {"a"}
    assert told.claim(["a", "b"]) == {"b"}


def test_while_another_window_holds_the_settings_it_is_left_for_later(path, monkeypatch):
    monkeypatch.setattr("ss_admin.desktop.notices.told._LOCK_WAIT_MS", 10)
    lock = QLockFile(f"{path}.notices.lock")
    assert lock.tryLock(100)
    assert ToldNews(path, SERVER, "ann").claim(["a"]) == set()
    lock.unlock()
    assert ToldNews(path, SERVER, "ann").claim(["a"]) == {"a"}


def test_it_is_bounded(path):
    ToldNews(path, SERVER, "ann").claim([f"n-{n}" for n in range(MOST_TOLD + 50)])
    for person in range(MOST_PEOPLE + 3):
        ToldNews(path, SERVER, f"person-{person}").claim([f"n-{n}" for n in range(MOST_TOLD + person)])
    settings = QSettings(path, QSettings.Format.IniFormat)
    settings.beginGroup("notices")
    assert len(settings.childKeys()) == MOST_PEOPLE + 1
    assert all(len(settings.value(key)) <= MOST_TOLD for key in settings.childKeys())


def test_without_a_file_it_is_kept_in_memory(tmp_path):
    told = ToldNews("", SERVER, "ann")
    assert told.claim(["a"]) == {"a"}
    assert told.claim(["a"]) == set()
    assert list(tmp_path.iterdir()) == []

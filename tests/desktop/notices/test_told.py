"""Each piece of news is told once: after a restart, by two windows at a time, for many people."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QLockFile, QSettings

from ss_admin.desktop.notices.told import MOST_PEOPLE, MOST_TOLD, ToldNews

SERVER = "https://keys.example.com"


@pytest.fixture
def path(tmp_path) -> str:
    return str(tmp_path / "settings.ini")


def test_it_is_claimed_once_and_remembered_over_a_restart(path):
    assert ToldNews(path, SERVER, "ann").claim(["a", "b"], complete=True) == {"a", "b"}
    assert ToldNews(path, SERVER, "ann").claim(["a", "b", "c"], complete=True) == {"c"}
    assert ToldNews(path, SERVER, "ann").claim(["c"], complete=True) == set()


def test_it_is_one_person_on_one_server(path):
    ToldNews(path, SERVER, "ann").claim(["a"], complete=True)
    assert ToldNews(path, SERVER, "bo").claim(["a"], complete=True) == {"a"}
    assert ToldNews(path, "https://other.example.com", "ann").claim(["a"], complete=True) == {"a"}


def test_what_was_gone_for_half_an_hour_is_told_again_unless_only_a_part_was_seen(path):
    now = [datetime(2026, 11, 23, 12, 0, tzinfo=UTC)]
    told = ToldNews(path, SERVER, "ann", clock=lambda: now[0])

    def claim_after(minutes: int, *present: str, complete: bool = True) -> frozenset[str]:
        now[0] += timedelta(minutes=minutes)
        return told.claim(present, complete=complete)

    assert claim_after(0, "a", "b") == {"a", "b"}
    assert claim_after(20, "b") == set()
    assert claim_after(1, "a", "b") == set()
    assert claim_after(60, "b", complete=False) == set()
    assert claim_after(1, "a", "b") == set()
    assert claim_after(31, "b") == set()
    assert claim_after(1, "a", "b") == {"a"}


def test_what_somebody_wrote_there_by_hand_does_no_harm(path):
    ToldNews(path, SERVER, "ann").claim(["a"], complete=True)
    settings = QSettings(path, QSettings.Format.IniFormat)
    key = next(key for key in settings.allKeys() if key != "notices/people")
    settings.setValue(key, ["nonsense", "", "12 ", "x a"])
    settings.sync()
    assert ToldNews(path, SERVER, "ann").claim(["a"], complete=True) == {"a"}


def test_two_windows_at_once_do_not_tell_it_twice(path):
    claimed: list[str] = []
    start = threading.Barrier(4)

    def claim() -> None:
        told = ToldNews(path, SERVER, "ann")
        start.wait()
        for number in range(20):
            claimed.extend(told.claim([f"n-{n}" for n in range(number + 1)], complete=True))

    threads = [threading.Thread(target=claim) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(f"n-{n}" for n in range(20))


def test_while_another_window_holds_the_settings_it_is_left_for_later(path, monkeypatch):
    monkeypatch.setattr("ss_admin.desktop.notices.told._LOCK_WAIT_MS", 10)
    lock = QLockFile(f"{path}.notices.lock")
    assert lock.tryLock(100)
    assert ToldNews(path, SERVER, "ann").claim(["a"], complete=True) == set()
    lock.unlock()
    assert ToldNews(path, SERVER, "ann").claim(["a"], complete=True) == {"a"}


def test_it_is_bounded(path):
    told = ToldNews(path, SERVER, "ann")
    told.claim([f"n-{n}" for n in range(MOST_TOLD + 50)], complete=False)
    for person in range(MOST_PEOPLE + 3):
        ToldNews(path, SERVER, f"person-{person}").claim(["a"], complete=True)
    settings = QSettings(path, QSettings.Format.IniFormat)
    settings.beginGroup("notices")
    assert len(settings.childKeys()) == MOST_PEOPLE + 1
    assert all(len(settings.value(key)) <= MOST_TOLD for key in settings.childKeys())


def test_without_a_file_it_is_kept_in_memory(tmp_path):
    told = ToldNews("", SERVER, "ann")
    assert told.claim(["a"], complete=True) == {"a"}
    assert told.claim(["a"], complete=True) == set()
    assert list(tmp_path.iterdir()) == []

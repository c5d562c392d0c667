"""Work off the UI thread: delivered on it, dropped when nobody waits, and no hang at the end."""

import gc
import sys
import threading
import time

import pytest
import shiboken6
from PySide6.QtCore import QObject

from ss_admin.client.errors import ClientError, ServerUnreachable
from ss_admin.desktop.background import Background


def unexpected(_: object) -> None:
    raise AssertionError("this must not be called")


def test_a_result_is_made_elsewhere_and_delivered_here(background: Background):
    here, seen = threading.get_ident(), []
    background.run(
        threading.get_ident,
        owner=background,
        done=lambda there: seen.append((there, threading.get_ident())),
        failed=unexpected,
    )
    assert background.wait_idle()
    [(there, delivered)] = seen
    assert there != here
    assert delivered == here


def test_an_error_of_the_client_is_a_value(background: Background):
    def work() -> None:
        raise ServerUnreachable("no route")

    errors: list[ClientError] = []
    background.run(work, owner=background, done=unexpected, failed=errors.append)
    assert background.wait_idle()
    assert [type(error) for error in errors] == [ServerUnreachable]


def test_a_bug_reaches_the_exception_hook(background: Background, monkeypatch: pytest.MonkeyPatch):
    bugs: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _kind, bug, _trace: bugs.append(bug))
    background.run(lambda: 1 / 0, owner=background, done=unexpected, failed=unexpected)
    assert background.wait_idle()
    assert [type(bug) for bug in bugs] == [ZeroDivisionError]


def test_a_cancelled_task_says_nothing(background: Background):
    begun, go_on = threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return go_on.wait(5)

    task = background.run(work, owner=background, done=unexpected, failed=unexpected)
    assert begun.wait(5)
    task.cancel()
    go_on.set()
    assert background.wait_idle()


def test_a_task_cancelled_before_it_began_is_not_done_at_all(qapp: object):
    background = Background(threads=1)
    go_on, done = threading.Event(), []
    background.run(lambda: go_on.wait(5), owner=background, done=lambda _: None, failed=unexpected)
    background.run(lambda: done.append(1), owner=background, done=unexpected, failed=unexpected).cancel()
    go_on.set()
    assert background.wait_idle()
    background.shutdown()
    assert done == []


def test_the_answer_is_dropped_when_its_owner_is_gone(background: Background):
    owner, go_on = QObject(), threading.Event()
    background.run(lambda: go_on.wait(5), owner=owner, done=unexpected, failed=unexpected)
    shiboken6.delete(owner)
    go_on.set()
    assert background.wait_idle()


def test_owners_never_die_on_another_thread(background: Background):
    died_on: list[int] = []

    class Mortal(QObject):
        def __del__(self) -> None:
            died_on.append(threading.get_ident())

    for _ in range(50):
        owner = Mortal()
        background.run(lambda owner=owner: owner.objectName(), owner=owner, done=lambda _: None, failed=unexpected)
        del owner
    assert background.wait_idle()
    background.run(lambda: None, owner=background, done=lambda _: None, failed=unexpected)
    assert background.wait_idle()
    gc.collect()
    assert set(died_on) <= {threading.get_ident()}


def test_many_tasks_are_all_delivered(background: Background):
    results: list[int] = []
    for number in range(200):
        background.run(lambda number=number: number, owner=background, done=results.append, failed=unexpected)
    assert background.wait_idle()
    assert sorted(results) == list(range(200))


def test_the_end_does_not_wait_for_a_server_that_keeps_silent(qapp: object):
    background, go_on = Background(), threading.Event()
    background.run(lambda: go_on.wait(30), owner=background, done=unexpected, failed=unexpected)
    started = time.monotonic()
    background.shutdown(0.2)
    assert time.monotonic() - started < 2
    go_on.set()
    assert background.run(lambda: 1, owner=background, done=unexpected, failed=unexpected).is_cancelled

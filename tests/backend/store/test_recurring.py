import logging
import threading
import time

from typing_extensions import override

from ss_admin.backend.store.engine import StoreUnavailable
from ss_admin.backend.store.recurring import RecurringWork


class Work(RecurringWork):
    """Ends in each of `faults` in turn, then well."""

    def __init__(self, *faults: Exception, pause: float = 0, away_level: int = logging.WARNING) -> None:
        super().__init__(name="work", fault="the work could not be done", away_level=away_level)
        self.faults = list(faults)
        self.pause = pause
        self.went_well = threading.Event()

    @override
    def do_once(self) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.went_well.set()

    @override
    def pause_after(self, seconds: float) -> float:
        assert seconds >= 0
        return self.pause


def test_work_goes_on_after_outages_and_bugs_and_the_log_tells_of_both(caplog):
    work = Work(StoreUnavailable("away"), ZeroDivisionError("a bug"))
    work.start()
    assert work.went_well.wait(10)
    work.close()
    away, bug = caplog.records
    assert (away.levelname, away.getMessage()) == ("WARNING", "the work could not be done; it is tried again")
    assert (bug.levelname, bug.getMessage()) == ("ERROR", "the work could not be done")
    assert bug.exc_info


def test_an_outage_that_others_tell_of_is_not_told_again(caplog):
    work = Work(StoreUnavailable("away"), away_level=logging.DEBUG)
    work.start()
    assert work.went_well.wait(10)
    work.close()
    assert not caplog.records


def test_it_ends_at_once_in_its_pause_twice_and_unstarted():
    work = Work(pause=3600)
    work.start()
    assert work.went_well.wait(10)
    began = time.monotonic()
    work.close()
    work.close()
    assert time.monotonic() - began < 5
    assert work.is_closing
    Work().close()

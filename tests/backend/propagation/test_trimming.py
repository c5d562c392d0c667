"""Trimming: what is too old goes, what anybody may still need stays."""

from datetime import timedelta

from sqlalchemy import select, update

from ss_admin.backend.propagation.clock import store_now
from ss_admin.backend.propagation.trimming import trim_changes
from ss_admin.backend.store.tables import ChangeRow, SightingRow, WorkerRow
from tests.support.watching import eventually


def _grow_old(store, revisions, **age):
    with store.writing() as session:
        then = store_now(session) - timedelta(**age)
        session.execute(update(ChangeRow).where(ChangeRow.revision.in_(revisions)).values(at=then))


def _kept(store, column):
    with store.reading() as session:
        return list(session.scalars(select(column).order_by(column)))


def test_old_changes_go_with_their_sightings_and_recent_ones_stay(changing, watch_over, store):
    watching = watch_over(store).start()
    for number in range(6):
        changing.new_key()
        eventually(lambda seen=number + 1: watching.watch.is_counted and len(watching.changes) == seen)
    _grow_old(store, [1, 2, 3], days=1, minutes=1)
    assert trim_changes(store) == 3
    assert _kept(store, ChangeRow.revision) == [4, 5, 6]
    assert _kept(store, SightingRow.revision) == [4, 5, 6]
    assert trim_changes(store) == 0
    changing.new_key()
    eventually(lambda: len(watching.changes) == 7)
    assert watching.resets == [0]


def test_newest_change_stays_however_old_it_is(changing, watch_over, store):
    for _ in range(3):
        changing.new_key()
    watching = watch_over(store).start()
    _grow_old(store, [1, 2, 3], days=10)
    assert trim_changes(store) == 2
    changing.new_key()
    eventually(lambda: watching.revisions == [4])
    assert watching.resets == [0]


def test_nothing_is_trimmed_where_nothing_is(store):
    assert trim_changes(store) == 0


def test_workers_that_are_long_gone_are_removed_with_their_sightings(watch_over, store):
    alive = watch_over(store).start()
    with store.writing() as session:
        then = store_now(session) - timedelta(hours=2)
        session.add(WorkerRow(id="gone", name="h:1", started_at=then, seen_at=then, revision=0))
        session.flush()
        session.add(SightingRow(worker_id="gone", revision=0, at=then))
    trim_changes(store)
    assert _kept(store, WorkerRow.id) == [alive.watch.worker_id]
    assert _kept(store, SightingRow.worker_id) == [alive.watch.worker_id]

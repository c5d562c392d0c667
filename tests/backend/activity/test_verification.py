"""Whatever is done to the trail by somebody who has the database, or to an exported file, is found."""

import json
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, update

from ss_admin.backend.activity.verification import Broken, TenantUnknown, export_lines, verify_file, verify_store
from ss_admin.backend.store.engine import Store
from tests.backend.activity.conftest import ACTIVITY, ENTRIES, HEADS, Intruder

OFTEN = settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
PLACES = st.integers(0, ENTRIES - 1)
OTHER_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": st.timedeltas().filter(bool),
    "action": st.sampled_from(["api_key.deleted", "nonsense"]),
    "changes": st.sampled_from([[], [{"field": "name", "before": 1, "after": 1.0}], [{"field": "x"}]]),
    **{name: st.text("abc", min_size=1, max_size=9) for name in ("id", "actor_id", "object_id", "request_id")},
    **{name: st.text("äbc ", min_size=1, max_size=20) for name in ("actor_name", "address", "object_name")},
    **{name: st.text("0123456789abcdef", min_size=64, max_size=64) for name in ("previous_hash", "hash")},
}


def first_fault(store: Store) -> Broken:
    with pytest.raises(Broken) as found:
        list(verify_store(store))
    return found.value


def test_untouched_trail_is_intact_and_tells_where_it_ends(intruder: Intruder, store: Store) -> None:
    chains = list(verify_store(store))
    assert [(chain.tenant, chain.end.sequence) for chain in chains] == [("Acme", 6), ("Building Services", 6)]
    assert list(verify_file(export_lines(store))) == chains
    assert list(verify_store(store, "Acme")) == list(verify_file(export_lines(store, "Acme"))) == chains[:1]
    for verify in (lambda: verify_store(store, "Nobody"), lambda: verify_file(export_lines(store), "Nobody")):
        with pytest.raises(TenantUnknown):
            list(verify())


@OFTEN
@given(data=st.data(), column=st.sampled_from(sorted(OTHER_VALUES)), place=st.integers(0, 2 * ENTRIES - 1))
def test_any_changed_fact_is_found_in_its_entry(
    intruder: Intruder, store: Store, data: st.DataObject, column: str, place: int
) -> None:
    row = intruder.rows()[place]
    value = data.draw(OTHER_VALUES[column].filter(lambda value: value != row[column]))
    if column == "at":
        value = row["at"].replace(microsecond=(row["at"].microsecond + 1) % 1_000_000)
    with intruder.at_work() as connection:
        connection.execute(update(ACTIVITY).where(ACTIVITY.c.number == row["number"]).values({column: value}))
    fault = first_fault(store)
    assert fault.sequence == row["sequence"]
    intruder.restore()


@OFTEN
@given(places=st.sets(PLACES, min_size=1), tenant=st.integers(0, 1))
def test_entries_that_were_deleted_are_missed_wherever_they_stood(
    intruder: Intruder, store: Store, places: set[int], tenant: int
) -> None:
    rows = intruder.rows()[tenant * ENTRIES :][:ENTRIES]
    gone = [rows[place]["number"] for place in places]
    with intruder.at_work() as connection:
        connection.execute(delete(ACTIVITY).where(ACTIVITY.c.number.in_(gone)))
    fault = first_fault(store)
    assert "missing" in fault.what
    assert min(places) + 1 <= fault.sequence <= len(places) + 1 + min(places)
    intruder.restore()


@OFTEN
@given(
    one=PLACES,
    other=PLACES,
    columns=st.sampled_from([["sequence"], ["number"], ["id", "object_id", "object_name", "changes", "at"], ["hash"]]),
)
def test_entries_that_changed_places_are_found(
    intruder: Intruder, store: Store, one: int, other: int, columns: list[str]
) -> None:
    if one == other:
        return
    rows = intruder.rows()
    first, second = rows[one], rows[other]
    with intruder.at_work() as connection:
        connection.execute(delete(ACTIVITY).where(ACTIVITY.c.id.in_([first["id"], second["id"]])))
        swapped = [
            {**first, **{column: second[column] for column in columns}},
            {**second, **{column: first[column] for column in columns}},
        ]
        connection.execute(insert(ACTIVITY), swapped)
    first_fault(store)
    intruder.restore()


@OFTEN
@given(place=st.integers(1, ENTRIES + 1), with_head=st.booleans(), data=st.data())
def test_entry_that_was_put_in_is_found(
    intruder: Intruder, store: Store, place: int, with_head: bool, data: st.DataObject
) -> None:
    rows = intruder.rows()[:ENTRIES]
    model = data.draw(st.sampled_from(rows))
    with intruder.at_work() as connection:
        for row in reversed(rows[place - 1 :]):
            moved = {"sequence": row["sequence"] + 1}
            connection.execute(update(ACTIVITY).where(ACTIVITY.c.number == row["number"]).values(moved))
        forged = {**model, "number": 10_000, "id": "forged", "sequence": place}
        forged["previous_hash"] = rows[place - 2]["hash"] if place > 1 else "0" * 64
        connection.execute(insert(ACTIVITY), [forged])
        if with_head:
            one_more = {"sequence": ENTRIES + 1}
            connection.execute(update(HEADS).where(HEADS.c.tenant_id == model["tenant_id"]).values(one_more))
    assert first_fault(store).sequence in {place, place - 1, ENTRIES, ENTRIES + 1}
    intruder.restore()


@pytest.mark.parametrize(
    "change",
    [
        update(HEADS).values(sequence=HEADS.c.sequence - 1),
        update(HEADS).values(sequence=HEADS.c.sequence + 1),
        update(HEADS).values(hash="0" * 64),
        delete(HEADS),
        delete(ACTIVITY),
        update(ACTIVITY).values(sequence=ACTIVITY.c.sequence + 1_000),
    ],
    ids=["back", "ahead", "another hash", "no head", "no entry", "renumbered"],
)
def test_head_that_does_not_fit_its_chain_is_found(intruder: Intruder, store: Store, change: Any) -> None:
    with intruder.at_work() as connection:
        connection.execute(change)
    assert first_fault(store).tenant == "Acme"


def test_entry_moved_to_another_tenant_is_found(intruder: Intruder, store: Store) -> None:
    last, foreign = intruder.rows()[ENTRIES - 1], intruder.rows()[-1]
    with intruder.at_work() as connection:
        moved = {"tenant_id": foreign["tenant_id"], "sequence": ENTRIES + 1}
        connection.execute(update(ACTIVITY).where(ACTIVITY.c.number == last["number"]).values(moved))
    first_fault(store)


@pytest.fixture
def exported(intruder: Intruder, store: Store) -> bytes:
    return b"".join(export_lines(store))


@settings(OFTEN, max_examples=100)
@given(data=st.data(), how=st.sampled_from(["letter", "gone", "twice", "swapped", "cut"]))
def test_any_tampering_with_an_exported_file_is_found(exported: bytes, data: st.DataObject, how: str) -> None:
    whole = exported
    lines = whole.splitlines(keepends=True)
    place, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    match how:
        case "letter":
            at = data.draw(st.integers(0, len(lines[place]) - 1))
            letter = data.draw(st.integers(0, 255).filter(lambda letter: letter != lines[place][at]))
            lines[place] = lines[place][:at] + bytes([letter]) + lines[place][at + 1 :]
        case "gone":
            del lines[place]
        case "twice":
            lines.insert(other, lines[place])
        case "swapped":
            if place == other:
                return
            lines[place], lines[other] = lines[other], lines[place]
        case "cut":
            lines = whole[: data.draw(st.integers(0, len(whole) - 1))].splitlines(keepends=True)
    with pytest.raises(Broken):
        list(verify_file(b"".join(lines).splitlines(keepends=True)))


def test_the_documented_rule_alone_verifies_an_export(intruder: Intruder, store: Store) -> None:
    """As the README has it for other programs, without a word of ours."""
    last: dict[str, tuple[int, str]] = {}
    for line in export_lines(store):
        entry = json.loads(line)
        if entry["format"] == "signalsync.audit.v1":
            stored = entry.pop("hash")
            sequence, previous = last.get(entry["tenant_id"], (0, "0" * 64))
            written = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            assert (entry["sequence"], entry["previous_hash"]) == (sequence + 1, previous)
            assert sha256(written.encode()).hexdigest() == stored
            last[entry["tenant_id"]] = (sequence + 1, stored)
        elif entry["format"] == "signalsync.audit.head.v1":
            assert last[entry["tenant_id"]] == (entry["sequence"], entry["hash"])
    assert len(last) == 2

"""Signals over HTTP: listed gravest first, counted, acknowledged once, and shown with the keys."""

import pytest
from sqlalchemy import update

from ss_admin.backend.store.tables import SignalRow
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.documents import ObjectRef
from tests.support.api_keys import Seed, plant
from tests.support.planted_signals import NOW, plant_signal
from tests.support.problems import refused

SIGNALS = "/api/v1/signals"


@pytest.fixture
def keys(store, admin):
    user = ObjectRef(id=admin.user_id, name=admin.name)
    return plant(store, admin.tenant, user, [Seed(name=name) for name in ("Alarm", "Doors", "Lifts")])


@pytest.fixture
def ids(store, tenant, keys):
    """Four signals of two keys, in the order in which they are to be listed."""
    alarm, doors, _ = keys
    return [
        plant_signal(store, tenant, alarm, "unusual_spike", severity="alert", hours_ago=3),
        plant_signal(store, tenant, doors, "used_after_end", severity="alert", hours_ago=9),
        plant_signal(store, tenant, alarm, "new_address", severity="warning", hours_ago=1),
        plant_signal(store, tenant, alarm, "never_expires", severity="note", hours_ago=0),
    ]


@pytest.fixture
def get(client, tenant_admin):
    def ask(path, **query):
        answer = client.get(path, query_string=query, headers=tenant_admin)
        assert answer.status_code == 200, answer.text
        return answer.json

    return ask


@pytest.fixture
def second(town, tenant):
    """Another administrator of the same tenant."""
    return town.person(tenant, "bea.second", name="Bea Second")


def acknowledge(client, person, signal_id, note):
    return client.post(f"{SIGNALS}/{signal_id}/acknowledge", json={"note": note}, headers=person.headers)


def test_the_gravest_come_first_then_the_newest_page_by_page(get, ids, keys):
    page = get(SIGNALS)
    assert ([item["id"] for item in page["items"]], page["total"], page["next_cursor"]) == (ids, 4, None)
    assert page["items"][0]["api_key"] == {
        "id": keys[0],
        "name": "Alarm",
        "masked_key": page["items"][0]["api_key"]["masked_key"],
        "is_deleted": False,
    }
    found, cursor = [], None
    for _ in ids:
        part = get(SIGNALS, limit=1, **({"cursor": cursor} if cursor else {}))
        found += [item["id"] for item in part["items"]]
        cursor = part["next_cursor"]
    assert (found, cursor) == (ids, None)
    assert [item["id"] for item in get(SIGNALS, offset=2)["items"]] == ids[2:]


def test_filters_and_counts(get, ids, keys, client, admin):
    acknowledge(client, admin, ids[1], "")
    assert [item["id"] for item in get(SIGNALS, api_key_id=keys[1])["items"]] == ids[1:2]
    assert [item["id"] for item in get(SIGNALS, kind="new_address")["items"]] == ids[2:3]
    assert [item["id"] for item in get(SIGNALS, acknowledged="true")["items"]] == ids[1:2]
    assert get(SIGNALS, acknowledged="false")["total"] == 3
    assert get(f"{SIGNALS}/counts") == {
        "api_keys": 1,
        "by_kind": {"unusual_spike": 1, "new_address": 1, "never_expires": 1},
        "deleted_api_keys": 0,
        "deleted_by_kind": {},
    }


def test_the_first_acknowledgement_stays_and_stands_in_the_audit_trail_once(get, ids, client, admin, second):
    first = acknowledge(client, admin, ids[0], "A test of ours.")
    assert (first.json["acknowledged"]["by"]["name"], first.json["acknowledged"]["note"]) == (
        admin.name,
        "A test of ours.",
    )
    assert acknowledge(client, second, ids[0], "Mine.").json == first.json
    entries = get("/api/v1/activity", action="signal.acknowledged")["items"]
    assert [(entry["actor"]["name"], entry["object"]["id"]) for entry in entries] == [
        (admin.name, first.json["api_key"]["id"])
    ]
    told = {change["field"]: change["after"] for change in entries[0]["changes"]}
    assert told == {"signal": "unusual_spike", "evidence": "38 calls.", "note": "A test of ours."}


@pytest.fixture
def gain_evidence(store, ids):
    """The first signal of the list gets newer evidence."""

    def gain():
        with store.writing() as session:
            newer = {"evidence_at": NOW, "evidence": "99 calls."}
            session.execute(update(SignalRow).where(SignalRow.id == ids[0]).values(**newer))

    return gain


def test_nobody_acknowledges_evidence_that_nobody_saw(get, client, admin, second, gain_evidence):
    read = get(SIGNALS)["items"][0]

    def order(person, seen):
        body = {"note": "Seen.", "evidence_at": seen}
        return client.post(f"{SIGNALS}/{read['id']}/acknowledge", json=body, headers=person.headers)

    gain_evidence()
    refused(order(admin, read["evidence_at"]), 412, "version_conflict")
    now = get(SIGNALS)["items"][0]
    assert (now["evidence"], now["acknowledged"]) == ("99 calls.", None)
    assert get("/api/v1/activity", action="signal.acknowledged")["items"] == []
    assert order(second, now["evidence_at"]).json["acknowledged"]["by"]["name"] == second.name
    late = order(admin, read["evidence_at"])  # nothing is acknowledged by this: it tells who has done so
    assert late.json["acknowledged"]["by"]["name"] == second.name
    refused(order(admin, "yesterday"), 422, "validation_failed")


def test_another_tenants_signals_are_none(ids, client, other_admin):
    assert client.get(SIGNALS, headers=other_admin.headers).json["total"] == 0
    assert client.get(f"{SIGNALS}/counts", headers=other_admin.headers).json["api_keys"] == 0
    refused(acknowledge(client, other_admin, ids[0], ""), 404, "not_found")


def test_what_is_no_signal_or_no_note_is_refused(ids, client, admin):
    refused(acknowledge(client, admin, "nobody", ""), 404, "not_found")
    refused(acknowledge(client, admin, ids[0], "x" * 501), 422, "validation_failed")
    refused(acknowledge(client, admin, ids[0], "\u001b[2J"), 422, "validation_failed")


def test_a_pasted_key_is_masked_in_the_note(ids, client, admin):
    secret = new_api_key()
    answer = acknowledge(client, admin, ids[0], f"It was {secret}, I think.")
    assert secret not in answer.text
    assert answer.json["acknowledged"]["note"].startswith("It was ss_")


def test_keys_show_their_open_signals_and_can_be_narrowed_to_those(get, ids, keys, client, admin):
    acknowledge(client, admin, ids[1], "")
    acknowledge(client, admin, ids[2], "")
    badges = [{"kind": "unusual_spike", "severity": "alert"}, {"kind": "never_expires", "severity": "note"}]
    shown = {key["id"]: key["signals"] for key in get("/api/v1/api-keys")["items"]}
    assert shown == {keys[0]: badges, keys[1]: [], keys[2]: []}
    assert get(f"/api/v1/api-keys/{keys[0]}")["signals"] == badges
    page = get("/api/v1/api-keys", attention="true")
    assert ([key["id"] for key in page["items"]], page["total"]) == ([keys[0]], 1)


def test_a_deleted_key_keeps_its_name_in_its_signals(get, ids, keys, client, admin):
    client.delete(f"/api/v1/api-keys/{keys[1]}", headers=admin.headers)
    [signal] = get(SIGNALS, api_key_id=keys[1])["items"]
    assert (signal["api_key"]["name"], signal["api_key"]["is_deleted"]) == ("Doors", True)
    counts = get(f"{SIGNALS}/counts")  # the list filtered by a kind holds as many as the two numbers differ by
    assert (counts["api_keys"], counts["deleted_api_keys"]) == (2, 1)
    assert (counts["by_kind"]["used_after_end"], counts["deleted_by_kind"]) == (1, {"used_after_end": 1})
    assert get("/api/v1/api-keys", attention="true", signal="used_after_end")["total"] == 0
    assert acknowledge(client, admin, ids[1], "").json["api_key"]["is_deleted"]


def test_new_evidence_between_two_looks_does_not_move_the_pages(get, ids, store):
    page = get(SIGNALS, limit=2)
    with store.writing() as session:
        session.execute(update(SignalRow).where(SignalRow.id == ids[0]).values(evidence_at=NOW))
    rest = get(SIGNALS, limit=2, cursor=page["next_cursor"])
    assert [item["id"] for item in rest["items"]] == ids[2:]

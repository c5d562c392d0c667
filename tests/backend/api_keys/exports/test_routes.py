"""Keys as files: every key in the inventory, every expiry in the calendar, nothing secret, nothing that is run."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import insert

from ss_admin.backend.api_keys.exports.inventory import INVENTORY_HEADER
from ss_admin.backend.store.tables import SignalRow
from ss_admin.contract.activity import ActivityAction
from ss_admin.contract.api_keys import ApiKeyStatus, Entity
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.signals import Severity, SignalKind
from tests.support.api_keys import Seed, plant
from tests.support.partner import plant_chain

API = "/api/v1/api-keys"
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def signed_in(town, admin):
    return town.client(admin)


@pytest.fixture
def planted(store, admin):
    user = ObjectRef(id=admin.user_id, name=admin.name)
    return lambda *seeds: plant(store, admin.tenant, user, seeds)


def inventory(client):
    answer = client.get(f"{API}/inventory")
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbfName,User,")
    assert answer.mimetype == "text/csv"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="api-keys-{datetime.now(UTC):%Y-%m-%d}.csv"'
    [header, *rows] = csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""))
    assert header == list(INVENTORY_HEADER)
    return [dict(zip(header, row, strict=True)) for row in rows]


def events(client):
    answer = client.get(f"{API}/expiries")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/calendar"
    assert "api-key-expiries-" in answer.headers["Content-Disposition"]
    return answer.data, {str(event["SUMMARY"]): event for event in Calendar.from_ical(answer.data).events}


def audited(town, admin, action):
    page = town.client(admin).get("/api/v1/activity", query_string={"action": action.value})
    return len(page.json["items"])


def test_the_inventory_tells_all_that_is_set_of_each_key(store, signed_in, planted, admin, town):
    chain_id = plant_chain(store, admin.tenant, name="Lift, “Watch”")
    expires = NOON + timedelta(days=3)
    ids = planted(
        Seed(name="b plain"),
        Seed(
            name='A "quoted"; key', rulechains=[chain_id, "gone"], allowed_addresses=["10.0.0.0/8", "::1/128"],
            expires_at=expires, last_used_at=NOON - timedelta(days=9), entities=[Entity.WRITE],
        ),
        Seed(name="c off", status=ApiKeyStatus.DISABLED, expires_at=NOON - timedelta(days=2)),
        Seed(name="d over", expires_at=NOON - timedelta(days=2)),
    )  # fmt: skip
    now = datetime.now(UTC)
    signal = {
        "tenant_id": admin.tenant.id, "api_key_id": ids[0], "severity": Severity.NOTE, "evidence_key": "x",
        "evidence": "x", "facts": {}, "since": now, "evidence_at": now, "acknowledged_at": None,
    }  # fmt: skip
    with store.writing() as session:
        kinds = [(SignalKind.OLD, None), (SignalKind.NEVER_EXPIRES, None), (SignalKind.UNUSED, now)]
        rows = [signal | {"id": kind, "kind": kind, "acknowledged_at": seen} for kind, seen in kinds]
        session.execute(insert(SignalRow), rows)
    found = inventory(signed_in)
    assert [row["Name"] for row in found] == ['A "quoted"; key', "b plain", "c off", "d over"]
    assert [row["Status"] for row in found] == ["active", "active", "disabled", "expired"]
    first, second = found[0], found[1]
    assert (first["Rule chains"], first["Allowed addresses"]) == (
        "Lift, “Watch”; gone (deleted)",
        "10.0.0.0/8; ::1/128",
    )
    assert (first["Expires (UTC)"], first["Permissions"]) == (f"{expires:%Y-%m-%d %H:%M:%S}", "write")
    assert (first["Last used from"], first["Id"]) == ("203.0.113.7", ids[1])
    assert (second["Rule chains"], second["Allowed addresses"], second["Expires (UTC)"]) == ("all", "all", "never")
    assert (second["User"], second["Created by"], second["Max requests"]) == (admin.name, admin.name, "100")
    assert second["Open signals"] == "never_expires; older_than_90_days"
    assert "…" in second["Key"]
    assert audited(town, admin, ActivityAction.INVENTORY_EXPORTED) == 1


def test_no_name_is_run_by_a_spreadsheet_and_none_is_another_tenants(signed_in, planted, store, other_admin):
    names = ["=1+1", "+1", "-1", "@SUM(A1)", '"=HYPERLINK(1)', "“=1”", "' @x", "plain", "a=b"]
    planted(*(Seed(name=name) for name in names))
    plant(store, other_admin.tenant, ObjectRef(id=other_admin.user_id, name="Otto"), [Seed(name="Crane")])
    cells = {row["Name"] for row in inventory(signed_in)}
    assert cells == {name if name in {"plain", "a=b"} else f"'{name}" for name in names}


def test_pages_of_the_inventory_have_every_key_once(signed_in, planted, monkeypatch):
    monkeypatch.setattr("ss_admin.backend.api_keys.exports.inventory._PAGE", 7)
    ids = planted(*(Seed(name=f"Same {number % 3}") for number in range(50)))
    found = inventory(signed_in)
    assert sorted(row["Id"] for row in found) == sorted(ids)
    assert [row["Name"] for row in found] == sorted(row["Name"] for row in found)


def test_each_expiry_to_come_is_an_event_that_stays_the_same_event(signed_in, planted, admin, town):
    monday = NOON + timedelta(days=30 + (7 - (NOON + timedelta(days=30)).weekday()) % 7)
    [key_id, *_] = planted(
        Seed(name="Alarm; no, 1\\2", expires_at=monday),
        Seed(name="Tomorrow", expires_at=datetime.now(UTC) + timedelta(hours=20)),
        Seed(name="Never"),
        Seed(name="Past", expires_at=NOON - timedelta(days=1)),
        Seed(name="Off", status=ApiKeyStatus.DISABLED, expires_at=monday),
    )
    content, found = events(signed_in)
    assert set(found) == {f"API key “{name}” expires" for name in ("Alarm; no, 1\\2", "Tomorrow", "Off")}
    event = found["API key “Alarm; no, 1\\2” expires"]
    assert b"Alarm\\; no\\, 1\\\\2" in content
    assert event.start == monday
    assert str(event["UID"]) == f"api-key-{key_id}-expiry@signalsync"
    assert str(events(signed_in)[1][str(event["SUMMARY"])]["UID"]) == str(event["UID"])
    assert (event["DTSTAMP"].dt - datetime.now(UTC)) < timedelta(minutes=1)
    # Monday: 7 working days before is Thursday a week before the last, 3 is Wednesday, 1 is Friday.
    triggers = [alarm["TRIGGER"].dt for alarm in event.walk("VALARM")]
    assert triggers == [timedelta(days=-11), timedelta(days=-5), timedelta(days=-3)]
    assert "disabled" in str(found["API key “Off” expires"]["DESCRIPTION"])
    assert found["API key “Tomorrow” expires"].walk("VALARM") == []
    assert audited(town, admin, ActivityAction.EXPIRIES_EXPORTED) == 2


def test_of_very_many_expiries_the_nearest_are_there_and_the_rest_is_told(signed_in, planted, monkeypatch):
    monkeypatch.setattr("ss_admin.backend.api_keys.exports.expiries.MOST_EVENTS", 3)
    planted(*(Seed(name=f"Key {n}", expires_at=NOON + timedelta(days=n + 2)) for n in range(5)))
    content, found = events(signed_in)
    assert set(found) == {f"API key “Key {n}” expires" for n in range(3)}
    assert "The next 3 of 5 expiries." in content.decode()

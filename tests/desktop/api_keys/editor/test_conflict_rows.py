"""Both versions of a key side by side."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ss_admin.contract.api_keys import ApiKey, ApiKeyStatus, Entity, Permissions, RateLimit
from ss_admin.contract.documents import ObjectRef
from ss_admin.desktop.api_keys.editor.conflict_rows import compare_versions
from ss_admin.desktop.api_keys.editor.editor_draft import ApiKeyDraft
from ss_admin.desktop.api_keys.editor.expiry_choice import ExpiryChoice, ExpiryOption
from ss_admin.desktop.api_keys.editor.scope_draft import ScopeDraft
from ss_admin.desktop.widgets.versions import ConflictRow, Difference

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
MARIA = ObjectRef(id="u-1", name="Maria Keller")
BASE = ApiKey(
    id="k-1",
    name="Alarm",
    user=MARIA,
    masked_key="ss_VFtS…MaRx",
    permissions=Permissions(),
    expires_at=NOW + timedelta(days=30),
    rate_limit=RateLimit(),
    status=ApiKeyStatus.ACTIVE,
    last_used_at=None,
    last_used_address=None,
    created_at=NOW,
    created_by=MARIA,
    updated_at=NOW,
    version=3,
)
UNTOUCHED = ApiKeyDraft.of(BASE)


def rows(draft: ApiKeyDraft, theirs: ApiKey) -> dict[str, ConflictRow]:
    compared = compare_versions(BASE, draft, theirs, now=NOW, zone=ZONE, name_of=lambda chain: f"Chain {chain}")
    return {row.label: row for row in compared}


def test_every_field_has_its_row() -> None:
    labels = ["Name", "User", "Expires", "Rate limit", "Permissions", "Rule chains", "Addresses", "Status"]
    assert list(rows(UNTOUCHED, BASE)) == labels
    assert {row.difference for row in rows(UNTOUCHED, BASE).values()} == {Difference.NONE}


def test_row_says_who_changed_the_field() -> None:
    theirs = BASE.model_copy(update={"name": "Theirs", "rate_limit": None, "status": ApiKeyStatus.DISABLED})
    mine = replace(UNTOUCHED, name="Mine", expiry=ExpiryChoice(ExpiryOption.NEVER), status=ApiKeyStatus.DISABLED)
    found = rows(mine, theirs)
    assert found["Name"] == ConflictRow("Name", "Mine", "Theirs", Difference.BOTH)
    assert found["User"].difference is Difference.NONE
    assert found["Expires"] == ConflictRow("Expires", "Never expires", "2026-12-23 14:00 CET", Difference.YOURS)
    assert found["Rate limit"] == ConflictRow("Rate limit", "100 requests per minute", "No limit", Difference.THEIRS)
    assert found["Status"].difference is Difference.BOTH_ALIKE


def test_two_people_of_one_name_are_two_people() -> None:
    theirs = BASE.model_copy(update={"user": ObjectRef(id="u-9", name="Maria Keller")})
    assert rows(UNTOUCHED, theirs)["User"].difference is Difference.THEIRS


def test_each_part_of_the_scope_has_its_row() -> None:
    theirs = BASE.model_copy(
        update={
            "permissions": Permissions(entities=[Entity.WRITE], rulechains=["b", "a"]),
            "allowed_addresses": ["203.0.113.0/24"],
        }
    )
    scope = ScopeDraft(rulechains=("a", "b"), addresses="198.51.100.7")
    found = rows(replace(UNTOUCHED, scope=scope), theirs)
    assert found["Permissions"] == ConflictRow("Permissions", "read, write", "write", Difference.THEIRS)
    assert found["Rule chains"].difference is Difference.BOTH_ALIKE
    assert found["Rule chains"].theirs == "Chain b\nChain a"
    assert found["Addresses"] == ConflictRow("Addresses", "198.51.100.7/32", "203.0.113.0/24", Difference.BOTH)


def test_long_lists_are_told_shortly() -> None:
    theirs = BASE.model_copy(update={"allowed_addresses": [f"203.0.113.{number}/32" for number in range(9)]})
    assert rows(UNTOUCHED, theirs)["Addresses"].theirs.endswith("203.0.113.5/32\n… and 3 more")
    assert rows(UNTOUCHED, theirs)["Addresses"].yours == "From any address"

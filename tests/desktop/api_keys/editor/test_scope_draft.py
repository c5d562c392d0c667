"""The scope as it stands in the editor: lines of addresses, the JSON beside it, and what is wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.contract.api_keys import Entity, Permissions
from ss_admin.desktop.api_keys.editor.scope_draft import ScopeDraft, read_addresses, tidy_addresses
from tests.support.sample_keys import sample_key


def test_scope_that_is_not_narrowed_reads_as_in_the_article() -> None:
    assert ScopeDraft().as_json() == '{\n  "entities": [\n    "read",\n    "write"\n  ]\n}'


def test_rule_chains_stand_in_the_permissions_and_addresses_beside_them() -> None:
    narrowed = ScopeDraft((Entity.WRITE,), ("a", "b"), "203.0.113.7\nnonsense")
    assert json.loads(ScopeDraft(rulechains=("a",)).as_json()) == {"entities": ["read", "write"], "rulechains": ["a"]}
    assert json.loads(narrowed.as_json()) == {
        "permissions": {"entities": ["write"], "rulechains": ["a", "b"]},
        "allowed_addresses": ["203.0.113.7/32"],
    }


def test_draft_of_a_key_changes_nothing_about_it() -> None:
    key = sample_key(1, permissions=Permissions(rulechains=["b", "a"]), allowed_addresses=["203.0.113.0/24"])
    draft = ScopeDraft.of(key)
    assert (draft.permissions, draft.allowed_addresses) == (key.permissions, key.allowed_addresses)
    assert draft.allows_the_same_as(key) == (True, True)
    other_order = ScopeDraft(rulechains=("a", "b"), addresses=" 203.0.113.0/24,\n")
    assert other_order.allows_the_same_as(key) == (True, True)
    assert ScopeDraft().allows_the_same_as(key) == (False, False)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("203.0.113.7\n\n2001:db8::/32", None),
        ("203.0.113.7, 198.51.100.0/24; 2001:db8::1", None),
        ("10.0.0.1/8", "Line 1: “10.0.0.1/8” names an address within a network: write 10.0.0.0/8 for the whole"),
        ("\nfoo", "Line 2: “foo” must be an address such as 203.0.113.7"),
        ("foo\n203.0.113.7\nbar\nbaz", "(2\N{NO-BREAK SPACE}more)"),
        ("", "Enter at least one address or network"),
        (" \n , ", "Enter at least one address or network"),
        ("\n".join(f"10.0.0.{number}" for number in range(101)), "At most 100 networks; these are 101."),
        ("x" * 500, "…"),
    ],
)  # fmt: skip
def test_each_line_of_addresses_is_judged(typed: str, fault: str | None) -> None:
    found = ScopeDraft(addresses=typed).find_addresses_fault()
    assert found is None if fault is None else fault in (found or "")
    assert len(found or "") < 300


def test_choice_of_rule_chains_is_judged() -> None:
    assert ScopeDraft(rulechains=None).find_chains_fault() is None
    assert ScopeDraft(rulechains=("a",)).find_chains_fault() is None
    assert "at least one" in (ScopeDraft(rulechains=()).find_chains_fault() or "")
    many = tuple(str(number) for number in range(101))
    assert ScopeDraft(rulechains=many).find_chains_fault() == "At most 100 rule chains; 101 are chosen."


def test_tidying_puts_one_network_a_line_each_once_and_keeps_what_is_at_fault() -> None:
    typed = " 203.0.113.7 , 203.0.113.7/32\n\n::ffff:198.51.100.0/120;nonsense  2001:0DB8::/32\n"
    assert tidy_addresses(typed) == "203.0.113.7/32\n198.51.100.0/24\nnonsense\n2001:db8::/32"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_judged_and_tidying_it_twice_changes_nothing_more(typed: str) -> None:
    tidy = tidy_addresses(typed)
    assert tidy_addresses(tidy) == tidy
    assert all(line.fault or line.networks for line in read_addresses(typed))


def test_only_parts_that_were_changed_here_stay_over_another_version() -> None:
    base, theirs = ScopeDraft(), ScopeDraft((Entity.WRITE,), ("a",), "203.0.113.7/32")
    mine = ScopeDraft(rulechains=("b",))
    assert mine.rebased(base, theirs) == ScopeDraft((Entity.WRITE,), ("b",), "203.0.113.7/32")

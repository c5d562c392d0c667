"""What stands in the editor as a change of the chain, and two versions side by side."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ss_admin.desktop.rule_chains.edit.chain_draft import (
    ChainDraft,
    DraftField,
    compare_versions,
    has_webhook,
    without_what_is_there,
)
from ss_admin.desktop.widgets.versions import Difference
from tests.support.sample_chains import sample_detail, with_webhook

BASE = sample_detail()


def draft(**changes) -> ChainDraft:
    return ChainDraft.of(BASE.model_copy(update=changes))


def test_what_was_not_touched_changes_nothing():
    assert ChainDraft.of(BASE).to_change(BASE) is None
    assert draft(name=f"  {BASE.name} ", description=f"{BASE.description}\n").to_change(BASE) is None


def test_only_what_was_touched_is_sent():
    change = draft(name="Other", is_external=False).to_change(BASE)
    assert change.model_fields_set == {"name", "is_external"}


def test_numbers_and_truths_that_are_equal_to_python_are_still_changes():
    before = BASE.model_copy(update={"sample_payload": {"level": 1}})
    for other in ({"level": True}, {"level": 1.0}):
        change = draft(sample_payload=other).to_change(before)
        assert "sample_payload" in change.model_fields_set


def test_the_order_of_names_is_a_change_since_a_table_is_read_in_order():
    before = BASE.model_copy(update={"sample_payload": {"a": 1, "b": 2}})
    assert draft(sample_payload={"b": 2, "a": 1}).to_change(before) is not None


def test_text_that_cannot_be_read_counts_as_changed():
    broken = ChainDraft(**{**vars(ChainDraft.of(BASE)), "definition": None})
    assert broken.changed_fields(BASE) == [DraftField.DEFINITION]


def test_a_draft_moves_onto_their_version_with_what_was_changed_here():
    theirs = BASE.model_copy(update={"description": "Theirs", "enabled": False, "version": 2})
    moved = draft(name="Mine").rebased(BASE, theirs)
    assert (moved.name, moved.description, moved.enabled) == ("Mine", "Theirs", False)


def test_nothing_is_left_of_a_change_whose_answer_was_lost_on_its_way():
    change = draft(name="Mine").to_change(BASE)
    assert without_what_is_there(change, BASE.model_copy(update={"name": "Mine"})) is None
    assert without_what_is_there(change, BASE) == change


def test_both_versions_are_told_in_words():
    theirs = with_webhook(BASE).model_copy(update={"enabled": False})
    rows = {row.label: row for row in compare_versions(BASE, draft(name="Mine", description=""), theirs)}
    assert (rows["Name"].yours, rows["Name"].theirs, rows["Name"].difference) == ("Mine", BASE.name, Difference.YOURS)
    assert (rows["Enabled"].yours, rows["Enabled"].theirs) == ("On", "Off")
    assert rows["Enabled"].difference is Difference.THEIRS
    assert rows["Description"].yours == "Empty"
    assert "5 nodes" in rows["Definition"].theirs
    assert "Added: “" in rows["Definition"].theirs
    assert "\n" not in rows["Definition"].yours
    assert rows["Input schema"].difference is Difference.NONE


def test_names_and_descriptions_are_checked_before_the_server_is_asked():
    assert draft(name=" ").find_faults() == {DraftField.NAME: "Enter a name"}
    assert DraftField.DESCRIPTION in draft(description="x" * 2001).find_faults()
    assert ChainDraft.of(BASE).find_faults() == {}


def test_a_webhook_is_found_in_any_graph():
    assert has_webhook(with_webhook(BASE).definition)
    assert not has_webhook(BASE.definition)
    for odd in (None, {}, {"nodes": None}, {"nodes": [1, {"content": []}, {"content": {"kind": 1}}]}):
        assert not has_webhook(odd)


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.booleans() | st.text(max_size=5), max_size=4))
def test_a_document_is_the_same_as_itself_only(document):
    before = BASE.model_copy(update={"sample_payload": document})
    assert ChainDraft.of(before).to_change(before) is None
    other = {**document, "more": 1, "than": json.dumps(document)}
    assert draft(sample_payload=other).to_change(before) is not None

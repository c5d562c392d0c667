"""Entity tags: which `If-Match` meets which versions."""

import pytest

from ss_admin.backend.conditions import Condition, entity_tag


@pytest.mark.parametrize("text", [None, "*", " * "])
def test_any_version_is_met(text):
    assert Condition.model_validate({"If-Match": text}).versions() is None


@pytest.mark.parametrize(("text", "versions"), [('"1"', {1}), (' "7" ,"12"', {7, 12}), ('W/"1", "2"', {2})])
def test_strong_tags_meet_their_versions(text, versions):
    assert Condition.model_validate({"If-Match": text}).versions() == versions


@pytest.mark.parametrize(
    "text", ['W/"1"', "1", '"01"', '"0"', '"x"', "", '"1', "'1'", '"²"', '"99999999999999"', '"1" "2"']
)
def test_weak_or_garbled_tags_meet_nothing(text):
    assert Condition.model_validate({"If-Match": text}).versions() == frozenset()


def test_tag_of_a_version_meets_it_again():
    assert Condition.model_validate({"If-Match": entity_tag(2_000_000_000)}).versions() == {2_000_000_000}

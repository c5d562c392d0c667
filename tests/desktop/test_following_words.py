"""How far a change has come, in words."""

import pytest

from ss_admin.desktop.following_words import (
    AppliedChange,
    ChangeKind,
    late_words,
    reached_words,
    waiting_words,
)
from tests.support.sample_keys import propagated

DISABLED, DELETED, ENABLED, SAVED = ChangeKind.DISABLED, ChangeKind.DELETED, ChangeKind.ENABLED, ChangeKind.SAVED


def change(kind, *, many=False):
    return AppliedChange(kind, "“Alarm”", "key-1", is_about_many=many)


@pytest.mark.parametrize(
    ("kind", "after_ms", "words"),
    [
        (DISABLED, [12.3, 84.2], "Refused everywhere after 84 ms"),
        (DELETED, [0.2], "Refused everywhere after 1 ms"),
        (ENABLED, [84], "In effect everywhere after 84 ms"),
        (SAVED, [999.4], "In effect everywhere after 999 ms"),
        (SAVED, [999.6], "In effect everywhere after 1.0 s"),
        (DISABLED, [12_345], "Refused everywhere after 12.3 s"),
        (DISABLED, [], "Refused everywhere"),
    ],
)
def test_change_that_has_come_everywhere(kind, after_ms, words):
    assert reached_words(change(kind), propagated("key-1", *after_ms)) == words


@pytest.mark.parametrize(
    ("after_ms", "words"),
    [
        ([None], "Waiting for 1 server …"),
        ([84, None, None], "Waiting for 2 servers …"),
        ([None] * 1200, "Waiting for 1,200 servers …"),
    ],
)
def test_change_that_is_on_its_way(after_ms, words):
    assert waiting_words(propagated("key-1", *after_ms)) == words


@pytest.mark.parametrize(
    ("kind", "many", "after_ms", "words"),
    [
        (DISABLED, False, [84, None], "Disabled, but backend-2:4711 still lets it through"),
        (DELETED, True, [84, None], "Deleted, but backend-2:4711 still lets them through"),
        (DISABLED, False, [None, None], "Disabled, but backend-1:4711 and backend-2:4711 still let it through"),
        (DISABLED, False, [None] * 4, "Disabled, but backend-1:4711 and 3 more still let it through"),
        (ENABLED, False, [84, None], "Enabled, but backend-2:4711 still refuses it"),
        (ENABLED, True, [None, None], "Enabled, but backend-1:4711 and backend-2:4711 still refuse them"),
        (SAVED, False, [84, None], "Saved, but backend-2:4711 still goes by what was before"),
        (SAVED, False, [None, None], "Saved, but backend-1:4711 and backend-2:4711 still go by what was before"),
    ],
)
def test_server_that_is_late_is_named(kind, many, after_ms, words):
    assert late_words(change(kind, many=many), propagated("key-1", *after_ms)) == words

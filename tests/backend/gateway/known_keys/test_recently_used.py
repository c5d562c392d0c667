import pytest

from ss_admin.backend.gateway.known_keys.entries import KnownChain, no_chain
from ss_admin.backend.gateway.known_keys.recently_used import RecentlyUsed


def seen(name: str, moment: float) -> KnownChain:
    chain = no_chain(name)
    chain.seen_at = moment
    return chain


@pytest.fixture
def three() -> RecentlyUsed[str, KnownChain]:
    """Room for three, all taken: a, b and c, none used since."""
    memory: RecentlyUsed[str, KnownChain] = RecentlyUsed(3)
    for moment, name in enumerate("abc"):
        memory.keep(name, seen(name, moment))
    return memory


def names(memory: RecentlyUsed[str, KnownChain]) -> str:
    return "".join(name for name in "abcdefgh" if memory.find(name) is not None)


def test_the_oldest_makes_room(three: RecentlyUsed[str, KnownChain]) -> None:
    three.keep("d", seen("d", 4))
    assert (names(three), len(three)) == ("bcd", 3)


def test_one_that_was_used_since_has_a_second_chance_and_only_one(three: RecentlyUsed[str, KnownChain]) -> None:
    used = three.find("a")
    assert used is not None
    used.seen_at = 3
    three.keep("d", seen("d", 4))
    assert names(three) == "acd"
    three.keep("e", seen("e", 5))
    three.keep("f", seen("f", 6))
    assert names(three) == "aef"
    three.keep("g", seen("g", 7))
    assert names(three) == "efg"


def test_room_is_made_even_where_all_are_in_use() -> None:
    memory: RecentlyUsed[str, KnownChain] = RecentlyUsed(100)
    for number in range(1000):
        memory.keep(str(number), seen(str(number), number))
        for kept in range(number + 1):
            if (entry := memory.find(str(kept))) is not None:
                entry.seen_at = number + 0.5
    assert len(memory) == 100


def test_an_entry_takes_the_place_of_the_older_one_of_its_name(three: RecentlyUsed[str, KnownChain]) -> None:
    new = seen("a", 4)
    three.keep("a", new)
    assert three.find("a") is new
    three.keep("d", seen("d", 5))
    assert names(three) == "acd"


def test_what_is_dropped_is_gone(three: RecentlyUsed[str, KnownChain]) -> None:
    three.drop("b")
    three.drop("never there")
    assert names(three) == "ac"
    three.clear()
    assert len(three) == 0

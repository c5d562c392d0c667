"""Who is let in, who is refused and how: from memory, by the change feed, and while the store is gone."""

from collections.abc import Callable
from ipaddress import ip_network

import pytest

from ss_admin.backend.api_keys.service import ApiKeysService
from ss_admin.backend.gateway.known_keys.entries import KeyRefused
from ss_admin.backend.gateway.known_keys.known_keys import DOUBT_SECONDS, GRACE_SECONDS
from ss_admin.backend.propagation.watch import FRESH_SECONDS
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.types import NEVER_EXPIRES
from ss_admin.contract.api_key_format import ApiKeyFault, mask_api_key, new_api_key
from ss_admin.contract.api_keys import Entity, Permissions, RateLimit
from ss_admin.contract.problems import ProblemCode
from tests.support.backend import PEPPER
from tests.support.known_keys import NOW_US, KeyOffice, KnownKeysAtWork, at, counted_statements


class TestAnswer:
    def test_a_key_is_known_with_all_that_a_call_needs(self, work: KnownKeysAtWork) -> None:
        chain = work.office.chain()
        created = work.office.key(
            expires_at=at(NOW_US + 5),
            rate_limit=RateLimit(max_requests=7, window_seconds=9),
            permissions=Permissions(entities=[Entity.READ, Entity.WRITE], rulechains=[chain]),
            allowed_addresses=["10.0.0.0/8", "2001:db8::/32"],
        )
        work.feed.tell()
        key = work.known.authenticate(created.secret, NOW_US)
        assert (key.api_key_id, key.tenant_id) == (created.api_key.id, work.office.tenant.id)
        assert key.api_key_name == f"Building Alarm ({mask_api_key(created.secret)})"
        assert (key.was_deleted, key.usable_until_us, key.may_write) == (False, NOW_US + 5, True)
        assert key.rulechain_ids == {chain}
        assert key.networks == (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
        assert key.rate_limit == RateLimit(max_requests=7, window_seconds=9)

    def test_a_key_without_bounds_has_none(self, work: KnownKeysAtWork) -> None:
        created = work.office.key(permissions=Permissions(entities=[Entity.READ]))
        work.feed.tell()
        key = work.known.authenticate(created.secret, NOW_US)
        assert (key.usable_until_us, key.may_write, key.rulechain_ids, key.networks, key.rate_limit) == (
            NEVER_EXPIRES,
            False,
            None,
            None,
            None,
        )

    def test_the_second_call_asks_nothing(self, work: KnownKeysAtWork) -> None:
        created, chain = work.office.key(), work.office.chain()
        work.feed.tell()
        first = work.known.authenticate(created.secret, NOW_US), work.known.find_chain(chain, work.office.tenant.id)
        with counted_statements(work.store) as sent:
            second = (
                work.known.authenticate(created.secret, NOW_US),
                work.known.find_chain(chain, work.office.tenant.id),
            )
        assert sent == []
        assert (second[0] is first[0], second[1] is first[1]) == (True, True)

    def test_each_refusal_is_told_from_memory_the_second_time(self, work: KnownKeysAtWork) -> None:
        disabled, expired, deleted = (work.office.key() for _ in range(3))
        work.office.disable(disabled)
        work.office.expire_at(expired, at(NOW_US))
        work.office.delete(deleted)
        work.feed.tell()
        for _ in range(2):
            with counted_statements(work.store) as sent:
                answers = [work.answer(key) for key in (disabled, expired, deleted)]
            assert answers == ["disabled_api_key", "expired_api_key", "invalid_api_key (deleted)"]
        assert sent == []


class TestRefused:
    def refusal(self, work: KnownKeysAtWork, secret: str) -> KeyRefused:
        with pytest.raises(KeyRefused) as caught:
            work.known.authenticate(secret, NOW_US)
        return caught.value

    def test_unknown(self, work: KnownKeysAtWork) -> None:
        refused = self.refusal(work, new_api_key())
        assert (refused.code, refused.status) == (ProblemCode.INVALID_API_KEY, 401)
        assert refused.key is None
        assert str(refused) == f"invalid_api_key: {refused.detail}"

    def test_deleted_is_told_as_unknown_and_known_to_us(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.office.delete(created)
        work.feed.tell()
        refused = self.refusal(work, created.secret)
        assert refused.detail == self.refusal(work, new_api_key()).detail
        assert refused.key is not None
        assert (refused.key.api_key_id, refused.key.was_deleted) == (created.api_key.id, True)

    def test_disabled_comes_before_expired(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.office.disable(created)
        work.office.expire_at(created, at(NOW_US - 1))
        work.feed.tell()
        refused = self.refusal(work, created.secret)
        assert refused.key is not None
        assert (refused.code, refused.key.api_key_id) == (ProblemCode.DISABLED_API_KEY, created.api_key.id)

    def test_expired_is_told_with_its_moment(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.office.expire_at(created, at(1_800_000_000_000_000))
        work.feed.tell()
        refused = self.refusal(work, created.secret)
        assert "expired at 2027-01-15T08:00:00Z" in refused.detail
        assert refused.key is not None
        assert refused.key.api_key_id == created.api_key.id

    def test_at_the_very_instant_of_its_expiry_a_key_is_expired(self, work: KnownKeysAtWork) -> None:
        created = work.office.key(expires_at=at(NOW_US))
        work.feed.tell()
        moments = (NOW_US - 1, NOW_US, NOW_US + 1, NOW_US - 1)
        assert [work.answer(created, moment) for moment in moments] == [
            "let in",
            "expired_api_key",
            "expired_api_key",
            "let in",
        ]

    @pytest.mark.parametrize(
        ("spoil", "told"),
        [
            (lambda key: "", "outside ASCII"),
            (lambda key: f"{key}, {key}", ApiKeyFault.WHITE_SPACE.value),
            (lambda key: f"{key},{key}", "Several x-api-key headers"),
            (lambda key: f"Bearer {key}", ApiKeyFault.BEARER_PREFIX.value),
            (lambda key: key[:-1], ApiKeyFault.TOO_SHORT.value),
            (lambda key: key + "x", ApiKeyFault.TOO_LONG.value),
            (lambda key: key[:-1] + "-", ApiKeyFault.FOREIGN_CHARACTER.value),
            (lambda key: key[:-1] + "\udcff", ApiKeyFault.FOREIGN_CHARACTER.value),
            (lambda key: key[:-1] + ("a" if key[-1] == "b" else "b"), ApiKeyFault.CHECK_DIGITS.value),
            (lambda key: "x" * 42, ApiKeyFault.WRONG_PREFIX.value),
            (lambda key: "x" * 1_000_000, ApiKeyFault.WRONG_PREFIX.value),
        ],
    )
    def test_malformed(self, work: KnownKeysAtWork, spoil, told: str) -> None:
        with counted_statements(work.store) as sent:
            refused = self.refusal(work, spoil(new_api_key()))
        assert refused.code == ProblemCode.MALFORMED_API_KEY
        assert (told in refused.detail or "joined by a comma" in refused.detail, sent) == (True, [])


class TestChange:
    def test_counts_at_the_next_call_once_it_was_told(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.feed.tell()
        answers = [work.answer(created)]
        for step in (work.office.disable, work.office.enable, work.office.delete):
            step(created)
            work.feed.tell()
            answers.append(work.answer(created))
        assert answers == ["let in", "disabled_api_key", "let in", "invalid_api_key (deleted)"]

    def test_leaves_other_keys_and_chains_in_memory(self, work: KnownKeysAtWork) -> None:
        kept, changed = work.office.key(), work.office.key()
        chain = work.office.chain()
        work.feed.tell()
        assert [work.answer(key) for key in (kept, changed)] == ["let in", "let in"]
        assert work.known.find_chain(chain, work.office.tenant.id) is not None
        work.office.change(changed, name="Another")
        work.feed.tell()
        with counted_statements(work.store) as sent:
            work.answer(kept)
            work.known.find_chain(chain, work.office.tenant.id)
            assert sent == []
            work.answer(changed)
        assert sent != []

    def test_by_another_process_arrives_as_well(self, work: KnownKeysAtWork, store_url: str) -> None:
        created = work.office.key()
        work.feed.tell()
        assert work.answer(created) == "let in"
        other = Store.open(store_url)
        try:
            elsewhere = KeyOffice(other, "Harbour Logistics")
            new = elsewhere.key()
            ApiKeysService(other, PEPPER.encode()).delete(work.office.actor, created.api_key.id)
        finally:
            other.close()
        work.answer(new_api_key())
        assert (work.answer(created), work.answer(new)) == ("let in", "invalid_api_key")
        work.feed.tell()
        assert (work.answer(created), work.answer(new)) == ("invalid_api_key (deleted)", "let in")

    def test_after_a_reset_all_is_looked_up_anew(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.feed.tell()
        assert work.answer(created) == "let in"
        work.office.disable(created)
        missed = work.office.key()
        work.feed.reset()
        assert (work.answer(created), work.answer(missed)) == ("disabled_api_key", "let in")
        assert work.known.wait_for_digests(60)
        assert work.answer(missed) == "let in"
        work.answer(new_api_key())
        with counted_statements(work.store) as sent:
            assert work.answer(new_api_key()) == "invalid_api_key"
        assert sent == []


class TestNewcomer:
    """A key that was made elsewhere and that the feed has not told of yet."""

    def test_is_let_in_at_once_in_quiet_times(self, work: KnownKeysAtWork) -> None:
        for _ in range(3):
            created = work.office.key()
            work.clock.now += DOUBT_SECONDS
            assert work.answer(created) == "let in"

    def test_waits_a_moment_where_other_unknown_keys_came_just_before(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        assert work.answer(new_api_key()) == "invalid_api_key"
        with counted_statements(work.store) as sent:
            assert work.answer(created) == "invalid_api_key"
        assert sent == []
        work.clock.now += DOUBT_SECONDS
        assert work.answer(created) == "let in"

    def test_is_refused_as_unknown_where_the_store_does_not_answer(
        self, work: KnownKeysAtWork, lose_store: Callable[[], object]
    ) -> None:
        lose_store()
        assert work.answer(new_api_key()) == "invalid_api_key"


class TestChain:
    def test_is_found_by_its_tenant_alone(self, work: KnownKeysAtWork) -> None:
        other = KeyOffice(work.store, "Harbour Logistics")
        rulechain_id = work.office.chain(enabled=False)
        for _ in range(2):
            chain = work.known.find_chain(rulechain_id, work.office.tenant.id)
            assert chain is not None
            assert (chain.id, chain.definition_version, chain.is_external, chain.enabled) == (
                rulechain_id,
                1,
                True,
                False,
            )
            assert work.known.find_chain(rulechain_id, other.tenant.id) is None

    @pytest.mark.parametrize("rulechain_id", ["00000000-0000-4000-8000-000000000000", "", "a\x00b", "ü", "x" * 1000])
    def test_that_is_none_is_remembered_as_none(self, work: KnownKeysAtWork, rulechain_id: str) -> None:
        assert work.known.find_chain(rulechain_id, work.office.tenant.id) is None
        with counted_statements(work.store) as sent:
            assert work.known.find_chain(rulechain_id, work.office.tenant.id) is None
        assert sent == []

    def test_a_changed_chain_is_another_one_and_the_running_call_keeps_its_own(self, work: KnownKeysAtWork) -> None:
        rulechain_id = work.office.chain()
        before = work.known.find_chain(rulechain_id, work.office.tenant.id)
        work.office.change_chain(rulechain_id, enabled=False)
        assert work.known.find_chain(rulechain_id, work.office.tenant.id) is before
        work.feed.tell()
        after = work.known.find_chain(rulechain_id, work.office.tenant.id)
        assert before is not None
        assert after is not None
        assert (before.enabled, after.enabled) == (True, False)

    def test_that_was_none_and_is_made_is_found(self, work: KnownKeysAtWork) -> None:
        wanted = "00000000-0000-4000-8000-000000000000"
        model = work.office.chain()
        assert work.known.find_chain(wanted, work.office.tenant.id) is None
        work.office.copy_chain(model, wanted)
        work.feed.tell()
        assert work.known.find_chain(wanted, work.office.tenant.id) is not None


class TestLateWatch:
    """Nothing was seen of the store for more than a second, but the store answers: only the watch is late."""

    def test_has_the_store_asked_for_each_call(self, work: KnownKeysAtWork) -> None:
        created, other = work.office.key(), work.office.key()
        work.feed.tell()
        assert work.answer(created) == "let in"
        work.clock.now += FRESH_SECONDS
        work.office.disable(created)
        assert (work.answer(created), work.answer(other)) == ("disabled_api_key", "let in")
        with counted_statements(work.store) as sent:
            assert work.answer(new_api_key()) == "invalid_api_key"
            assert sent != []
            sent.clear()
            work.answer(other)
            assert sent != []

    def test_leaves_a_compiled_chain_with_its_version(self, work: KnownKeysAtWork) -> None:
        rulechain_id = work.office.chain()
        chain = work.known.find_chain(rulechain_id, work.office.tenant.id)
        assert chain is not None
        chain.chain = compiled = object()  # type: ignore[assignment]
        work.clock.now += FRESH_SECONDS
        again = work.known.find_chain(rulechain_id, work.office.tenant.id)
        assert again is not None
        assert again.chain is compiled
        assert again is chain  # so that whoever bounds the compiled ones knows of it
        work.office.change_chain(rulechain_id, definition_version=2)
        changed = work.known.find_chain(rulechain_id, work.office.tenant.id)
        assert changed is not None
        assert changed.chain is None

    def test_a_feed_that_never_looked_has_the_store_asked_for_each_call(self, work: KnownKeysAtWork) -> None:
        created = work.office.key()
        work.feed.fresh_until = 0.0
        assert work.answer(created) == "let in"
        work.office.disable(created)
        assert work.answer(created) == "disabled_api_key"

    @pytest.mark.parametrize("seconds", [FRESH_SECONDS, 2.5, GRACE_SECONDS * 2])
    def test_however_late_nothing_stale_passes_while_the_store_answers(
        self, work: KnownKeysAtWork, seconds: float
    ) -> None:
        seen, not_seen, chain = work.office.key(), work.office.key(), work.office.chain()
        work.feed.tell()
        assert work.answer(seen) == "let in"
        work.clock.now += seconds
        assert work.answer(not_seen) == "let in"
        work.office.disable(seen)
        work.office.change_chain(chain, enabled=False)
        assert work.answer(seen) == "disabled_api_key"
        known = work.known.find_chain(chain, work.office.tenant.id)
        assert known is not None
        assert not known.enabled


class TestLostStore:
    """The watch saw the store last a second ago, and the store does not answer now: it is closed for real."""

    @pytest.fixture
    def lose_the_store(self, work: KnownKeysAtWork, lose_store: Callable[[], object]) -> Callable[[], None]:
        def lose() -> None:
            work.feed.look_succeeded()
            work.clock.now += FRESH_SECONDS
            lose_store()

        return lose

    def test_keys_of_the_last_minute_go_on_for_a_minute(
        self, work: KnownKeysAtWork, lose_the_store: Callable[[], None]
    ) -> None:
        created = work.office.key()
        rulechain_id = work.office.chain()
        work.feed.tell()
        work.answer(created)
        work.known.find_chain(rulechain_id, work.office.tenant.id)
        work.clock.now += GRACE_SECONDS
        lose_the_store()
        assert work.answer(created) == "let in"
        assert work.known.find_chain(rulechain_id, work.office.tenant.id) is not None
        work.clock.now += GRACE_SECONDS - FRESH_SECONDS
        assert work.answer(created) == "let in"
        work.clock.now += 0.001
        with pytest.raises(StoreUnavailable):
            work.answer(created)

    def test_a_key_of_more_than_a_minute_ago_is_not_taken_on_trust(
        self, work: KnownKeysAtWork, lose_the_store: Callable[[], None]
    ) -> None:
        created = work.office.key()
        work.feed.tell()
        work.answer(created)
        work.clock.now += GRACE_SECONDS + 0.001
        lose_the_store()
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                work.answer(created)

    def test_what_memory_does_not_know_cannot_be_answered(
        self, work: KnownKeysAtWork, lose_the_store: Callable[[], None]
    ) -> None:
        never_called = work.office.key()
        work.feed.tell()
        lose_the_store()
        for secret in (never_called.secret, new_api_key()):
            with pytest.raises(StoreUnavailable):
                work.answer(secret)
        with pytest.raises(StoreUnavailable):
            work.known.find_chain("00000000-0000-4000-8000-000000000000", work.office.tenant.id)
        assert work.answer("no key at all") == "malformed_api_key"

    def test_expiry_and_state_still_count(self, work: KnownKeysAtWork, lose_the_store: Callable[[], None]) -> None:
        disabled, expiring = work.office.key(), work.office.key(expires_at=at(NOW_US + 10))
        work.office.disable(disabled)
        work.feed.tell()
        assert [work.answer(key) for key in (disabled, expiring)] == ["disabled_api_key", "let in"]
        lose_the_store()
        assert work.answer(disabled) == "disabled_api_key"
        assert [work.answer(expiring, NOW_US + later) for later in (9, 10)] == ["let in", "expired_api_key"]


class TestStoreThatCannotAnswer:
    """Closed for real: the database file is gone, or the server refuses connections."""

    def test_is_not_asked_by_every_call(self, work: KnownKeysAtWork, lose_store: Callable[[], object]) -> None:
        seen, cold = work.office.key(), work.office.key()
        work.feed.tell()
        work.answer(seen)
        lose_store()
        work.clock.now += FRESH_SECONDS
        assert work.answer(seen) == "let in"  # asked, in vain
        with counted_statements(work.store) as sent:
            assert work.answer(seen) == "let in"
            for secret in (cold.secret, new_api_key()):
                with pytest.raises(StoreUnavailable):
                    work.answer(secret)
            with pytest.raises(StoreUnavailable):
                work.known.find_chain("00000000-0000-4000-8000-000000000000", work.office.tenant.id)
        assert sent == []

    def test_a_cold_key_is_told_so_while_the_watch_is_still_fresh(
        self, work: KnownKeysAtWork, lose_store: Callable[[], None]
    ) -> None:
        cold = work.office.key()
        work.feed.tell()
        lose_store()
        with pytest.raises(StoreUnavailable):
            work.answer(cold)
        with pytest.raises(StoreUnavailable):
            work.known.find_chain("00000000-0000-4000-8000-000000000000", work.office.tenant.id)
        assert work.answer(new_api_key()) == "invalid_api_key"


def test_its_text_tells_how_much_it_knows_and_nothing_of_a_key(work: KnownKeysAtWork) -> None:
    work.answer(work.office.key())
    work.feed.tell()
    work.answer(work.office.key())
    assert repr(work.known) == "<KnownKeys 0 keys, 0 chains>"

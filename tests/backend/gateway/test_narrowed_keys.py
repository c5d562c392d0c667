"""Keys narrowed to rule chains and addresses: which calls are refused, and what is told."""

from typing import Any

import pytest

from ss_admin.contract.api_keys import Entity, Permissions
from tests.support.article import SAMPLE_BODY
from tests.support.partner import Partner, plant_chain


def denied(answer: Any, *told: str) -> None:
    """Check a 403 for want of permission, with what its detail says."""
    assert answer.status_code == 403, answer.text
    document = answer.get_json(force=True)
    assert document["code"] == "permission_denied"
    for part in told:
        assert part in document["detail"]


class TestRuleChains:
    def test_a_key_narrowed_to_one_chain_may_call_it_and_no_other(self, partner: Partner) -> None:
        own, other = partner.chain(), partner.chain()
        key = partner.key(permissions=Permissions(rulechains=[own]))
        assert partner.call(own, key.secret).status_code == 200
        denied(partner.call(other, key.secret), "narrowed to certain rule chains", "View API Endpoint", "add this rule")
        assert partner.executions(other) == []

    @pytest.mark.parametrize("wanted", ["nowhere", "00000000-0000-4000-8000-000000000000", "%ff", ""])
    def test_what_is_no_chain_at_all_is_refused_alike(self, partner: Partner, wanted: str) -> None:
        key = partner.key(permissions=Permissions(rulechains=[partner.chain()]))
        denied(partner.call(wanted, key.secret), "not one of them")

    def test_another_tenants_chain_is_refused_alike(self, partner: Partner) -> None:
        key = partner.key(permissions=Permissions(rulechains=[partner.chain()]))
        denied(partner.call(plant_chain(partner.store, partner.other_tenant), key.secret), "not one of them")

    def test_a_chain_that_was_deleted_is_not_found_though_the_key_names_it(self, partner: Partner) -> None:
        gone = partner.chain()
        key = partner.key(permissions=Permissions(rulechains=[gone]))
        partner.delete_chain(gone)
        answer = partner.call(gone, key.secret)
        assert (answer.status_code, answer.get_json(force=True)["code"]) == (404, "rulechain_not_found")

    def test_a_change_counts_at_the_very_next_call(self, partner: Partner) -> None:
        first, second = partner.chain(), partner.chain()
        key = partner.key()
        for _ in range(2):
            partner.change(key, permissions={"rulechains": [first]})
            assert partner.call(first, key.secret).status_code == 200
            denied(partner.call(second, key.secret))
            partner.change(key, permissions={"rulechains": [second]})
            denied(partner.call(first, key.secret))
            partner.change(key, permissions={})
            assert [partner.call(chain, key.secret).status_code for chain in (first, second)] == [200, 200]


class TestAddresses:
    @pytest.mark.parametrize(
        ("networks", "admitted"),
        [
            (["127.0.0.1"], True),
            (["127.0.0.0/8"], True),
            (["::ffff:127.0.0.1"], True),
            (["0.0.0.0/0"], True),
            (["10.0.0.0/8", "2001:db8::/32", "127.0.0.1/32"], True),
            (["127.0.0.2"], False),
            (["::1", "::/0"], False),
        ],
    )
    def test_a_call_is_admitted_from_its_networks_alone(
        self, partner: Partner, networks: list[str], admitted: bool
    ) -> None:
        key = partner.key(allowed_addresses=networks)
        answer = partner.call(partner.chain(), key.secret)
        if admitted:
            assert answer.status_code == 200
        else:
            denied(answer, "come from 127.0.0.1", "to allow it for the key")

    def test_a_change_counts_at_the_very_next_call(self, partner: Partner) -> None:
        chain, key = partner.chain(), partner.key(allowed_addresses=["127.0.0.1"])
        for _ in range(2):
            assert partner.call(chain, key.secret).status_code == 200
            partner.change(key, allowed_addresses=["10.0.0.1"])
            denied(partner.call(chain, key.secret))
            partner.change(key, allowed_addresses=None)
            assert partner.call(chain, key.secret).status_code == 200
            partner.change(key, allowed_addresses=["127.0.0.1"])

    def test_a_call_from_nowhere_is_refused_and_told_so(self, partner: Partner) -> None:
        key = partner.key(allowed_addresses=["0.0.0.0/0", "::/0"])
        client = partner.app.test_client()
        answer = client.post(
            f"/rulechains/{partner.chain()}/execute",
            data=SAMPLE_BODY,
            content_type="application/json",
            headers={"x-api-key": key.secret},
            environ_overrides={"REMOTE_ADDR": ""},
        )
        denied(answer, "cannot tell")


def test_of_several_reasons_write_is_told_first_then_the_chain_then_the_address(partner: Partner) -> None:
    other, own = partner.chain(), partner.chain()
    key = partner.key(permissions=Permissions(entities=[Entity.READ], rulechains=[own]), allowed_addresses=["10.0.0.1"])
    denied(partner.call(other, key.secret), "“write”", "Ask your SignalSync Tenant Administrator")
    partner.change(key, permissions=Permissions(entities=[Entity.WRITE], rulechains=[own]))
    denied(partner.call(other, key.secret), "narrowed to certain rule chains")
    partner.change(key, permissions=Permissions(entities=[Entity.WRITE], rulechains=[own, other]))
    denied(partner.call(other, key.secret), "127.0.0.1")
    partner.change(key, allowed_addresses=["127.0.0.1"])
    assert partner.call(other, key.secret).status_code == 200


def test_a_refused_call_counts_for_the_limit_and_as_a_use(partner: Partner) -> None:
    key = partner.key(allowed_addresses=["10.0.0.1"], rate_limit={"max_requests": 2, "window_seconds": 60})
    chain = partner.chain()
    answer = partner.call(chain, key.secret)
    denied(answer)
    assert answer.headers["X-RateLimit-Remaining"] == "1"
    partner.call(chain, key.secret)
    assert partner.call(chain, key.secret).status_code == 429

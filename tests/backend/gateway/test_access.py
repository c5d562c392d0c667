"""Whether a known key may make a call: what is told first where several things stand against it."""

from ipaddress import ip_network
from typing import Any

import pytest

from ss_admin.backend.gateway.access import check_call
from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey
from ss_admin.backend.problems import ProblemError
from ss_admin.contract.problems import ProblemCode

CHAIN = KnownChain("chain", "tenant", 1, is_external=True, enabled=True)


def a_key(**changes: Any) -> KnownKey:
    bounds = {"may_write": True, "rulechain_ids": None, "networks": None} | changes
    return KnownKey("key", "Key (ss_1234…5678)", "tenant", 2**62, False, rate_limit=None, **bounds)


def refusal(key: KnownKey, chain: KnownChain | None, address: str = "192.0.2.1") -> tuple[ProblemCode, str]:
    with pytest.raises(ProblemError) as caught:
        check_call(key, chain, "chain", address)
    return caught.value.code, caught.value.detail


def test_a_key_without_bounds_may_call_an_open_chain() -> None:
    assert check_call(a_key(), CHAIN, "chain", "192.0.2.1") is CHAIN


def test_what_is_told_first_where_all_stands_against_it() -> None:
    bounds: dict[str, Any] = {
        "may_write": False,
        "rulechain_ids": frozenset({"another"}),
        "networks": (ip_network("10.0.0.0/8"),),
    }
    told = []
    for name, free in (("may_write", True), ("rulechain_ids", None), ("networks", None)):
        told.append(refusal(a_key(**bounds), None))
        bounds[name] = free
    told += [
        refusal(a_key(), None),
        refusal(a_key(), KnownChain("chain", "tenant", 1, is_external=False, enabled=False)),
        refusal(a_key(), KnownChain("chain", "tenant", 1, is_external=True, enabled=False)),
    ]
    assert [code.value for code, _ in told] == [
        "permission_denied",
        "permission_denied",
        "permission_denied",
        "rulechain_not_found",
        "rulechain_not_external",
        "rulechain_disabled",
    ]
    for (_, detail), part in zip(
        told, ("“write”", "narrowed", "192.0.2.1", "no rule chain", "Is External", "enable it"), strict=True
    ):
        assert part in detail


class TestAddresses:
    """One that was allowed is remembered with the key; that lets no other one in."""

    def test_each_is_held_against_the_networks(self) -> None:
        key = a_key(networks=(ip_network("10.0.0.0/8"), ip_network("2001:db8::/32")))
        for address, allowed in (
            ("10.1.2.3", True),
            ("10.1.2.3", True),
            ("11.1.2.3", False),
            ("10.1.2.3", True),
            ("2001:db8::1", True),
            ("2001:db9::1", False),
            ("2001:db8::1", True),
        ):
            if allowed:
                assert check_call(key, CHAIN, "chain", address) is CHAIN
            else:
                assert address in refusal(key, CHAIN, address)[1]

    def test_one_that_cannot_be_told_is_refused_each_time(self) -> None:
        key = a_key(networks=(ip_network("0.0.0.0/0"),))
        for address in ("", "unix:", "somewhere"):
            assert "cannot tell" in refusal(key, CHAIN, address)[1]
            assert "cannot tell" in refusal(key, CHAIN, address)[1]

"""Where webhooks may go: every form of an address that is not public is refused, whoever hands it out."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.rule_chains.outbox.destinations import (
    DestinationNotFound,
    DestinationRefused,
    DestinationRules,
    Endpoint,
)


def rules_finding(*addresses: str, allowed: tuple[str, ...] = ()) -> DestinationRules:
    return DestinationRules([ip_network(network) for network in allowed], lambda host, port: addresses)


ENDPOINT = Endpoint("hooks.example.com", 443, "/")


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("127.0.0.1", "an address of the server itself"),
        ("127.8.9.10", "an address of the server itself"),
        ("0.0.0.0", "an address of the server itself"),
        ("::1", "an address of the server itself"),
        ("::", "an address of the server itself"),
        ("10.0.0.1", "a private address"),
        ("172.16.0.1", "a private address"),
        ("192.168.1.1", "a private address"),
        ("fd00:ec2::254", "a private address"),
        ("fec0::1", "a private address"),
        ("169.254.169.254", "a link-local address"),
        ("fe80::1", "a link-local address"),
        ("fe80::1%1", "a link-local address"),
        ("224.0.0.1", "a multicast address"),
        ("ff02::1", "a multicast address"),
        ("100.64.0.1", "a reserved address"),
        ("168.63.129.16", "a reserved address"),
        ("192.0.0.170", "a private address"),
        ("192.0.2.1", "a private address"),
        ("192.88.99.1", "a reserved address"),
        ("198.18.0.1", "a private address"),
        ("240.0.0.1", "a private address"),
        ("255.255.255.255", "a private address"),
        ("100::1", "a reserved address"),
        ("2001:db8::1", "a reserved address"),
        ("2001::1", "a reserved address"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "a reserved address"),
        ("3fff::1", "a reserved address"),
        ("4000::1", "a reserved address"),
        ("::7f00:1", "a reserved address"),
        ("64:ff9b:1::7f00:1", "a reserved address"),
        ("::ffff:10.0.0.1", "10.0.0.1, a private address"),
        ("::ffff:127.0.0.1", "127.0.0.1, an address of the server itself"),
        ("64:ff9b::10.0.0.1", r"a private address \(10.0.0.1\) in the form of IPv6"),
        ("2002:7f00:1::1", r"an address of the server itself \(127.0.0.1\) in the form of IPv6"),
    ],
)
def test_address_that_is_not_public_is_refused_and_named(address: str, what: str) -> None:
    with pytest.raises(DestinationRefused, match=what) as refused:
        rules_finding(address).find(ENDPOINT)
    assert "“hooks.example.com” leads to" in str(refused.value)
    assert "SS_WEBHOOK_ALLOWED_NETWORKS" in str(refused.value)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "203.0.114.7", "2606:4700::1111", "64:ff9b::1.1.1.1", "2002:101:101::1"]
)
def test_public_address_is_taken_as_it_is(address: str) -> None:
    assert [str(found) for found in rules_finding(address).find(ENDPOINT).addresses] == [
        address.replace("1.1.1.1", "101:101") if ":" in address else address
    ]


def test_name_is_refused_if_any_of_its_addresses_is() -> None:
    with pytest.raises(DestinationRefused, match=r"leads to 10\.0\.0\.1"):
        rules_finding("1.1.1.1", "10.0.0.1").find(ENDPOINT)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.0.0/16"),
        ("::1", "::1/128"),
        ("::ffff:10.1.2.3", "10.1.0.0/16"),
        ("64:ff9b::10.1.2.3", "10.1.0.0/16"),
        ("fe80::1", "fe80::/10"),
    ],
)
def test_networks_that_the_operator_allows_are_let_through_and_nothing_beside_them(address: str, network: str) -> None:
    assert rules_finding(address, allowed=(network,)).find(ENDPOINT)
    with pytest.raises(DestinationRefused):
        rules_finding(address, "10.2.0.1", allowed=(network,)).find(ENDPOINT)


def test_address_in_the_url_itself_is_told_without_speaking_of_a_name() -> None:
    with pytest.raises(DestinationRefused, match=r"^It would go to 10\.0\.0\.1, a private address"):
        DestinationRules().find(Endpoint.parse("https://10.0.0.1/"))


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "localhost", "LOCALHOST"])
def test_other_ways_to_write_an_address_of_the_server_lead_there_and_are_refused(host: str) -> None:
    with pytest.raises(DestinationRefused, match="an address of the server itself"):
        DestinationRules().find(Endpoint.parse(f"https://{host}/"))


def test_name_that_leads_nowhere_may_lead_somewhere_later() -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    for rules in (DestinationRules(resolve=resolve), rules_finding()):
        with pytest.raises(DestinationNotFound, match=r"The name “hooks\.example\.com” leads to no address"):
            rules.find(ENDPOINT)


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://hooks.example.com", Endpoint("hooks.example.com", 443, "/")),
        ("HTTPS://Hooks.Example.com:8443/a/b?c=d&e=%20", Endpoint("hooks.example.com", 8443, "/a/b?c=d&e=%20")),
        ("https://[2606:4700::1111]/x", Endpoint("2606:4700::1111", 443, "/x")),
        ("https://bücher.example/weiß?ß", Endpoint("xn--bcher-kva.example", 443, "/wei%C3%9F?%C3%9F")),
        ("https://hooks.example.com/a b\x00", Endpoint("hooks.example.com", 443, "/a%20b%00")),
    ],
)
def test_url_is_taken_apart(url: str, endpoint: Endpoint) -> None:
    assert Endpoint.parse(url) == endpoint


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "https://",
        "https:///path",
        "https://ann:secret@hooks.example.com/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://[::1",
        "https://[fe80::1%25lo]/",
        "https://a b/",
        "https://a\x00b/",
        "https://a..b/",
        "https://" + "a" * 64 + ".example/",
        "https://hooks.example.com\\@10.0.0.1/",
    ],
)
def test_url_that_cannot_be_called_is_refused_for_good(url: str) -> None:
    with pytest.raises(DestinationRefused, match="correct it"):
        Endpoint.parse(url)


@given(st.ip_addresses())
def test_no_address_is_taken_that_the_registries_do_not_call_public(address: IPv4Address | IPv6Address) -> None:
    """`ip_addresses` draws from the networks of IANA's special-purpose registries most of the time."""
    try:
        [taken] = rules_finding(str(address)).find(ENDPOINT).addresses
    except DestinationRefused:
        return
    if taken in ip_network("64:ff9b::/96"):  # reserved itself; it is the IPv4 address in it that packets go to
        taken = IPv4Address(int(taken) & 0xFFFFFFFF)
    assert taken.is_global
    assert not taken.is_multicast
    assert not taken.is_private
    assert not taken.is_reserved


@given(st.ip_addresses(v=4, network="10.0.0.0/8"), st.sampled_from(["::ffff:{}", "64:ff9b::{}"]))
def test_no_way_to_write_a_private_address_as_ipv6_gets_through(address: IPv4Address, form: str) -> None:
    sixtofour = f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::1"
    for text in (form.format(address), sixtofour):
        with pytest.raises(DestinationRefused):
            rules_finding(text).find(ENDPOINT)


@given(st.text(max_size=60))
def test_any_text_is_an_endpoint_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://host/{text}"):
        try:
            endpoint = Endpoint.parse(url)
        except DestinationRefused:
            continue
        assert endpoint.host.isascii()
        assert endpoint.target.isascii()
        assert not set(endpoint.target) & set(" \r\n\x00")

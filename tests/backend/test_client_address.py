"""Where a request comes from, whatever is said about it."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_admin.backend.client_address import client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("2001:db8:1::/48"))


def address(peer: str, forwarded: str | None = None, trusted=PROXIES) -> str:
    environ = {"REMOTE_ADDR": peer}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    return client_address(environ, trusted)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        pytest.param("198.51.100.7", None, "198.51.100.7", id="no proxy"),
        pytest.param("198.51.100.7", "203.0.113.9", "198.51.100.7", id="a stranger's header is not believed"),
        pytest.param("10.1.1.1", "203.0.113.9", "203.0.113.9", id="one proxy"),
        pytest.param("10.1.1.1", "203.0.113.9, 10.2.2.2", "203.0.113.9", id="two proxies"),
        pytest.param("10.1.1.1", "1.1.1.1, 203.0.113.9", "203.0.113.9", id="what the client invented is left out"),
        pytest.param("10.1.1.1", "10.9.9.9, 203.0.113.9, 10.2.2.2", "203.0.113.9", id="invented proxies too"),
        pytest.param("10.1.1.1", "10.3.3.3, 10.2.2.2", "10.3.3.3", id="everybody is a proxy: the first of them"),
        pytest.param("10.1.1.1", "", "10.1.1.1", id="empty header"),
        pytest.param("10.1.1.1", "unknown", "10.1.1.1", id="garbage"),
        pytest.param("10.1.1.1", "203.0.113.9, garbage", "10.1.1.1", id="garbage ends the walk"),
        pytest.param("10.1.1.1", "203.0.113.9, , 10.2.2.2", "10.2.2.2", id="an empty entry ends the walk"),
        pytest.param("10.1.1.1", "203.0.113.9:4711", "203.0.113.9", id="with a port"),
        pytest.param("10.1.1.1", "[2001:db8::5]:4711", "2001:db8::5", id="IPv6 in brackets with a port"),
        pytest.param("10.1.1.1", "2001:DB8:0:0::5", "2001:db8::5", id="IPv6 in its shortest form"),
        pytest.param("10.1.1.1", "fe80::1%eth0", "fe80::1", id="IPv6 with a zone"),
        pytest.param("2001:db8:1::2", "203.0.113.9", "203.0.113.9", id="IPv6 proxy"),
        pytest.param("2001:db8:2::2", "203.0.113.9", "2001:db8:2::2", id="IPv6 stranger"),
        pytest.param("::ffff:10.1.1.1", "203.0.113.9", "203.0.113.9", id="IPv4 proxy on an IPv6 socket"),
        pytest.param("", None, "unknown", id="no peer"),
        pytest.param("", "203.0.113.9", "unknown", id="no peer, but a header"),
    ],
)
def test_address(peer: str, forwarded: str | None, expected: str) -> None:
    assert address(peer, forwarded) == expected


def test_without_trusted_proxies_the_header_is_ignored() -> None:
    assert address("10.1.1.1", "203.0.113.9", trusted=()) == "10.1.1.1"


@given(st.text(max_size=200))
def test_any_header_gives_an_address_that_fits_its_column(header: str) -> None:
    assert 0 < len(address("10.1.1.1", header)) <= 45

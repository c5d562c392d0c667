"""By whose address a narrowed key is judged, over real sockets: the socket's own, or what a trusted proxy says."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ss_admin.contract.api_keys import ApiKeyCreated
from tests.support.article import SAMPLE_BODY
from tests.support.partner import Partner, partner_at
from tests.support.server_process import RawAnswer, ask, execute_request, running_server

ELSEWHERE = "127.0.0.2"
"""Another address of this machine, from which a caller can come."""


class Served:
    """A real server, and somebody who makes keys for it. Its port answers at `host`."""

    def __init__(self, port: int, partner: Partner) -> None:
        self.port = port
        self.partner = partner
        self.chain = partner.chain()

    def key(self, *networks: str) -> ApiKeyCreated:
        """A key for these networks alone."""
        return self.partner.key(allowed_addresses=list(networks))

    def call(
        self, key: ApiKeyCreated, *, host: str = "127.0.0.1", source: str | None = None, forwarded: str | None = None
    ) -> RawAnswer:
        """Call from an address of this machine, with what a proxy would add."""
        lines = [b"x-api-key: " + key.secret.encode()]
        if forwarded is not None:
            lines.append(b"X-Forwarded-For: " + forwarded.encode())
        return ask((host, self.port), execute_request(self.chain, SAMPLE_BODY, *lines), source)

    def admits(self, key: ApiKeyCreated, **way: str) -> bool:
        """Whether the call came through; else it was refused for want of permission."""
        answer = self.call(key, **way)
        assert answer.status == 200 or answer.document()["code"] == "permission_denied", answer
        return answer.status == 200


@contextmanager
def serving(folder: Path, *arguments: str, **settings: str) -> Iterator[Served]:
    with (
        running_server(folder, *arguments, **settings) as server,
        partner_at(f"sqlite:///{folder}/signalsync.db") as it,
    ):
        yield Served(server.address[1], it)


@pytest.fixture(scope="module")
def direct(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that trusts no proxy."""
    with serving(tmp_path_factory.mktemp("direct")) as served:
        yield served


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server behind proxies at 127.0.0.1 and in 198.51.100.0/24."""
    with serving(tmp_path_factory.mktemp("proxied"), trusted_proxies="127.0.0.1,198.51.100.0/24") as served:
        yield served


@pytest.fixture(scope="module")
def both_kinds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that answers over IPv6 and IPv4."""
    with serving(tmp_path_factory.mktemp("ipv6"), "--host", "::") as served:
        yield served


class TestDirectly:
    def test_the_sockets_address_decides(self, direct: Served) -> None:
        key = direct.key(ELSEWHERE)
        assert direct.admits(key, source=ELSEWHERE)
        assert not direct.admits(key)
        assert "come from 127.0.0.1" in direct.call(key).document()["detail"]

    def test_a_forwarded_address_is_only_a_claim(self, direct: Served) -> None:
        assert not direct.admits(direct.key("203.0.113.7"), forwarded="203.0.113.7")
        assert direct.admits(direct.key("127.0.0.1"), forwarded="203.0.113.7")


class TestBehindATrustedProxy:
    def test_the_forwarded_address_decides(self, proxied: Served) -> None:
        key = proxied.key("203.0.113.0/24", "2001:db8::/32")
        assert proxied.admits(key, forwarded="203.0.113.7")
        assert proxied.admits(key, forwarded="2001:db8::7")
        assert proxied.admits(key, forwarded="::ffff:203.0.113.7")
        assert not proxied.admits(key, forwarded="192.0.2.7")
        assert not proxied.admits(key)

    def test_the_refusal_names_the_forwarded_address(self, proxied: Served) -> None:
        answer = proxied.call(proxied.key("203.0.113.0/24"), forwarded="192.0.2.7")
        assert "come from 192.0.2.7" in answer.document()["detail"]

    def test_the_proxys_own_address_admits_nobody_behind_it(self, proxied: Served) -> None:
        assert not proxied.admits(proxied.key("127.0.0.1"), forwarded="192.0.2.7")

    def test_of_a_row_of_proxies_the_first_that_is_not_trusted_decides(self, proxied: Served) -> None:
        key = proxied.key("203.0.113.7")
        assert proxied.admits(key, forwarded="203.0.113.7, 198.51.100.9")
        assert not proxied.admits(key, forwarded="203.0.113.7, 192.0.2.7, 198.51.100.9")

    def test_who_is_not_the_proxy_is_judged_by_the_socket(self, proxied: Served) -> None:
        assert not proxied.admits(proxied.key("203.0.113.7"), source=ELSEWHERE, forwarded="203.0.113.7")
        assert proxied.admits(proxied.key(ELSEWHERE), source=ELSEWHERE, forwarded="203.0.113.7")


class TestBothKindsOfAddresses:
    def test_a_key_for_an_ipv6_address_works_over_ipv6(self, both_kinds: Served) -> None:
        assert both_kinds.admits(both_kinds.key("::1"), host="::1")
        assert not both_kinds.admits(both_kinds.key("127.0.0.0/8"), host="::1")

    def test_an_ipv4_caller_on_an_ipv6_socket_counts_as_ipv4(self, both_kinds: Served) -> None:
        assert both_kinds.admits(both_kinds.key("127.0.0.1"), host="127.0.0.1")
        assert not both_kinds.admits(both_kinds.key("::/0"), host="127.0.0.1")
        refusal = both_kinds.call(both_kinds.key("::/0"), host="127.0.0.1")
        assert "come from 127.0.0.1" in refusal.document()["detail"]

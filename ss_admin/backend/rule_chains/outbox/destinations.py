"""Where webhooks may go: to public addresses, and to the networks that the operator allows besides.

A name is looked up once for each attempt. All addresses found are judged, and one of those judged is connected to: a
name that leads elsewhere a moment later gains nothing by it.
"""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Self
from urllib.parse import quote, urlsplit

__all__ = [
    "Destination",
    "DestinationNotFound",
    "DestinationRefused",
    "DestinationRules",
    "Endpoint",
    "resolve_by_system",
]

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""Looks a host name up: its addresses as text. Raises `OSError` or `UnicodeError` where there are none."""

_HOST = re.compile(r"[0-9A-Za-z._-]{1,253}|[0-9A-Fa-f:.]{2,45}", re.ASCII)
_KEPT_IN_TARGET = "!#$%&'()*+,/:;=?@[]~"

_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
_RESERVED = (
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # relays of 6to4, RFC 7526
    IPv4Network("168.63.129.16/32"),  # answers only within Azure: its service for virtual machines
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments, RFC 2928
    IPv6Network("2001:db8::/32"),  # documentation, RFC 3849
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


class DestinationRefused(Exception):
    """No webhook goes there, now or later; the text is a sentence for the administrator."""


class DestinationNotFound(Exception):
    """The name leads to no address at present; the text is a sentence for the administrator."""


@dataclass(frozen=True)
class Endpoint:
    """A webhook's URL taken apart: the host in ASCII, the port, and the request's target."""

    host: str
    port: int
    target: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """The parts of an https URL. Raises `DestinationRefused` for anything that is none."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
            port = 443 if parts.port is None else parts.port
        except ValueError:  # UnicodeError is one, too
            raise DestinationRefused("The address cannot be read; correct it in the rule chain.") from None
        if parts.scheme != "https" or not _HOST.fullmatch(host) or "@" in parts.netloc or port == 0:
            raise DestinationRefused("The address is not one of the form https://host/path; correct it.")
        target = quote(parts.path or "/", safe=_KEPT_IN_TARGET)
        return cls(host, port, f"{target}?{quote(parts.query, safe=_KEPT_IN_TARGET)}" if parts.query else target)


@dataclass(frozen=True)
class Destination:
    """An endpoint with the addresses that it may be reached at; there is at least one."""

    endpoint: Endpoint
    addresses: tuple[Address, ...]


class DestinationRules:
    """Judges where webhooks go. `allowed`: networks that they may go to although they are not public."""

    def __init__(self, allowed: Sequence[Network] = (), resolve: Resolver | None = None) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolve or resolve_by_system

    def find(self, endpoint: Endpoint) -> Destination:
        """Where the endpoint is. Raises `DestinationRefused` if any of its addresses is, `DestinationNotFound`."""
        try:
            found = self._resolve(endpoint.host, endpoint.port)
            addresses = tuple(dict.fromkeys(_plain(ip_address(text)) for text in found))
        except (OSError, ValueError):
            addresses = ()
        if not addresses:
            raise DestinationNotFound(f"The name “{endpoint.host}” leads to no address.")
        for address in addresses:
            what = self._what_forbids(address)
            if what is not None:
                raise DestinationRefused(_refusal(endpoint.host, address, what))
        return Destination(endpoint, addresses)

    def _what_forbids(self, address: Address) -> str | None:
        """What the address is that webhooks may not go to, in words; None if they may."""
        if any(address in network for network in self._allowed):
            return None
        if isinstance(address, IPv4Address):
            return _kind_of_ipv4(address)
        carried = _carried_ipv4(address)
        if carried is None:
            return _kind_of_ipv6(address)
        what = None if any(carried in network for network in self._allowed) else _kind_of_ipv4(carried)
        return None if what is None else f"{what} ({carried}) in the form of IPv6"


def resolve_by_system(host: str, port: int) -> Sequence[str]:
    """The addresses of a host as this system knows them, in the order in which it would try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


def _plain(address: Address) -> Address:
    """An IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address: the system connects to that."""
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


def _carried_ipv4(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that gateways of NAT64 (RFC 6052) and 6to4 (RFC 3056) would pass packets on to."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


def _kind_of_ipv4(address: IPv4Address) -> str | None:
    kind = _kind_of_any(address)
    if kind is None and (not address.is_global or any(address in network for network in _RESERVED)):
        return "a private address" if address.is_private else "a reserved address"
    return kind


def _kind_of_ipv6(address: IPv6Address) -> str | None:
    kind = _kind_of_any(address)
    if kind is not None:
        return kind
    if address.is_site_local or address in IPv6Network("fc00::/7"):
        return "a private address"
    is_public = address in _PUBLIC_IPV6 and not any(address in network for network in _RESERVED)
    return None if is_public else "a reserved address"


def _kind_of_any(address: Address) -> str | None:
    if address.is_loopback or address.is_unspecified:
        return "an address of the server itself"
    if address.is_link_local:
        return "a link-local address"
    return "a multicast address" if address.is_multicast else None


def _refusal(host: str, address: Address, what: str) -> str:
    subject = f"It would go to {address}" if host == str(address) else f"“{host}” leads to {address}"
    return (
        f"{subject}, {what}. Webhooks go to public addresses only, unless the operator of the server allows others "
        "(SS_WEBHOOK_ALLOWED_NETWORKS)."
    )

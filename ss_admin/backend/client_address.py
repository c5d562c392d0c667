"""Where a request comes from: the socket's peer, or what trusted proxies say about it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

__all__ = ["client_address"]

UNKNOWN = "unknown"

Address = IPv4Address | IPv6Address


def client_address(environ: Mapping[str, Any], trusted_proxies: Sequence[IPv4Network | IPv6Network]) -> str:
    """The caller's IP address, in its shortest form (at most 45 characters); `unknown` without any.

    `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right, each entry was added by the
    one behind it, so the walk ends at the first address that is no trusted proxy. An entry that is no address ends the
    walk too, at the proxy that passed it on.
    """
    peer = environ.get("REMOTE_ADDR") or ""
    if not trusted_proxies:
        return _told(peer)
    current = _parse(str(peer))
    if current is None:
        return UNKNOWN
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR") or "")
    for entry in reversed(forwarded.split(",") if forwarded else []):
        if not _is_trusted(current, trusted_proxies):
            break
        previous = _parse(entry)
        if previous is None:
            break
        current = previous
    return str(current)


@lru_cache(maxsize=4096)  # the same text always means the same address; to read one takes longer than to check a key
def _told(peer: str) -> str:
    address = _parse(peer)
    return UNKNOWN if address is None else str(address)


def _parse(text: str) -> Address | None:
    """An address as found in sockets and proxies' headers: with a port, in brackets, with a zone, IPv4 in IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_trusted(address: Address, trusted: Sequence[IPv4Network | IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in trusted)

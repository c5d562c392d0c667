"""Networks that a key may be used from: how they are written, and what is wrong with one that is not."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

__all__ = ["AllowedAddress", "AllowedAddresses", "normal_network"]

MAX_NETWORKS = 100


def normal_network(text: str) -> str:
    """The network in its normal form: `203.0.113.7` gives `203.0.113.7/32`. Raises `ValueError` with a sentence."""
    text = text.strip()
    if not text.isascii() or "%" in text:
        raise ValueError("must be an address such as 203.0.113.7 or a network such as 203.0.113.0/24 or 2001:db8::/32")
    try:
        network: IPv4Network | IPv6Network = ip_network(text)
    except ValueError:
        raise ValueError(_what_is_wrong(text)) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= 96:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return str(IPv4Network((int(mapped), network.prefixlen - 96)))
    return str(network)


def _what_is_wrong(text: str) -> str:
    try:
        meant = ip_network(text, strict=False)
    except ValueError:
        return "must be an address such as 203.0.113.7 or a network such as 203.0.113.0/24 or 2001:db8::/32"
    return f"names an address within a network: write {meant} for the whole network, or the address without “/”"


AllowedAddress = Annotated[str, Field(strict=True, min_length=1, max_length=64), AfterValidator(normal_network)]
"""An IPv4 or IPv6 network in CIDR notation (RFC 4632, RFC 4291); a bare address stands for itself alone."""


def _each_once(networks: list[str]) -> list[str]:
    return list(dict.fromkeys(networks))


AllowedAddresses = Annotated[
    list[AllowedAddress], Field(min_length=1, max_length=MAX_NETWORKS), AfterValidator(_each_once)
]
"""Where a key may be used from, 1 to 100 networks; null instead of a list: from everywhere."""

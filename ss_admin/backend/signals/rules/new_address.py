"""A new address: calls from where this key was never used from.

A key that is used from many addresses (a mobile fleet, a cloud's pool), or whose address changes every few days (a
dial-up line), says nothing by one more and is passed over. IPv6 goes by the /64, within which addresses change by
themselves (RFC 8981).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from ss_admin.backend.signals.history import EVENT_DAYS, Evidence, History, moment_of_hour
from ss_admin.contract.documents import utc_text
from ss_admin.contract.signals import Severity

__all__ = ["MANY_NETWORKS", "find_new_address", "network_of"]

LEARNING = timedelta(days=7)
"""From the first use on; a week shows the addresses of working days and weekends."""

MANY_NETWORKS = 10
"""Known addresses, from which on one more is nothing new."""

CHANGES = 3
"""New addresses in the four weeks before, from which on it is the key's habit; those of its first day are no change."""

_CHANGES_WITHIN = timedelta(days=28)
_FIRST_DAY = timedelta(days=1)

_RECENT = timedelta(days=EVENT_DAYS)


@dataclass(frozen=True)
class _Network:
    name: str
    first_seen_at: datetime
    last_seen_at: datetime
    calls: int


def find_new_address(history: History, now: datetime) -> Evidence | None:
    """The newest of the addresses that came up in the last seven days, after the time of learning."""
    if history.first_use is None:
        return None
    begin = moment_of_hour(history.first_use)
    learned, habits_from = begin + LEARNING, max(begin + _FIRST_DAY, now - _RECENT - _CHANGES_WITHIN)
    networks = _networks(history)
    fresh = [net for net in networks if net.first_seen_at > now - _RECENT and net.first_seen_at >= learned]
    known = [net for net in networks if net not in fresh]
    fresh = [net for net in fresh if not _is_allowed(net.name, history.key.allowed_addresses)]
    changed = [net for net in known if net.first_seen_at >= habits_from]
    if not fresh or not 0 < len(known) < MANY_NETWORKS or len(changed) >= CHANGES:
        return None
    newest = max(fresh, key=lambda net: net.first_seen_at)
    text = (
        f"{newest.calls:,} {'call' if newest.calls == 1 else 'calls'} from {newest.name}, "
        f"first on {newest.first_seen_at:%Y-%m-%d at %H:%M} UTC."
    )
    if len(fresh) > 1:
        text = f"{text[:-1]}; {len(fresh)} new addresses in 7 days."
    facts = {
        "address": newest.name,
        "first_seen_at": utc_text(newest.first_seen_at),
        "calls": newest.calls,
        "new_addresses": sorted(net.name for net in fresh),
        "known_addresses": len(known),
    }
    return Evidence(Severity.WARNING, f"address:{newest.name}", newest.first_seen_at, text, facts)


def network_of(address: str) -> str:
    """What an address counts as: itself, the /64 of an IPv6 one; what is no address stays as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ip_network((int(parsed) >> 64 << 64, 64)))
    return str(parsed)


def _networks(history: History) -> list[_Network]:
    found: dict[str, _Network] = {}
    for seen in history.addresses:
        name = network_of(seen.address)
        other = found.get(name)
        found[name] = _Network(
            name,
            min(seen.first_seen_at, other.first_seen_at if other else seen.first_seen_at),
            max(seen.last_seen_at, other.last_seen_at if other else seen.last_seen_at),
            seen.calls + (other.calls if other else 0),
        )
    return list(found.values())


def _is_allowed(network: str, allowed: Sequence[str] | None) -> bool:
    """Whether an administrator named it: then it is no news. A key without a list allows everything, names nothing."""
    try:
        parsed = ip_network(network)
    except ValueError:
        return False
    named = (ip_network(one) for one in allowed or ())
    return any(parsed.version == one.version and _overlaps(parsed, one) for one in named)


def _overlaps(network: object, named: object) -> bool:
    return bool(network.overlaps(named))  # type: ignore[attr-defined]

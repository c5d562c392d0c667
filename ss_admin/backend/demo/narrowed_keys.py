"""Narrows a few of the sample keys: to rule chains, to networks, to both."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_network

from ss_admin.backend.demo.names import FROM_THE_ARTICLE
from ss_admin.backend.demo.sample_chains import SampleChain
from ss_admin.backend.demo.sample_keys import KeyVersion, SampleKey
from ss_admin.contract.api_keys import ApiKeyStatus, Entity, Permissions

__all__ = ["narrow_some"]

_OFFICE = "2001:db8:17::/48"
_ANYWHERE = "198.51.100.0/24"


def narrow_some(keys: Sequence[SampleKey], chains: Sequence[SampleChain], now: datetime) -> list[SampleKey]:
    """The keys; the article's two and one that is in use got a further version, since when they are narrowed."""
    ids = {chain.latest.settings.name: chain.id for chain in chains}
    alarm, maintenance = FROM_THE_ARTICLE
    in_use = next(key for key in keys if key.latest.settings.name not in FROM_THE_ARTICLE and _is_in_use(key, now))
    scopes: Mapping[str, tuple[Permissions, list[str] | None]] = {
        _find(keys, alarm).id: (Permissions(rulechains=[ids["Building Alarm"]]), _networks(_find(keys, alarm))),
        _find(keys, maintenance).id: (
            Permissions(rulechains=[ids["Work Order Intake"], ids["Plain Acknowledge"]]), None
        ),
        in_use.id: (in_use.latest.settings.permissions, [*_networks(in_use), _OFFICE]),
    }  # fmt: skip
    return [_narrowed(key, *scopes[key.id], now) if key.id in scopes else key for key in keys]


def _find(keys: Sequence[SampleKey], name: str) -> SampleKey:
    return next(key for key in keys if key.latest.settings.name == name)


def _is_in_use(key: SampleKey, now: datetime) -> bool:
    settings = key.latest.settings
    lasts = settings.expires_at is None or settings.expires_at > now
    works = lasts and settings.status is ApiKeyStatus.ACTIVE and Entity.WRITE in settings.permissions.entities
    return works and key.last_used_at is not None and key.deleted_at is None


def _networks(key: SampleKey) -> list[str]:
    """The network that the key was used from."""
    if key.last_used_address is None:
        return [_ANYWHERE]
    return [str(ip_network(f"{key.last_used_address}/24", strict=False))]


def _narrowed(key: SampleKey, scope: Permissions, networks: list[str] | None, now: datetime) -> SampleKey:
    before = key.latest
    until = min(moment for moment in (now, before.settings.expires_at) if moment is not None)
    settings = replace(before.settings, permissions=scope, allowed_addresses=networks)
    version = KeyVersion(before.since + (until - before.since) * 0.5, before.by, settings)
    return replace(key, versions=(*key.versions, version))

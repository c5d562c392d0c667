"""What a key may do as it stands in the editor: read and write, which rule chains, from which addresses. No Qt."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ss_admin.contract.addresses import MAX_NETWORKS, normal_network
from ss_admin.contract.api_keys import MAX_SCOPED_CHAINS, ApiKey, Entity, Permissions

__all__ = ["AddressLine", "ScopeDraft", "read_addresses", "split_addresses", "tidy_addresses"]

_SEPARATORS = re.compile(r"[,;\s]+")
_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class AddressLine:
    """A line that is not empty. `number` counts from 1; `networks`: normal forms; `fault`: a sentence, or empty."""

    number: int
    networks: tuple[str, ...]
    fault: str


@dataclass(frozen=True)
class ScopeDraft:
    """`rulechains` None: all of them; `addresses` None: from everywhere, else the text as it was typed."""

    entities: tuple[Entity, ...] = tuple(Entity)
    rulechains: tuple[str, ...] | None = None
    addresses: str | None = None

    @classmethod
    def of(cls, api_key: ApiKey) -> "ScopeDraft":
        """The draft that changes nothing about what `api_key` may do."""
        scope, networks = api_key.permissions, api_key.allowed_addresses
        return cls(
            entities=tuple(scope.entities),
            rulechains=None if scope.rulechains is None else tuple(scope.rulechains),
            addresses=None if networks is None else "\n".join(networks),
        )

    @property
    def permissions(self) -> Permissions:
        """Asked of a draft without faults only."""
        chains = None if self.rulechains is None else list(self.rulechains)
        return Permissions(entities=list(self.entities), rulechains=chains)

    @property
    def allowed_addresses(self) -> list[str] | None:
        """The networks in their normal form, those at fault left out; None: from everywhere."""
        if self.addresses is None:
            return None
        networks = (network for line in read_addresses(self.addresses) for network in line.networks)
        return list(dict.fromkeys(networks))

    def as_json(self) -> str:
        """The scope as it goes to the server: the article's form while no address is named."""
        permissions: dict[str, Any] = {"entities": [entity.value for entity in self.entities]}
        if self.rulechains is not None:
            permissions["rulechains"] = list(self.rulechains)
        networks = self.allowed_addresses
        document = permissions if networks is None else {"permissions": permissions, "allowed_addresses": networks}
        return json.dumps(document, indent=2)

    def find_entities_fault(self) -> str | None:
        """What is wrong with read and write."""
        return None if self.entities else "Choose read, write or both."

    def find_chains_fault(self) -> str | None:
        """What is wrong with the choice of rule chains."""
        if self.rulechains is None:
            return None
        if not self.rulechains:
            return "Choose at least one rule chain, or all of them."
        if len(self.rulechains) > MAX_SCOPED_CHAINS:
            return f"At most {MAX_SCOPED_CHAINS} rule chains; {len(self.rulechains)} are chosen."
        return None

    def find_addresses_fault(self) -> str | None:
        """What is wrong with the addresses: the first line at fault, and how many more there are."""
        if self.addresses is None:
            return None
        faults = [line.fault for line in read_addresses(self.addresses) if line.fault]
        if faults:
            more = f" ({len(faults) - 1}\N{NO-BREAK SPACE}more)" if len(faults) > 1 else ""
            return faults[0] + more
        networks = self.allowed_addresses
        if not networks:
            return "Enter at least one address or network, or allow any."
        if len(networks) > MAX_NETWORKS:
            return f"At most {MAX_NETWORKS} networks; these are {len(networks)}."
        return None

    def allows_the_same_as(self, api_key: ApiKey) -> tuple[bool, bool]:
        """Whether permissions and addresses are those of `api_key`, in whatever order they stand."""
        before = ScopeDraft.of(api_key)
        same_chains = _as_set(self.rulechains) == _as_set(before.rulechains)
        same_networks = _as_set(self.allowed_addresses) == _as_set(before.allowed_addresses)
        return self.entities == before.entities and same_chains, same_networks

    def rebased(self, base: "ScopeDraft", theirs: "ScopeDraft") -> "ScopeDraft":
        """This draft over somebody else's version: each part that was not changed here becomes theirs."""
        changes = {
            part: getattr(theirs, part)
            for part in ("entities", "rulechains", "addresses")
            if getattr(self, part) == getattr(base, part)
        }
        return replace(self, **changes)


def split_addresses(text: str) -> list[str]:
    """What stands between commas, semicolons, spaces and line breaks."""
    return [part for part in _SEPARATORS.split(text) if part]


def read_addresses(text: str) -> list[AddressLine]:
    """The lines of `text` that are not empty, each with its networks and what is wrong with it."""
    lines = enumerate(text.split("\n"), start=1)
    return [_read_line(number, parts) for number, line in lines if (parts := split_addresses(line))]


def tidy_addresses(text: str) -> str:
    """One network a line in its normal form and each once; what is at fault stays as it is."""
    normal = (_normal_or_as_it_is(part) for part in split_addresses(text))
    return "\n".join(dict.fromkeys(normal))


def _read_line(number: int, parts: Sequence[str]) -> AddressLine:
    networks, fault = [], ""
    for part in parts:
        try:
            networks.append(normal_network(part))
        except ValueError as wrong:
            shown = part if len(part) <= _LONGEST_SHOWN else part[:_LONGEST_SHOWN] + "…"
            fault = fault or f"Line {number}: “{shown}” {wrong}."
    return AddressLine(number, tuple(networks), fault)


def _normal_or_as_it_is(part: str) -> str:
    try:
        return normal_network(part)
    except ValueError:
        return part


def _as_set(parts: Sequence[str] | None) -> frozenset[str] | None:
    return None if parts is None else frozenset(parts)

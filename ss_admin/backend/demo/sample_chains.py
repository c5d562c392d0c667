"""Plans the sample rule chains with their past: two of them failed now and then, until somebody found out why."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Any, Final

from ss_admin.backend.demo.sample_keys import YEAR, new_id
from ss_admin.backend.rule_chains.changes import ChainSettings
from ss_admin.contract.documents import ObjectRef
from ss_admin.resource_files import resource_path

__all__ = ["ChainVersion", "SampleChain", "plan_chains"]

_DAY: Final = timedelta(days=1)
_DISABLED_DAYS_AGO: Final = 6


@dataclass(frozen=True)
class _Flaw:
    """What stood in the graph before it was mended: an expression that fails where an optional field is missing."""

    key: str
    expression: str
    mended_days_ago: float


_FLAWS: Final[Mapping[str, _Flaw]] = MappingProxyType(
    {
        "Building Alarm": _Flaw(
            "work_order.title", '"Building alarm: " + _building.label + ", " + _problem_type.label', 11.3
        ),
        "Work Order Intake": _Flaw("reference", 'reference + " at " + asset.location', 17.6),
    }
)


@dataclass(frozen=True)
class ChainVersion:
    """What a chain was set to from a moment on. `definition_version`: the one at which the graph last changed."""

    number: int
    definition_version: int
    since: datetime
    by: ObjectRef
    settings: ChainSettings


@dataclass(frozen=True)
class SampleChain:
    """A chain with its past."""

    id: str
    versions: tuple[ChainVersion, ...]

    @property
    def created(self) -> ChainVersion:
        """The first version."""
        return self.versions[0]

    @property
    def latest(self) -> ChainVersion:
        """The version of today."""
        return self.versions[-1]

    def at(self, moment: datetime) -> ChainVersion | None:
        """The version that was in force; None before the chain was created."""
        return next((version for version in reversed(self.versions) if version.since <= moment), None)


def plan_chains(random: Random, now: datetime, admins: list[ObjectRef]) -> list[SampleChain]:
    """A chain for each file of sample chains, by name of file."""
    files = sorted(resource_path("sample-chains").glob("*.json"))
    return [_plan(random, now, admins, json.loads(file.read_text(encoding="utf-8"))) for file in files]


def _plan(random: Random, now: datetime, admins: list[ObjectRef], document: dict[str, Any]) -> SampleChain:
    today = ChainSettings(**document)
    flaw = _FLAWS.get(today.name)
    began_at = now - YEAR + random.uniform(1, 30) * _DAY
    first = replace(today, is_external=False, enabled=True)
    if flaw is not None:
        first = replace(first, definition=_with(flaw, today.definition))
    states = [(began_at, first)]
    if today.is_external:
        states.append((began_at + random.uniform(0.1, 3) * _DAY, replace(states[-1][1], is_external=True)))
    if flaw is not None:
        states.append((now - flaw.mended_days_ago * _DAY, replace(states[-1][1], definition=today.definition)))
    if not today.enabled:
        states.append((now - _DISABLED_DAYS_AGO * _DAY, today))
    versions: list[ChainVersion] = []
    for number, (since, settings) in enumerate(states, start=1):
        kept = versions and versions[-1].settings.definition == settings.definition
        definition_version = versions[-1].definition_version if kept else number
        versions.append(ChainVersion(number, definition_version, since, random.choice(admins), settings))
    return SampleChain(new_id(random), tuple(versions))


def _with(flaw: _Flaw, definition: dict[str, Any]) -> dict[str, Any]:
    """The graph with the flawed expression in the place of the one that mended it."""
    flawed = deepcopy(definition)
    for node in flawed["nodes"]:
        for expression in node.get("content", {}).get("expressions", ()):
            if expression["key"] == flaw.key:
                expression["value"] = flaw.expression
    return flawed

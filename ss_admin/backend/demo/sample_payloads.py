"""What partners send to the sample rule chains: plausible payloads, some without the fields that may be left out."""

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

__all__ = ["CALLED_CHAINS", "make_payload"]

Payload = dict[str, Any]

_LEFT_OUT: Final = 0.045
_ALARMS: Final = (
    ("TEMPERATURE", "temperature anomaly detected on the ground floor."),
    ("TEMPERATURE", "the server room is warmer than 27 °C."),
    ("WATER", "the leak sensor in the basement is wet."),
    ("POWER", "phase failure at the main distribution."),
    ("LIGHTING", "the escape route's lighting reports a battery fault."),
    ("FIRE", "a smoke detector tripped on the second floor."),
    ("ACCESS", "the north door does not lock."),
)
_BUILDINGS: Final = ("Central Academy", "Harbour House", "North Library", "Riverside Hall", "Science Park 4")
_TASKS: Final = (
    ("AHU-03", "Roof, north wing", "Replace the worn fan belt and measure the vibration."),
    ("PMP-11", "Basement", "Renew the shaft seal of the circulation pump."),
    ("LGT-27", "Parking level 2", "Replace the failed luminaires along the ramp."),
    ("DOR-08", "Main entrance", "Adjust the sliding door: it closes too quickly."),
    ("CHL-01", "Plant room", "Yearly service of the chiller, with the refrigerant check."),
)
_GREETINGS: Final = ("Hello from the integration test.", "ping", "First call from the new gateway.")


def make_payload(chain_name: str, random: Random) -> Payload:
    """One payload for the chain of that name, one of `CALLED_CHAINS`; it fits the chain's input schema."""
    return _MAKERS[chain_name](random)


def _alarm(random: Random) -> Payload:
    problem, description = random.choice(_ALARMS)
    building = random.choice(_BUILDINGS)
    payload: Payload = {
        "_building": {"label": building, "value": _uuid(building)},
        "_priority": random.choices(("Minor", "Major", "Critical"), (70, 24, 6))[0],
        "_description": f"Building alarm - {description}",
    }
    if random.random() >= _LEFT_OUT:
        payload["_problem_type"] = {"label": problem, "value": _uuid(problem)}
    return payload


def _work_order(random: Random) -> Payload:
    asset, location, task = random.choice(_TASKS)
    payload: Payload = {
        "reference": f"WO-2026-{random.randint(1, 99_999):05}",
        "asset": {"id": asset},
        "task": task,
        "estimated_cost": round(random.lognormvariate(6.2, 1.4), 2),
    }
    if random.random() >= _LEFT_OUT:
        payload["asset"]["location"] = location
    if random.random() < 0.2:
        payload["safety_relevant"] = random.random() < 0.3
    return payload


def _elevator_fault(random: Random) -> Payload:
    return {
        "elevator": f"{random.choice('ABC')}-{random.randint(1, 6)}",
        "fault_code": f"{random.choice('DBM')}{random.randint(1, 40):02}",
        "floor": random.randint(-2, 12),
        "people_trapped": random.random() < 0.08,
    }


def _greeting(random: Random) -> Payload:
    return {"message": random.choice(_GREETINGS)}


def _uuid(name: str) -> str:
    """The same id for the same name."""
    return str(UUID(int=Random(name).getrandbits(128), version=4))  # noqa: S311 - plausible data, no secrets


_MAKERS: Final[Mapping[str, Callable[[Random], Payload]]] = MappingProxyType(
    {
        "Building Alarm": _alarm,
        "Work Order Intake": _work_order,
        "Elevator Fault": _elevator_fault,
        "Plain Acknowledge": _greeting,
    }
)
CALLED_CHAINS: Final = tuple(_MAKERS)

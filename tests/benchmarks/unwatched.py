"""`ss-backend` that counts no call and tells nobody its numbers: what metering costs is measured against it."""

import sys

from ss_admin.backend.cli import main
from ss_admin.backend.gateway.counters import CallCounters
from ss_admin.backend.telemetry.own_numbers import OwnNumbers

__all__ = ["COMMAND"]

COMMAND = (sys.executable, "-m", "tests.benchmarks.unwatched")


def _nothing(*_: object) -> None:
    pass


if __name__ == "__main__":
    CallCounters.count = _nothing  # type: ignore[method-assign]
    OwnNumbers.start = _nothing  # type: ignore[method-assign]
    main()

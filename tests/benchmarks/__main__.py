"""`make bench`: tables of ratios, measured on this machine, in this run, and which of the product's goals are met."""

import argparse
import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.attacks import measure_attacks
from tests.benchmarks.audit import measure_audit
from tests.benchmarks.bench import Bench
from tests.benchmarks.calls import measure_calls
from tests.benchmarks.key_look_up import measure_key_look_up
from tests.benchmarks.latency import measure_latency
from tests.benchmarks.lists import measure_all_lists
from tests.benchmarks.many_workers import measure_many_workers
from tests.benchmarks.memory import measure_memory
from tests.benchmarks.report import Findings, as_markdown, as_text, goals_table
from tests.benchmarks.sustained import measure_sustained
from tests.benchmarks.watching import measure_watching

SECTIONS: dict[str, Callable[[Bench], Findings]] = {
    "calls": measure_calls,
    "sustained": measure_sustained,
    "workers": measure_many_workers,
    "latency": measure_latency,
    "keys": measure_key_look_up,
    "memory": measure_memory,
    "abuse": measure_attacks,
    "lists": measure_all_lists,
    "watching": measure_watching,
    "audit": measure_audit,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures the sections asked for, all by default, and prints what was found."""
    chosen = _parse(arguments)
    begun, findings = time.monotonic(), Findings()
    for name in chosen.sections or SECTIONS:
        with tempfile.TemporaryDirectory(prefix="ss-admin-bench-") as folder:
            bench = Bench(Path(folder), seconds=chosen.seconds, rounds=chosen.rounds)
            bench.say(f"{time.monotonic() - begun:4.0f} s  {name} …")
            findings.add(SECTIONS[name](bench))
    tables = [*findings.tables, *([goals_table(findings.goals)] if findings.goals else [])]
    sys.stdout.write("\n".join(as_text(table) for table in tables))
    if chosen.markdown is not None:
        chosen.markdown.write_text("\n".join(as_markdown(table) for table in tables), encoding="utf-8")


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument(
        "sections", nargs="*", choices=[[], *SECTIONS], metavar="SECTION", help=f"of {', '.join(SECTIONS)}"
    )
    parser.add_argument("--seconds", type=int, default=2, help="of load in each round (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="whose median counts (%(default)s)")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there as well")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

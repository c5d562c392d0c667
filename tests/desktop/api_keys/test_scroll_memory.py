import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads memory as Linux tells it")
def test_scrolling_through_a_hundred_thousand_keys_costs_less_than_fifty_megabytes(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.scroll_memory", str(tmp_path / "settings.ini"), "100000"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=150,
        check=True,
    )
    grown, shown = map(int, done.stdout.split())
    assert shown == 1_000
    assert grown < 50_000_000

"""What holds for the whole suite: no example is too slow, and no test writes or prints a whole key or secret."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support.secret_search import fail_at_leaks, leaks_below, leaks_in_output

# On a busy machine any example may take long for once, which says nothing about what is tested.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


_LONGEST_FIRST = (
    "tests/faults/test_across_hosts.py",
    "tests/faults/",
    "tests/desktop/test_demo.py",
    "tests/backend/server/",
    "tests/backend/gateway/limits/test_shared",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: begun last, one of them would leave all other processes idle."""

    def rank(item: pytest.Item) -> int:
        return next((rank for rank, start in enumerate(_LONGEST_FIRST) if item.nodeid.startswith(start)), 9)

    items.sort(key=rank)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """Searched when its test is over, and removed then if the test passed: all of them together fill a disk."""
    yield tmp_path
    fail_at_leaks(tmp_path)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """At the end, in the process that gathers the results: search the files left and all captured output."""
    if hasattr(session.config, "workerinput"):
        return
    folder = session.config._tmp_path_factory.getbasetemp()
    leaks = [*leaks_below(folder), *leaks_in_output(captured_outputs(session.config))]
    for leak in leaks:
        print(f"\nA secret leaked: {leak}")  # noqa: T201 - the reporter has closed its lines already
    if leaks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def captured_outputs(config: pytest.Config) -> Iterator[tuple[str, str]]:
    """What each test printed and logged, and how it failed, with the test's name."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    for reports in reporter.stats.values() if reporter else ():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                yield report.nodeid, "\n".join((report.longreprtext, *(text for _, text in report.sections)))

"""Processes for long runs, with a time limit that a test can wait for."""

from collections.abc import Iterator

import pytest

from ss_admin.backend.rule_chains.engine.apart import ApartRunners


@pytest.fixture(scope="session")
def runners() -> Iterator[ApartRunners]:
    """No test leaves anything behind in them: what a chain does to its process ends with that process."""
    runners = ApartRunners(time_limit=20.0, max_wait=60.0)
    yield runners
    runners.close()


@pytest.fixture
def strict_runners() -> Iterator[ApartRunners]:
    """Processes that are stopped after a second."""
    runners = ApartRunners(time_limit=1.0, max_wait=60.0)
    yield runners
    runners.close()

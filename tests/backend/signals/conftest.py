from collections.abc import Iterator
from pathlib import Path

import pytest

from ss_admin.backend.store.engine import Store
from tests.support.histories import Past, a_past


@pytest.fixture
def past(store: Store, tmp_path: Path) -> Iterator[Past]:
    with a_past(store, tmp_path) as past:
        yield past

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from ss_admin.backend.app import create_app
from ss_admin.backend.store.engine import Store
from tests.support.backend import cheap_passwords, test_settings
from tests.support.partner import Partner


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def partner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    """A partner, over each kind of store; one for a module, since every test makes keys and chains of its own."""
    source = request.getfixturevalue(f"{request.param}_source")
    with ExitStack() as stack:
        folder = [tmp_path_factory.mktemp("partner")] if request.param == "sqlite" else []
        url = stack.enter_context(source.url(*folder))
        store = Store.open(url)
        app = create_app(test_settings(url), store=store, passwords=cheap_passwords())
        stack.callback(app.extensions["ss_backend"].close)
        yield Partner(app, store)

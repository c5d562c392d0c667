"""100,000 keys in a real window: the first page comes as fast as with 100, scrolling takes little memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ss_admin.desktop.app import AppOptions
from tests.benchmarks.list_sizes import measure_first_page
from tests.support.backend import PASSWORD
from tests.support.backend_process import serve_database
from tests.support.large_tenant import USERNAME, write_large_tenant
from tests.support.real_window import RealApp, wait_until

MANY, FEW = 100_000, 100
MEBIBYTE = 1024 * 1024

Open = Callable[[int], RealApp]


@pytest.fixture(scope="module")
def server_urls(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, str]]:
    folder = tmp_path_factory.mktemp("tenants")
    for keys in (FEW, MANY):
        write_large_tenant(folder / f"{keys}.db", keys)
    with serve_database(folder / f"{FEW}.db") as few, serve_database(folder / f"{MANY}.db") as many:
        yield {FEW: few, MANY: many}


@pytest.fixture
def open_tenant(start_app: Callable[[AppOptions], RealApp], server_urls: dict[int, str]) -> Open:
    def open_tenant(keys: int) -> RealApp:
        app = start_app(AppOptions(server_url=server_urls[keys], credentials=(USERNAME, SecretStr(PASSWORD))))
        app.wait_for_list()
        return app

    return open_tenant


@pytest.mark.timeout(300)
def test_the_first_page_is_painted_as_fast_as_with_few_keys(open_tenant: Open):
    few = open_tenant(FEW)
    few.window.resize(1200, 800)
    many = open_tenant(MANY)
    many.window.resize(1200, 800)
    few.window.move(0, 0)
    many.window.move(380, 180)  # both can be seen in part, so both are painted
    few.window.raise_()
    assert many.page.model.rowCount() == MANY
    row = measure_first_page(few.page, many.page, ("100 keys", "100,000 keys"))
    assert row.ratio < 2, row  # going through all keys would be a hundred times as long; the bench has the figure


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@pytest.mark.timeout(300)
def test_scrolling_from_the_first_key_to_the_last_takes_little_memory(open_tenant: Open):
    app = open_tenant(MANY)
    model, table = app.page.model, app.page.table
    bar = table.verticalScrollBar()
    before = resident_bytes()
    most = 0
    for row in range(0, MANY, 500):
        table.scrollTo(model.index(row, 1), table.ScrollHint.PositionAtTop)
        wait_until(lambda row=row: model.api_key(table.rowAt(0)) is not None, f"row {row} is loaded")
        most = max(most, resident_bytes() - before)
    bar.setValue(bar.maximum())
    wait_until(lambda: model.api_key(MANY - 1) is not None, "the last row is loaded")
    assert most < 50 * MEBIBYTE, f"{most / MEBIBYTE:.1f} MiB"

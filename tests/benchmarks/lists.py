"""The administrator's lists at two sizes, served for real: the admin API's answers and the desktop's first page."""

from pathlib import Path

from pydantic import SecretStr
from PySide6.QtWidgets import QApplication

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.theme.theme import Theme
from tests.benchmarks.bench import Bench
from tests.benchmarks.list_sizes import measure_first_page, measure_lists
from tests.benchmarks.measuring import Row
from tests.benchmarks.report import Findings, Table
from tests.support.backend import PASSWORD
from tests.support.backend_process import serve_database
from tests.support.large_tenant import USERNAME, write_large_tenant
from tests.support.real_window import RealApp

__all__ = ["measure_all_lists"]

FEW, MANY = 100, 100_000
SIZES = (f"{FEW} keys", f"{MANY:,} keys")


def measure_all_lists(bench: Bench) -> Findings:
    """Both sizes in turn."""
    files = {keys: bench.folder / f"{keys}.db" for keys in (FEW, MANY)}
    for keys, file in files.items():
        write_large_tenant(file, keys)
    with serve_database(files[FEW]) as few, serve_database(files[MANY]) as many:
        rows = _measure(bench.folder, few, many)
    head = ("list", "median", f"with {SIZES[0]}", "ratio")
    cells = [(row.what, f"{row.median_ms:.2f} ms", f"{row.base_ms:.2f} ms", f"{row.ratio:.2f} ×") for row in rows]
    return Findings([Table("Lists, as an administrator sees them", head, cells)])


def _measure(folder: Path, few_url: str, many_url: str) -> list[Row]:
    rows = measure_lists(_signed_in(few_url), _signed_in(many_url), SIZES)
    theme = Theme()
    theme.apply_to(QApplication([]))
    apps = []
    for url in (few_url, many_url):
        app = RealApp(folder, theme, AppOptions(server_url=url, credentials=(USERNAME, SecretStr(PASSWORD))))
        app.start()
        app.wait_for_list()
        apps.append(app)
    rows.append(measure_first_page(apps[0].page, apps[1].page, SIZES))
    for app in apps:
        app.close()
    return rows


def _signed_in(url: str) -> Connection:
    connection = Connection(url)
    connection.token = AccountsClient(connection).sign_in(USERNAME, PASSWORD).token
    return connection

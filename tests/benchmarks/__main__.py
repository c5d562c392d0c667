"""`make bench`: a small table of ratios, measured on this machine, in this run."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr
from PySide6.QtWidgets import QApplication

from ss_admin.client.accounts import AccountsClient
from ss_admin.client.connection import Connection
from ss_admin.desktop.app import AppOptions
from ss_admin.desktop.theme.theme import Theme
from tests.benchmarks.list_sizes import measure_first_page, measure_lists
from tests.benchmarks.measuring import Row, format_table
from tests.benchmarks.partner_calls import measure_partner_calls
from tests.support.backend import PASSWORD
from tests.support.backend_process import serve_database
from tests.support.large_tenant import USERNAME, write_large_tenant
from tests.support.real_window import RealApp

FEW, MANY = 100, 100_000
SIZES = (f"{FEW} keys", f"{MANY:,} keys")


def main() -> None:
    """Measures everything and prints the table."""
    with tempfile.TemporaryDirectory(prefix="ss-admin-bench-") as name:
        folder = Path(name)
        _say("Partner's calls …")
        rows = measure_partner_calls(folder)
        _say(f"Writing {MANY:,} keys …")
        for keys in (FEW, MANY):
            write_large_tenant(folder / f"{keys}.db", keys)
        _say("Lists …")
        with serve_database(folder / f"{FEW}.db") as few, serve_database(folder / f"{MANY}.db") as many:
            rows += _measure_lists(folder, few, many)
    sys.stdout.write(f"{format_table(rows)}\n")


def _measure_lists(folder: Path, few_url: str, many_url: str) -> list[Row]:
    few, many = _signed_in(few_url), _signed_in(many_url)
    rows = measure_lists(few, many, SIZES)
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


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()

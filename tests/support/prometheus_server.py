"""Debian's Prometheus, scraping a server of a test each second, and its API."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

__all__ = ["Prometheus", "prometheus_scraping"]

_CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{rules}"]
scrape_configs:
  - job_name: signalsync
    static_configs: [{{targets: ["{target}"]}}]
"""


class Prometheus:
    """Asked by its HTTP API."""

    def __init__(self, url: str) -> None:
        self._url = url

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The samples that an expression gives now; a query that is not accepted raises."""
        with urlopen(f"{self._url}/api/v1/query?{urlencode({'query': expression})}", timeout=10) as answer:
            document = json.load(answer)
        assert document["status"] == "success", document
        result = document["data"]["result"]
        return result if isinstance(result, list) else [result]

    def by_label(self, expression: str, label: str) -> dict[str, float]:
        """The samples by one of their labels."""
        return {sample["metric"].get(label, ""): float(sample["value"][1]) for sample in self.query(expression)}

    def value(self, expression: str) -> float | None:
        """The only sample; None where there is none yet."""
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else None

    def answers(self) -> bool:
        """Whether it is up."""
        try:
            with urlopen(f"{self._url}/-/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False


@contextmanager
def prometheus_scraping(target: tuple[str, int], folder: Path, rules: Path) -> Iterator[Prometheus]:
    """A Prometheus over a folder of its own, with these rules, until the block is left."""
    configuration = folder / "prometheus.yml"
    configuration.write_text(_CONFIGURATION.format(target=f"{target[0]}:{target[1]}", rules=rules))
    place = f"127.0.0.1:{_free_port()}"
    command = [
        "prometheus",
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={place}",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        prometheus, until = Prometheus(f"http://{place}"), time.monotonic() + 30
        while not prometheus.answers():
            assert time.monotonic() < until, (folder / "prometheus.log").read_text()
            time.sleep(0.05)
        yield prometheus
    finally:
        process.kill()
        process.wait(20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])

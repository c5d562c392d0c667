"""A partner with the README in hand: calls a rule chain with its very line, with real curl."""

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["PartnerAnswer", "call_as_in_readme", "readme_call"]

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class PartnerAnswer:
    """What curl was answered; header names in lower case."""

    status: int
    headers: dict[str, str]
    document: dict[str, Any]

    @property
    def code(self) -> str:
        """The problem's code; empty for a success."""
        return str(self.document.get("code", ""))


def readme_call() -> str:
    """The lines of the README that call a rule chain."""
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (call,) = [block for block in blocks if "x-api-key" in block]
    return str(call)


def call_as_in_readme(endpoint_url: str, api_key: str) -> PartnerAnswer:
    """Runs them as they stand, the key in the environment only; curl's own settings add the headers to its output."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".curlrc").write_text("include\nmax-time = 20\n")
        found = subprocess.run(
            ["bash", "-c", readme_call()],
            env={
                "PATH": os.environ["PATH"],
                "CURL_HOME": folder,
                "SS_API_KEY": api_key,
                "SS_ENDPOINT_URL": endpoint_url,
            },
            capture_output=True,
            timeout=30,
            check=False,
        )
    assert found.returncode == 0, found.stderr.decode()
    head, _, body = found.stdout.decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return PartnerAnswer(int(status.split(" ")[1]), headers, json.loads(body))

"""The search for leaked keys finds what it is there to find; without that its silence would mean nothing."""

import subprocess
import sys
from pathlib import Path

from ss_admin.backend.rule_chains.outbox.signature import signing_secret
from ss_admin.contract.api_key_format import mask_api_key, new_api_key
from tests.support.secret_search import leaks_below, leaks_in_output, secrets_in, whole_keys_in

ROOT = Path(__file__).parent.parent
LEAKY = """
from ss_admin.backend.rule_chains.outbox.signature import signing_secret
from ss_admin.contract.api_key_format import new_api_key
def test_that_writes_a_key(tmp_path):
    {line}
"""


def test_a_whole_key_is_found_and_told_masked_only() -> None:
    api_key = new_api_key()
    assert whole_keys_in(b"\0x" + api_key.encode() + b"\0") == [mask_api_key(api_key)]
    assert list(leaks_in_output([("a test", f"key={api_key}")])) == [
        f"the output of a test holds the whole key {mask_api_key(api_key)}"
    ]


def test_look_alikes_and_masked_keys_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("ss_VFtSOB1zoVnqIdBcLMUnLEfz1fPrYfzFDKBMaRx " + mask_api_key(new_api_key()))
    assert list(leaks_below(tmp_path)) == []


def test_a_signing_secret_is_found_and_told_by_its_beginning_only() -> None:
    secret = signing_secret(b"pepper" * 8, "chain", 1)
    assert secrets_in(f'{{"secret":"{secret}"}}'.encode()) == [f"the signing secret {secret[:10]}…"]
    assert secrets_in(secret[:-1].encode()) == []


def run_suite_with(tmp_path: Path, line: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    (tmp_path / "test_leaky.py").write_text(LEAKY.format(line=line))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    return subprocess.run(
        [*command, f"--basetemp={tmp_path / 'written'}", str(tmp_path / "test_leaky.py")],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_suite_that_writes_a_key_into_a_file_fails(tmp_path: Path) -> None:
    ended = run_suite_with(tmp_path, "(tmp_path / 'log').write_text(new_api_key())")
    assert ended.returncode == 1
    assert "A secret leaked:" in ended.stdout
    for file in (tmp_path / "written").rglob("log"):
        file.write_text("")


def test_a_suite_that_prints_a_key_fails(tmp_path: Path) -> None:
    ended = run_suite_with(tmp_path, "print(new_api_key())")
    assert (ended.returncode, whole_keys_in(ended.stdout.encode())) == (1, [])


def test_a_suite_that_prints_a_signing_secret_fails(tmp_path: Path) -> None:
    ended = run_suite_with(tmp_path, "print(signing_secret(b'pepper' * 8, 'chain', 1))")
    assert (ended.returncode, secrets_in(ended.stdout.encode())) == (1, [])


def test_a_suite_that_keeps_its_keys_to_itself_passes(tmp_path: Path) -> None:
    assert run_suite_with(tmp_path, "assert new_api_key()").returncode == 0

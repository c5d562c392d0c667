"""Settings: read from the environment, refused with the variable's name, never with its value."""

import os
import stat
import threading
from pathlib import Path

import platformdirs
import pytest

from ss_admin.backend.settings import (
    ConfigurationError,
    Settings,
    load_settings,
    pepper_file,
    resolve_pepper,
    spool_folder,
)
from tests.support.backend import test_settings
from tests.support.certificates import make_certificate

PEPPER = "p" * 32


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_are_an_embedded_database_of_the_user_and_no_trusted_proxy() -> None:
    settings = load_settings()
    assert settings.database_url.startswith("sqlite:///")
    assert (settings.max_body_bytes, settings.trusted_proxies, settings.log_level) == (1024 * 1024, (), "INFO")


def test_environment_goes_before_the_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("SS_LOG_LEVEL=warning\nSS_PUBLIC_URL=https://api.example.com/\nOTHER=1\n")
    monkeypatch.setenv("SS_LOG_LEVEL", "debug")
    settings = load_settings()
    assert (settings.log_level, settings.public_url) == ("DEBUG", "https://api.example.com")


def test_public_url_is_taken_without_the_spaces_and_the_slash_around_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_PUBLIC_URL", " HTTPS://api.example.com:8443/signalsync/ ")
    assert load_settings().public_url == "HTTPS://api.example.com:8443/signalsync"


def test_trusted_proxies_are_networks_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_TRUSTED_PROXIES", " 10.0.0.0/8, 192.0.2.7 ,2001:db8::/32,")
    assert [str(network) for network in load_settings().trusted_proxies] == [
        "10.0.0.0/8",
        "192.0.2.7/32",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SS_DATABASE_URL", "mysql://app:hunter2@db/x"),
        ("SS_DATABASE_URL", "postgresql://app:hunter2@db:port/x"),
        ("SS_DATABASE_URL", "postgresql+psycopg://app:hunter2@db"),
        ("SS_DATABASE_URL", "sqlite://"),
        ("SS_DATABASE_URL", "sqlite:///:memory:"),
        ("SS_KEY_PEPPER", "hunter2"),
        ("SS_LOG_LEVEL", "hunter2"),
        ("SS_MAX_BODY_BYTES", "-1"),
        ("SS_PUBLIC_URL", "ftp://hunter2"),
        ("SS_PUBLIC_URL", "https://"),
        ("SS_PUBLIC_URL", "https:///hunter2"),
        ("SS_PUBLIC_URL", "https://api example.com"),
        ("SS_PUBLIC_URL", "https://api.example.com/?hunter2"),
        ("SS_PUBLIC_URL", "https://ann:hunter2@api.example.com"),
        ("SS_PUBLIC_URL", "https://api.example.com:port"),
        ("SS_TRUSTED_PROXIES", "10.0.0.0/99"),
        ("SS_EXECUTION_DAYS", "0"),
        ("SS_EXECUTION_DAYS", "hunter2"),
        ("SS_WEBHOOK_ALLOWED_NETWORKS", "10.0.0.1/8"),
        ("SS_WEBHOOK_ALLOWED_NETWORKS", "10.0.0.0/8,localhost"),
        ("SS_WEBHOOK_CA_FILE", "/nowhere/hunter2.pem"),
        ("SS_WEBHOOK_CA_FILE", "/"),
        ("SS_WEBHOOK_CA_FILE", __file__),
        ("SS_WEBHOOK_RETRY_SECONDS", "0"),
        ("SS_WEBHOOK_RETRY_SECONDS", "nan"),
        ("SS_WEBHOOK_RETRY_MAX_SECONDS", "4"),
    ],
)
def test_bad_value_is_refused_in_one_line_with_its_variable(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=rf"^{name}: ") as refused:
        load_settings()
    assert "hunter2" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_executions_are_kept_30_days_and_webhooks_go_to_public_addresses_unless_told_otherwise() -> None:
    settings = load_settings()
    assert settings.execution_days == 30
    assert (settings.webhook_allowed_networks, settings.webhook_ca_file) == ((), None)
    assert (settings.webhook_retry_seconds, settings.webhook_retry_max_seconds) == (5, 3600)


def test_networks_that_webhooks_may_go_to_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_WEBHOOK_ALLOWED_NETWORKS", "10.1.0.0/16, ::1 ,::ffff:192.0.2.0/120,")
    networks = [str(network) for network in load_settings().webhook_allowed_networks]
    assert networks == ["10.1.0.0/16", "::1/128", "192.0.2.0/24"]


def test_network_with_a_slip_of_the_pen_is_told_with_what_was_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SS_WEBHOOK_ALLOWED_NETWORKS", "192.0.2.1,10.1.2.3/16")
    with pytest.raises(ConfigurationError, match=r"“10\.1\.2\.3/16” .*write 10\.1\.0\.0/16"):
        load_settings()


def test_file_of_a_private_ca_is_read_at_the_start(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = make_certificate(tmp_path)
    monkeypatch.setenv("SS_WEBHOOK_CA_FILE", str(made.ca_file))
    assert load_settings().webhook_ca_file == made.ca_file


def test_secrets_hide_in_the_repr() -> None:
    settings = test_settings("postgresql+psycopg://app:hunter2@db/x", key_pepper=PEPPER, redis_url="redis://:hunter3@r")
    assert not {"hunter2", "hunter3", PEPPER} & set(repr(settings).replace("'", " ").replace("@", " ").split())
    assert "hunter" not in repr(settings)


def test_pepper_of_an_embedded_database_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = test_settings(f"sqlite:///{tmp_path}/new/signalsync.db", key_pepper=None)
    pepper = resolve_pepper(settings)
    file = pepper_file(settings)
    assert file is not None
    assert len(pepper) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert resolve_pepper(settings) == pepper
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_processes_that_start_at_once_agree_on_the_pepper(tmp_path: Path) -> None:
    settings = test_settings(f"sqlite:///{tmp_path}/signalsync.db", key_pepper=None)
    gate = threading.Barrier(8)
    peppers: list[bytes] = []

    def start() -> None:
        gate.wait()
        peppers.append(resolve_pepper(settings))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(peppers) == 8
    assert len(set(peppers)) == 1


def test_pepper_that_is_set_is_used_and_no_file_is_made(tmp_path: Path) -> None:
    settings = test_settings(f"sqlite:///{tmp_path}/signalsync.db", key_pepper=PEPPER)
    assert resolve_pepper(settings) == PEPPER.encode()
    assert list(tmp_path.iterdir()) == []


def test_postgresql_needs_a_pepper_that_is_set() -> None:
    with pytest.raises(ConfigurationError, match="SS_KEY_PEPPER must be set"):
        resolve_pepper(test_settings("postgresql+psycopg://db/x", key_pepper=None))


def test_damaged_pepper_file_stops_the_start(tmp_path: Path) -> None:
    settings = test_settings(f"sqlite:///{tmp_path}/signalsync.db", key_pepper=None)
    (tmp_path / "signalsync.db.pepper").write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="damaged"):
        resolve_pepper(settings)


def test_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="cannot be used"):
        resolve_pepper(test_settings(f"sqlite:///{tmp_path}/file/signalsync.db", key_pepper=None))


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sqlite:///{tmp}/a.db", "{tmp}/a.db.spool"),
        ("postgresql://u:secret@db.example.com:5433/ss", "{data}/spool/db.example.com-5433-ss"),
        ("postgresql+psycopg:///ss?host=/run/pg", "{data}/spool/_run_pg-5432-ss"),
    ],
)
def test_spools_are_beside_an_embedded_database_or_in_the_data_folder(url: str, folder: str, tmp_path: Path) -> None:
    data = platformdirs.user_data_path("signalsync-admin", appauthor=False)
    settings = Settings(_env_file=None, database_url=url.format(tmp=tmp_path))
    assert spool_folder(settings) == Path(folder.format(tmp=tmp_path, data=data))


def test_spools_are_where_the_operator_wants_them(tmp_path: Path) -> None:
    assert spool_folder(Settings(_env_file=None, spool_dir=tmp_path / "spools")) == tmp_path / "spools"
    assert spool_folder(Settings(_env_file=None, spool_dir="~/spools")) == Path.home() / "spools"

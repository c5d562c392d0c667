"""The backend's settings, from the environment (`SS_…`) or a `.env` file, and the pepper that keys are hashed under."""

import os
import re
import secrets
import ssl
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ss_admin.backend.store.address import embedded_database_file, parse_database_url
from ss_admin.contract.addresses import normal_network

__all__ = ["ConfigurationError", "Settings", "load_settings", "pepper_file", "resolve_pepper", "spool_folder"]

PEPPER_BYTES = 32
PEPPER_MIN_CHARACTERS = 32

_BASE_URL = re.compile(
    r"(?i:https?)://[\w.-]+(:\d{1,5})?(/[^\s?#]*)?|(?i:https?)://\[[0-9a-fA-F:.]+\](:\d{1,5})?(/[^\s?#]*)?"
)

_UNSAFE_IN_NAMES = re.compile(r"[^0-9A-Za-z.-]", re.ASCII)

Network = IPv4Network | IPv6Network


class ConfigurationError(Exception):
    """The backend cannot start as it is set up; the message is one sentence for the operator, without secrets."""


def _data_folder() -> Path:
    return platformdirs.user_data_path("signalsync-admin", appauthor=False)


def _default_database_url() -> str:
    return f"sqlite:///{_data_folder() / 'signalsync.db'}"


class Settings(BaseSettings):
    """What the operator may set; every name stands in the environment with `SS_` in front."""

    model_config = SettingsConfigDict(
        env_prefix="SS_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    database_url: str = Field(default_factory=_default_database_url, repr=False)
    redis_url: SecretStr | None = None
    key_pepper: SecretStr | None = None
    public_url: str | None = None
    max_body_bytes: int = Field(default=1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = ()
    otlp_endpoint: str | None = None
    event_stream: Literal["stdout", "off"] = "stdout"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    spool_dir: Path | None = None
    execution_days: int = Field(default=30, ge=1, le=3650)
    webhook_allowed_networks: Annotated[tuple[Network, ...], NoDecode] = ()
    webhook_ca_file: Path | None = None
    webhook_retry_seconds: float = Field(default=5, ge=0.1, le=3600, allow_inf_nan=False)
    webhook_retry_max_seconds: float = Field(default=3600, ge=0.1, le=86400, allow_inf_nan=False)

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        parse_database_url(value)
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(ip_network(part.strip(), strict=False) for part in value.split(",") if part.strip())

    @field_validator("webhook_allowed_networks", mode="before")
    @classmethod
    def _split_destinations(cls, value: object) -> object:
        """Told exactly where one is wrong: a network that is wider than meant would open more than meant."""
        if not isinstance(value, str):
            return value
        return tuple(_destination_network(part) for part in value.split(",") if part.strip())

    @field_validator("webhook_ca_file")
    @classmethod
    def _holds_certificates(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(value)
        except ssl.SSLError:
            raise ValueError("must name a file with CA certificates in PEM format; this file holds none") from None
        except OSError as fault:
            raise ValueError(f"the file cannot be read: {fault.strerror}") from None
        return value

    @field_validator("webhook_retry_max_seconds")
    @classmethod
    def _longest_not_below_first(cls, value: float, info: ValidationInfo) -> float:
        first = info.data.get("webhook_retry_seconds")
        if first is not None and value < first:
            raise ValueError(f"must not be less than SS_WEBHOOK_RETRY_SECONDS, which is {first:g}")
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("event_stream", mode="before")
    @classmethod
    def _lower_case(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("public_url", "otlp_endpoint")
    @classmethod
    def _without_slash(cls, value: str | None) -> str | None:
        if value is None or not value.strip():
            return None
        base = value.strip().rstrip("/")
        if not _BASE_URL.fullmatch(base):
            raise ValueError("must be https:// or http:// with a host, and perhaps a port and a path, nothing else")
        return base

    @field_validator("key_pepper")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < PEPPER_MIN_CHARACTERS:
            raise ValueError(f"must have at least {PEPPER_MIN_CHARACTERS} characters")
        return value


def _destination_network(text: str) -> Network:
    try:
        return ip_network(normal_network(text))
    except ValueError as fault:
        raise ValueError(f"“{text.strip()}” {fault}") from None


def load_settings() -> Settings:
    """The settings of this process; `ConfigurationError` names the variable at fault, and never a secret."""
    try:
        return Settings()
    except ValidationError as error:
        fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
        variable = f"SS_{fault['loc'][0]!s}".upper() if fault["loc"] else "the settings"
        raise ConfigurationError(f"{variable}: {fault['msg'].removeprefix('Value error, ')}") from None
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("the .env file cannot be read") from None


def resolve_pepper(settings: Settings) -> bytes:
    """The pepper: as set, or beside an embedded database in a file that is made at the first start, mode 0600.

    Raises `ConfigurationError` where it is neither set nor can be kept.
    """
    if settings.key_pepper is not None:
        return settings.key_pepper.get_secret_value().encode("utf-8")
    file = pepper_file(settings)
    if file is None:
        raise ConfigurationError("SS_KEY_PEPPER must be set when the database is PostgreSQL")
    try:
        return _read_pepper(file) if file.exists() else _create_pepper(file)
    except OSError as error:
        raise ConfigurationError(f"the pepper file {file} cannot be used: {error.strerror}") from None


def pepper_file(settings: Settings) -> Path | None:
    """Where the pepper is kept if it is not set: beside an embedded database. None for any other."""
    database = embedded_database_file(parse_database_url(settings.database_url))
    return None if database is None else database.with_name(database.name + ".pepper")


def spool_folder(settings: Settings) -> Path:
    """Where calls are kept until they are in the database: as set, or beside an embedded database.

    It may not exist yet. With PostgreSQL it is in the user's data folder, with the database's name and host.
    """
    if settings.spool_dir is not None:
        return settings.spool_dir.expanduser()
    url = parse_database_url(settings.database_url)
    database = embedded_database_file(url)
    if database is not None:
        return database.with_name(database.name + ".spool")
    host = url.host or url.query.get("host") or "local"
    place = f"{host}-{url.port or 5432}-{url.database}"
    return _data_folder() / "spool" / _UNSAFE_IN_NAMES.sub("_", place)


def _read_pepper(file: Path) -> bytes:
    pepper = file.read_bytes()
    if len(pepper) < PEPPER_BYTES:
        raise ConfigurationError(f"the pepper file {file} is damaged; bring it back from a backup")
    return pepper


def _create_pepper(file: Path) -> bytes:
    """Write a whole file aside and link it into place: of two processes that start at once, one wins, both read it."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(secrets.token_bytes(PEPPER_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        _publish(draft, file)
    finally:
        draft.unlink(missing_ok=True)
    return _read_pepper(file)


def _publish(draft: Path, file: Path) -> None:
    try:
        os.link(draft, file)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links: creating exclusively is the next best
        if not file.exists():
            draft.rename(file)

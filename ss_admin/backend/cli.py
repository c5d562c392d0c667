"""The command `ss-backend`: serve, migrate, and the accounts that only the operator can make."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from ss_admin import __version__
from ss_admin.backend.accounts.directory import Directory, DirectoryError, NameUnfit, PasswordUnfit
from ss_admin.backend.accounts.passwords import Passwords
from ss_admin.backend.activity.verification import (
    Broken,
    TenantUnknown,
    Verified,
    export_lines,
    verify_file,
    verify_store,
)
from ss_admin.backend.settings import ConfigurationError, Settings, load_settings
from ss_admin.backend.store.engine import Store, StoreUnavailable
from ss_admin.backend.store.migrate import SchemaNewer, is_current, upgrade
from ss_admin.backend.telemetry.logs import configure_logging
from ss_admin.contract.accounts import PASSWORD_MAX_CHARACTERS, Role

__all__ = ["main", "run"]

_log = logging.getLogger(__name__)

PASSWORD_MAX_BYTES = 4 * PASSWORD_MAX_CHARACTERS + 2


def main() -> None:
    """The entry point of the installed command."""
    # What the commands have to say they say in one line; `serve` sets up the logs when it begins to serve.
    logging.getLogger().addHandler(logging.NullHandler())
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except OSError as error:
        # What is left unwritten would be tried again at the interpreter's end, and end it with a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or _fail(1, _told(error))
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Runs the command with `arguments` and gives its exit code: 0, 1 (could not), 2 (bad usage), 130 (interrupted)."""
    try:
        if not all(_is_utf8(argument) for argument in arguments):
            raise click.UsageError("The arguments are not valid UTF-8.")
        result = _ss_backend.main(list(arguments), prog_name="ss-backend", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (click.ClickException, NameUnfit, PasswordUnfit) as fault:
        return _fail(2, _told(fault))
    except (ConfigurationError, SchemaNewer, DirectoryError, StoreUnavailable, OSError) as error:
        return _fail(1, _told(error))
    return result if isinstance(result, int) else 0


@click.group(no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="ss-backend %(version)s")
def _ss_backend() -> None:
    """The backend of SignalSync Admin: the admin API and the partners' route.

    Settings come from the environment or from a file .env in the current folder: SS_DATABASE_URL, SS_REDIS_URL,
    SS_KEY_PEPPER, SS_PUBLIC_URL, SS_MAX_BODY_BYTES, SS_TRUSTED_PROXIES, SS_SPOOL_DIR, SS_LOG_LEVEL, SS_EVENT_STREAM,
    SS_OTLP_ENDPOINT, SS_EXECUTION_DAYS, SS_WEBHOOK_ALLOWED_NETWORKS, SS_WEBHOOK_CA_FILE, SS_WEBHOOK_RETRY_SECONDS,
    SS_WEBHOOK_RETRY_MAX_SECONDS.
    """


@_ss_backend.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65_535), help="0: any free port.")
@click.option(
    "--workers",
    default=1,
    show_default=True,
    type=click.IntRange(1, 256),
    help="Processes that answer, about one per core; more than one needs SS_REDIS_URL.",
)
@click.option("--tls-cert", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Certificate, PEM.")
@click.option("--tls-key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Its key, PEM.")
def serve(*, host: str, port: int, workers: int, tls_cert: Path | None, tls_key: Path | None) -> int:
    """Serve until SIGTERM; prints one line with the URL when ready."""
    if (tls_cert is None) != (tls_key is None):
        raise click.UsageError("--tls-cert and --tls-key belong together.")
    settings = load_settings()
    with _current_store(settings):
        configure_logging(settings.log_level)
    from ss_admin.backend import server  # noqa: PLC0415 - the other commands need no server

    return server.serve(settings, host=host, port=port, workers=workers, tls_cert=tls_cert, tls_key=tls_key)


@_ss_backend.command()
def migrate() -> None:
    """Create the database or bring it up to this release."""
    settings = load_settings()
    with _opened(settings) as store:
        was_current = is_current(store)
        upgrade(store)
    click.echo("The database is up to date." if was_current else "The database has been migrated.")


@_ss_backend.group(no_args_is_help=False)
def tenant() -> None:
    """Create tenants."""


@tenant.command("create")
@click.argument("name")
def create_tenant(name: str) -> None:
    """Create the tenant NAME."""
    with _current_store(load_settings()) as store:
        created = Directory(store, Passwords()).create_tenant(name)
    click.echo(f"Created the tenant {created.name}.")


@_ss_backend.group(no_args_is_help=False)
def user() -> None:
    """Create users, and give them new passwords and roles."""


@user.command("create")
@click.option("--tenant", "tenant_name", required=True, help="The name of the tenant that the user belongs to.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the user may do.")
@click.option("--name", required=True, help="The name that people read.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.argument("username")
def create_user(*, tenant_name: str, role: str, name: str, password_stdin: bool, username: str) -> None:
    """Create the user USERNAME."""
    settings = load_settings()
    password = _ask_password(from_stdin=password_stdin)
    with _current_store(settings) as store:
        created = Directory(store, Passwords()).create_user(
            tenant=tenant_name, username=username, name=name, role=Role(role), password=password
        )
    click.echo(f"Created the user {created.username}.")


@user.command("set-password")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
@click.argument("username")
def set_password(*, password_stdin: bool, username: str) -> None:
    """Give USERNAME a new password; all their sessions end."""
    settings = load_settings()
    password = _ask_password(from_stdin=password_stdin)
    with _current_store(settings) as store:
        Directory(store, Passwords()).change_password(username, password)
    click.echo("The password has been changed; the user's sessions have ended.")


@user.command("set-role")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the user may do.")
@click.argument("username")
def set_role(*, role: str, username: str) -> None:
    """Give USERNAME another role; it counts from their next request on."""
    with _current_store(load_settings()) as store:
        changed = Directory(store, Passwords()).change_role(username, Role(role))
    click.echo(f"{changed.username} has the role {changed.role.value}.")


@_ss_backend.group(no_args_is_help=False)
def audit() -> None:
    """Verify and export the audit trail."""


@audit.command("verify")
@click.option("--tenant", "tenant_name", help="Only the trail of this tenant.")
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Verify what `audit export` wrote there; needs no database.",
)
def verify_audit(*, tenant_name: str | None, file: Path | None) -> int:
    """Compute the audit trail's hash chains anew; exit 1 and the first broken entry where it was tampered with."""
    try:
        if file is not None:
            with file.open("rb") as lines:
                _tell_verified(verify_file(lines, tenant_name))
        else:
            with _current_store(load_settings()) as store:
                _tell_verified(verify_store(store, tenant_name))
    except (Broken, TenantUnknown) as fault:
        return _fail(1, str(fault))
    return 0


@audit.command("export")
@click.option("--tenant", "tenant_name", help="Only the trail of this tenant.")
def export_audit(*, tenant_name: str | None) -> int:
    """Write the audit trail to standard output, a line of JSON for each entry; `audit verify --file` verifies it."""
    try:
        with _current_store(load_settings()) as store:
            for line in export_lines(store, tenant_name):
                sys.stdout.buffer.write(line)
    except (Broken, TenantUnknown) as fault:
        return _fail(1, str(fault))
    return 0


def _tell_verified(chains: Iterable[Verified]) -> None:
    for verified in chains:
        end = verified.end
        click.echo(f"{verified.tenant}: {end.sequence:,} entries, intact. Hash of the last one: {end.hash}")


def _fail(status: int, message: str) -> int:
    click.echo(f"ss-backend: {' '.join(message.split())}", err=True)
    return status


def _is_utf8(argument: str) -> bool:
    """Bytes of the command line that are no UTF-8 arrive as lone surrogates, which no database takes."""
    try:
        argument.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _told(error: Exception) -> str:
    """The error as one line, with what helps against it."""
    match error:
        case click.ClickException():
            return f"{error.format_message()} See: ss-backend --help"
        case StoreUnavailable():
            return _with_cause(error)
        case OSError():
            return str(error) if error.filename else f"the output cannot be written: {error.strerror}"
    return str(error)


def _with_cause(error: StoreUnavailable) -> str:
    """The error with what the database's driver said first; drivers name hosts and files, never passwords."""
    said = str(getattr(error.__cause__, "orig", "") or "").strip().partition("\n")[0]
    return f"{error}: {said}" if said else str(error)


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = Store.open(settings.database_url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _current_store(settings: Settings) -> Iterator[Store]:
    """The store with this release's tables: an embedded one is migrated, any other must have been."""
    with _opened(settings) as store:
        if store.dialect == "sqlite":
            upgrade(store)
        elif not is_current(store):
            raise ConfigurationError("the database is not migrated to this release; run: ss-backend migrate")
        yield store


def _ask_password(*, from_stdin: bool) -> str:
    if from_stdin:
        if sys.stdin is None:
            raise click.UsageError("There is no standard input to read the password from.")
        line = sys.stdin.buffer.readline(PASSWORD_MAX_BYTES + 1)
        try:
            return line.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise PasswordUnfit("the password is not valid UTF-8") from None
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the password on; use --password-stdin.")
    password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return password

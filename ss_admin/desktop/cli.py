"""The command `ss-admin`: opens the desktop app, or the demo. Qt is imported only once a window is sure to open."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from ss_admin import __version__
from ss_admin.desktop.demo import DemoFailed, serve_without_window, start_demo_backend
from ss_admin.desktop.display import why_no_window

__all__ = ["main", "run"]

_NO_WINDOW_OFFER = "Without a window: ss-admin demo --no-window serves the sample data until interrupted."


def main() -> None:
    """The entry point of the installed command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs the command with `arguments` and gives its exit code: 0, 1 (could not), 2 (bad usage), 130 (interrupted)."""
    try:
        result = _ss_admin.main(list(arguments), prog_name="ss-admin", standalone_mode=False)
    except click.ClickException as fault:
        click.echo(f"ss-admin: {fault.format_message()} See: ss-admin --help", err=True)
        return 2
    except DemoFailed as failure:
        click.echo(f"ss-admin: {failure}", err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        return 130
    return result if isinstance(result, int) else 0


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", message="ss-admin %(version)s")
@click.pass_context
def _ss_admin(context: click.Context) -> int:
    """SignalSync Admin: create, limit, watch, rotate and delete API keys.

    Without a command the desktop app opens at sign-in.
    """
    if context.invoked_subcommand is not None:
        return 0  # the subcommand's own result counts
    if _says_why_no_window():
        return 1
    # Qt must not load where no window opens.
    from ss_admin.desktop.app import AppOptions  # noqa: PLC0415
    from ss_admin.desktop.app import run as run_app  # noqa: PLC0415

    return run_app(AppOptions())


@_ss_admin.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the sample data in this folder; otherwise it is thrown away at the end.",
)
@click.option("--no-window", is_flag=True, help="Serve until interrupted, and print what to sign in and call with.")
def demo(data: Path | None, *, no_window: bool) -> int:
    """Start a backend with sample data and open the app signed in to it."""
    if no_window:
        serve_without_window(data, out=sys.stdout, words=sys.stderr)
        return 0
    if _says_why_no_window():
        return 1
    # Qt must not load where no window opens.
    from ss_admin.desktop.app import AppOptions  # noqa: PLC0415
    from ss_admin.desktop.app import run as run_app  # noqa: PLC0415

    with start_demo_backend(data) as backend:
        return run_app(AppOptions(server_url=backend.ready.url, credentials=backend.credentials, sample_data=True))


def _says_why_no_window() -> bool:
    reason = why_no_window(os.environ)
    if reason is None:
        return False
    click.echo(f"ss-admin: {reason} {_NO_WINDOW_OFFER}", err=True)
    return True


if __name__ == "__main__":
    main()

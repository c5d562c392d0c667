"""The entry point of the installed command `ss-backend`: one clear line where the backend's packages are missing.

Every installation brings the command, also one that has only what the desktop app needs.
"""

import sys

__all__ = ["main"]


def main() -> None:
    """Runs the command, or says what to install and ends with 1."""
    try:
        # Brings the backend's packages along, which may not be there.
        from ss_admin.backend.cli import main as run_command  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == __name__.partition(".")[0]:
            raise  # a fault of ours, not of the installation
        sys.exit(
            'ss-backend: The backend is not installed; pip install ".[backend]" in the project\'s folder brings it.'
        )
    run_command()

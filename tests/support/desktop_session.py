"""What tests of sign-in and shell share: answers about a session, a keyring in memory, pages without content."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ss_admin.client.connection import Connection
from ss_admin.contract.accounts import Role
from ss_admin.desktop.clipboard import CopyOutcome
from ss_admin.desktop.shell.place import Place, Surroundings
from ss_admin.desktop.token_store import TokenStoreRefused, TokenStoreState

TOKEN = "token-of-a-test-0123456789abcdefghijklmnop"


def session_document(*, name: str = "Maria Keller", role: Role = Role.TENANT_ADMIN) -> dict[str, object]:
    """A session as the server tells it."""
    username = name.lower().replace(" ", ".")
    return {
        "user": {"id": f"id-of-{username}", "username": username, "name": name, "role": role.value},
        "tenant": {"id": "t-1", "name": "Northwind Facilities"},
        "expires_at": (datetime.now(UTC) + timedelta(hours=12)).isoformat(),
    }


def grant_document(
    *, token: str = TOKEN, name: str = "Maria Keller", role: Role = Role.TENANT_ADMIN
) -> dict[str, object]:
    """A new session with its token."""
    return {"token": token, "session": session_document(name=name, role=role)}


class MemoryKeyring:
    """A token store in memory; `refusal` makes every call fail."""

    def __init__(self, *, refusal: str = "") -> None:
        self.tokens: dict[tuple[str, str], str] = {}
        self.refusal = refusal

    def state(self) -> TokenStoreState:
        return TokenStoreState(usable=not self.refusal, reason=self.refusal)

    def load(self, server_url: str, username: str) -> str | None:
        self._check()
        return self.tokens.get((server_url, username))

    def save(self, server_url: str, username: str, token: str) -> None:
        self._check()
        self.tokens[server_url, username] = token

    def delete(self, server_url: str, username: str) -> None:
        self._check()
        self.tokens.pop((server_url, username), None)

    def _check(self) -> None:
        if self.refusal:
            raise TokenStoreRefused(self.refusal)


class MemoryClipboard:
    """A clipboard that only remembers."""

    def __init__(self, outcome: CopyOutcome = CopyOutcome.COPIED) -> None:
        self.outcome = outcome
        self.text = ""

    def copy(self, text: str) -> CopyOutcome:
        self.text = text if self.outcome is CopyOutcome.COPIED else self.text
        return self.outcome

    def copy_secret(self, text: str, clear_after_seconds: int = 60) -> CopyOutcome:
        return self.copy(text)


class BlankPage(QWidget):
    """A page that does nothing but count what it is told; `typed` stands for what a person typed into it."""

    said = Signal(str)
    failed = Signal(object)
    recovered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.refreshed = 0
        self.activated = 0
        self.is_stale = False
        self.typed = QLineEdit(self)
        self.typed.setObjectName(f"{name}.typed")
        self.typed.setAccessibleName("Typed")

    def refresh(self) -> None:
        self.refreshed += 1

    def set_stale(self, stale: bool) -> None:
        self.is_stale = stale

    def activate(self) -> None:
        self.activated += 1


def build_blank_places(_connection: Connection, _around: Surroundings) -> Sequence[Place]:
    """Two pages at the places of the real ones."""
    first, second = BlankPage("apiKeys"), BlankPage("activity")
    return (
        Place(("Settings", "Security & API", "API Keys Management"), "ph.key", first, first),
        Place(("Activity",), "ph.clock", second, second),
    )

"""Stand-ins for the clients behind the key dialogs: answers that a test holds back, refuses or loses."""

import threading
from collections.abc import Callable

from ss_admin.client.errors import ClientError
from ss_admin.contract.accounts import Role, User, UserPage
from ss_admin.contract.api_key_format import new_api_key
from ss_admin.contract.api_keys import ApiKey, ApiKeyChange, ApiKeyCreated, NewApiKey
from ss_admin.contract.documents import ObjectRef
from ss_admin.contract.problems import FieldFault, Problem, ProblemCode
from ss_admin.contract.rule_chains import RuleChain, RuleChainPage
from ss_admin.desktop.clipboard import CopyOutcome
from tests.support.sample_keys import not_found, problem, sample_chain, sample_key

__all__ = ["CountingClipboard", "HeldKeys", "ManyChains", "ManyPeople", "faults_problem"]


def faults_problem(*faults: tuple[str, str]) -> Problem:
    """A refusal of the input, with pointers and details."""
    errors = [FieldFault(pointer=pointer, detail=detail) for pointer, detail in faults]
    return problem(ProblemCode.VALIDATION_FAILED, 422).model_copy(update={"errors": errors})


class HeldKeys:
    """Keeps every answer back while `hold()` is in force. `errors` are raised one by one instead of answers.

    `on_server` is the key as it is on the server; a change needs its version.
    """

    def __init__(self, on_server: ApiKey | None = None) -> None:
        self.on_server = on_server
        self.created: list[NewApiKey] = []
        self.changes: list[tuple[ApiKeyChange, int | None]] = []
        self.errors: list[ClientError] = []
        self.make_secret: Callable[[], str] = new_api_key
        self._open = threading.Event()
        self._open.set()

    def hold(self) -> None:
        """Answers nothing until `release()`."""
        self._open.clear()

    def release(self) -> None:
        """Answers what was asked meanwhile."""
        self._open.set()

    def create(self, order: NewApiKey) -> ApiKeyCreated:
        self.created.append(order)
        self._answer()
        return ApiKeyCreated(api_key=sample_key(1, name=order.name), secret=self.make_secret())

    def get(self, _: str) -> ApiKey:
        self._answer()
        assert self.on_server is not None
        return self.on_server

    def change(self, _: str, change: ApiKeyChange, *, version: int | None) -> ApiKey:
        self.changes.append((change, version))
        self._answer()
        assert self.on_server is not None
        given = {name: getattr(change, name) for name in change.model_fields_set}
        self.on_server = self.on_server.model_copy(update={**given, "version": self.on_server.version + 1})
        return self.on_server

    def _answer(self) -> None:
        assert self._open.wait(10)
        if self.errors:
            raise self.errors.pop(0)


class ManyPeople:
    """Thousands of users, searched and paged as the server does it."""

    def __init__(self, *names: str, error: ClientError | None = None) -> None:
        self.names = names or tuple(f"Person {number:04}" for number in range(3000))
        self.error = error
        self.searches: list[tuple[str, str | None]] = []
        self._open = threading.Event()
        self._open.set()

    def hold(self) -> None:
        """Answers nothing until `release()`."""
        self._open.clear()

    def release(self) -> None:
        """Answers what was asked meanwhile."""
        self._open.set()

    def find_users(self, search: str = "", *, limit: int = 50, cursor: str | None = None) -> UserPage:
        self.searches.append((search, cursor))
        assert self._open.wait(10)
        if self.error is not None:
            raise self.error
        found = [name for name in self.names if search.casefold() in name.casefold()]
        start = int(cursor or 0)
        end = min(start + limit, len(found))
        users = [
            User(id=f"u-{name}", username=name.lower().replace(" ", "."), name=name, role=Role.CUSTOMER_USER)
            for name in found[start:end]
        ]
        return UserPage(items=users, next_cursor=str(end) if end < len(found) else None, total=len(found))

    @staticmethod
    def ref(name: str) -> ObjectRef:
        """The reference to a person of that name."""
        return ObjectRef(id=f"u-{name}", name=name)


class ManyChains:
    """Thousands of rule chains, searched and paged as the server does it; `id_of` gives the id of one by its name."""

    def __init__(self, *chains: RuleChain, error: ClientError | None = None) -> None:
        self.chains = chains or tuple(self.make(f"Rule chain {number:04}") for number in range(3000))
        self.error = error
        self.searches: list[str] = []
        self.asked_for: list[str] = []

    @classmethod
    def make(cls, name: str, **changes: bool) -> RuleChain:
        """A chain of that name."""
        return sample_chain(name, **changes).model_copy(update={"id": cls.id_of(name)})

    @staticmethod
    def id_of(name: str) -> str:
        return f"c-{name}"

    def list_page(self, *, search: str = "", limit: int = 100, cursor: str | None = None) -> RuleChainPage:
        self.searches.append(search)
        if self.error is not None:
            raise self.error
        found = [chain for chain in self.chains if search.casefold() in chain.name.casefold()]
        start = int(cursor or 0)
        end = start + limit
        following = str(end) if end < len(found) else None
        return RuleChainPage(items=found[start:end], next_cursor=following, total=len(found))

    def get(self, rule_chain_id: str) -> RuleChain:
        self.asked_for.append(rule_chain_id)
        if self.error is not None:
            raise self.error
        for chain in self.chains:
            if chain.id == rule_chain_id:
                return chain
        raise not_found()


class CountingClipboard:
    """Takes copies, or none, and counts them; it keeps no text."""

    def __init__(self, outcome: CopyOutcome = CopyOutcome.COPIED) -> None:
        self.outcome = outcome
        self.lengths: list[int] = []

    def copy(self, text: str) -> CopyOutcome:
        self.lengths.append(len(text))
        return self.outcome

    def copy_secret(self, text: str, clear_after_seconds: int = 60) -> CopyOutcome:
        assert clear_after_seconds == 60
        return self.copy(text)

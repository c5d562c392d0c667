"""How a key is refused: the 401 of each kind, in its sentence.

A key that is both disabled and expired is told as disabled: somebody decided that, while time passed by itself; and
the date alone would invite the partner to ask for a later one.
"""

from ss_admin.backend.gateway.known_keys.entries import NEVER_USABLE_US, KeyRefused, KnownKey
from ss_admin.backend.store.types import from_microseconds
from ss_admin.contract.api_key_format import ApiKeyFault, find_api_key_fault
from ss_admin.contract.problems import ProblemCode

__all__ = ["check_form", "refusal_of", "unknown_key"]

_UNKNOWN_KEY = (
    "This API key is not known. It may have been deleted; ask your SignalSync Tenant Administrator for a new one."
)
_DISABLED_KEY = "This API key is disabled. A SignalSync Tenant Administrator can enable it again."
_EMPTY_OR_FOREIGN = (
    "The x-api-key header is empty, or it contains a character outside ASCII such as a typographic quotation mark "
    "or a no-break space. Send exactly the 42 characters that were shown."
)
_SEVERAL = "Several x-api-key headers were sent, or keys were joined by a comma. Send one header with one key."


def check_form(api_key: str) -> None:
    """Raises `KeyRefused` where the text cannot be a key."""
    fault = find_api_key_fault(api_key)
    if fault is None:
        return
    detail: str = fault.value
    if fault is ApiKeyFault.EMPTY:
        detail = _EMPTY_OR_FOREIGN  # the server hands on a header with other bytes as an empty one
    elif "," in api_key:
        detail = _SEVERAL  # the server joins repeated headers
    raise KeyRefused(ProblemCode.MALFORMED_API_KEY, detail)


def unknown_key() -> KeyRefused:
    """For a key of the right form that is none."""
    return KeyRefused(ProblemCode.INVALID_API_KEY, _UNKNOWN_KEY)


def refusal_of(key: KnownKey) -> KeyRefused:
    """For a key that is not usable now: deleted, disabled, or else expired."""
    if key.was_deleted:
        return KeyRefused(ProblemCode.INVALID_API_KEY, _UNKNOWN_KEY, key)
    if key.usable_until_us == NEVER_USABLE_US:
        return KeyRefused(ProblemCode.DISABLED_API_KEY, _DISABLED_KEY, key)
    return KeyRefused(ProblemCode.EXPIRED_API_KEY, _expired(key.usable_until_us), key)


def _expired(expires_at_us: int) -> str:
    moment = from_microseconds(expires_at_us).isoformat(timespec="seconds").replace("+00:00", "Z")
    return f"This API key expired at {moment}. Ask your SignalSync Tenant Administrator for a new one."

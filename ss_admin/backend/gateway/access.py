"""Whether an authenticated key may make this very call: its permissions, then the state of the chain."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from ss_admin.backend.gateway.known_keys.entries import KnownChain, KnownKey
from ss_admin.backend.problems import ProblemError
from ss_admin.contract.problems import ProblemCode

__all__ = ["chain_not_found", "check_call"]


def check_call(key: KnownKey, chain: KnownChain | None, rulechain_id: str, address: str) -> KnownChain:
    """The chain to run. `chain`: what `rulechain_id` names for the key's tenant; `address`: the caller's.

    Raises `ProblemError` 403 and 404.
    """
    if not key.may_write:
        raise _lacks_write()
    if key.rulechain_ids is not None and rulechain_id not in key.rulechain_ids:
        raise _other_chain()
    if key.networks is not None and key.allowed_address != address:
        _check_address(address, key.networks)
        key.allowed_address = address
    if chain is None or not chain.is_external or not chain.enabled:
        raise _not_open(chain)
    return chain


def chain_not_found() -> ProblemError:
    """What is told where the tenant has no such chain, whether or not another tenant has it."""
    return ProblemError(
        ProblemCode.RULECHAIN_NOT_FOUND,
        "There is no rule chain with this id. Compare the URL with the one under “View API Endpoint”.",
    )


_ASK_FOR_IT = "Ask your SignalSync Tenant Administrator for it."


def _lacks_write() -> ProblemError:
    return _denied("This API key lacks the permission “write”, which calling a rule chain needs. " + _ASK_FOR_IT)


def _other_chain() -> ProblemError:
    return _denied(
        "This API key is narrowed to certain rule chains, and this is not one of them. Compare the URL with the "
        "one under “View API Endpoint”, or ask your SignalSync Tenant Administrator to add this rule chain to "
        "the key."
    )


def _denied(detail: str) -> ProblemError:
    return ProblemError(ProblemCode.PERMISSION_DENIED, detail)


def _check_address(text: str, networks: Sequence[IPv4Network | IPv6Network]) -> None:
    address = _parse(text)
    if address is None:
        raise _denied(
            "This API key may be used from certain addresses only, and SignalSync cannot tell the one that this call "
            "comes from. Ask your SignalSync Tenant Administrator."
        )
    if not any(address in network for network in networks):
        raise _denied(
            f"This API key may be used from certain addresses only. SignalSync sees this call come from {address}, "
            "which is not one of them. Ask your SignalSync Tenant Administrator to allow it for the key."
        )


def _parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _not_open(chain: KnownChain | None) -> ProblemError:
    if chain is None:
        return chain_not_found()
    if not chain.is_external:
        return ProblemError(
            ProblemCode.RULECHAIN_NOT_EXTERNAL,
            "This rule chain is not open to external calls. A Tenant Administrator can switch “Is External” on.",
        )
    return ProblemError(
        ProblemCode.RULECHAIN_DISABLED, "This rule chain is disabled. A Tenant Administrator can enable it."
    )

"""Why a call with a good key was refused, or what became of it: permissions, the chain, the payload, our own faults."""

from ss_admin.backend.refusals.evidence import ChainFacts, KeyFacts
from ss_admin.backend.refusals.refused_call import Explanation, RefusedCall
from ss_admin.backend.refusals.wording import by_whom, moment, quoted, several

__all__ = [
    "chain_disabled",
    "chain_failed",
    "chain_not_external",
    "chain_not_found",
    "denied",
    "internal_error",
    "other",
    "payload_mismatch",
    "succeeded",
    "unavailable",
    "unfit_request",
]

_OUR_FAULT = "Nothing was wrong with your call; the fault is on our side. Please repeat it"
_NOT_CHANGED = "Please wait until we have put this right; nothing needs to change in your system."


def denied(call: RefusedCall) -> Explanation:
    """403 `permission_denied`: what the key might do at that time, and what was asked of it."""
    key = call.key
    if key is None:
        return other(call)
    if "narrowed to certain rule chains" in call.detail:
        return _narrowed(call, key)
    if "certain addresses only" in call.detail:
        return _from_elsewhere(call, key)
    permissions = key.past.value_at("permissions", call.at, key.permissions) or {}
    has = several([str(entity) for entity in permissions.get("entities", ())]) or "none"
    cause = f"To call a rule chain a key needs the permission “write”; the key {call.key_name} had only: {has}."
    return Explanation(
        cause + _changed(call, key, "permissions"),
        "Your key may not call rule chains yet. We will change that, or send you a key that may.",
    )


def chain_not_found(call: RefusedCall) -> Explanation:
    """404 `rulechain_not_found`."""
    advice = "Compare the URL that you call with the one that we gave you; the id in it is not right."
    chain = call.chain
    if chain is None:
        return Explanation("What stood in the URL in the place of the rule chain's id has not an id's form.", advice)
    if chain.past.deleted_at is not None:
        deleted = f"{moment(chain.past.deleted_at)}{by_whom(chain.past.deleted_by)}"
        return Explanation(
            f"The rule chain {call.chain_name} was deleted on {deleted}.",
            "What you call is not there any more. We will send you the URL of what takes its place.",
        )
    if chain.is_there:
        return Explanation(
            f"The rule chain {call.chain_name} was not there yet when the call came.", "Please repeat the call."
        )
    return Explanation(f"There is no rule chain with the id {chain.id} in this tenant, and there never was.", advice)


def chain_not_external(call: RefusedCall) -> Explanation:
    """403 `rulechain_not_external`."""
    now = call.chain is not None and call.chain.is_external
    return _switched_off(call, "is_external", "had “Is External” off", "It is on by now", is_on=now)


def chain_disabled(call: RefusedCall) -> Explanation:
    """403 `rulechain_disabled`."""
    now = call.chain is not None and call.chain.enabled
    return _switched_off(call, "enabled", "was disabled", "It is enabled by now", is_on=now)


def unfit_request(call: RefusedCall) -> Explanation:
    """400, 405, 413 and 415: the sentence that the partner got says it exactly."""
    told = call.detail or "The request was not as it should be."
    return Explanation(
        f"The key was right, the request was not. {told}" if call.key else f"The request was not right. {told}",
        "Send a POST with one JSON object in UTF-8 as its body, and Content-Type: application/json. The answer that "
        "you got says what was wrong.",
    )


def payload_mismatch(call: RefusedCall) -> Explanation:
    """422 `payload_mismatch`, with the places of the faults."""
    summary, *faults = call.detail.split("\n")
    cause = f"The payload did not match the input schema of the rule chain {call.chain_name}."
    if faults:
        cause = "\n".join([f"{cause} The faults, each with its place:", *faults])
    elif summary:
        cause = f"{cause} {summary}"
    return Explanation(
        cause,
        "Correct the payload at the places that the answer lists under “errors”. The sample payload that we gave you "
        "shows the form that is expected.",
    )


def chain_failed(call: RefusedCall) -> Explanation:
    """500 `rulechain_failed`: the call was admitted and ran."""
    where = f" at its node {quoted(call.failed_node_id)}" if call.failed_node_id else ""
    error = f": {call.error}" if call.error else "."
    return Explanation(
        f"The call was admitted; the rule chain {call.chain_name} itself failed{where}{error}\n"
        f"Its executions have it under {call.execution_id}.",
        "Your call was right; our processing of it failed. We are looking into it.",
    )


def succeeded(call: RefusedCall) -> Explanation:
    """200: it was not refused at all."""
    return Explanation(
        f"This call was not refused: it was admitted, and the rule chain {call.chain_name} ran to its end. Its "
        f"executions have it under {call.execution_id}.",
        "This call was answered with 200. If something else went wrong, tell us what you got.",
    )


def unavailable(call: RefusedCall) -> Explanation:
    """503 `unavailable`."""
    told = call.detail or "SignalSync could not take the call at that moment."
    return Explanation(
        f"The call was right, and it had no effect. {told}",
        f"{_OUR_FAULT}, after as many seconds as the header Retry-After says.",
    )


def internal_error(call: RefusedCall) -> Explanation:
    """500 `internal_error`."""
    return Explanation(
        f"SignalSync itself failed to handle this call. The operator's log has the cause under {call.request_id}.",
        f"{_OUR_FAULT}; if it fails again, tell us the request id.",
    )


def other(call: RefusedCall) -> Explanation:
    """A code that nothing more is known of."""
    return Explanation(f"The call was refused: {call.detail or call.code}", "The answer that you got says why.")


def _narrowed(call: RefusedCall, key: KeyFacts) -> Explanation:
    permissions = key.past.value_at("permissions", call.at, key.permissions) or {}
    chains = [call.chain_names.get(chain_id, chain_id) for chain_id in permissions.get("rulechains") or ()]
    may = f": {several([quoted(name) for name in chains])}" if chains else ""
    cause = (
        f"The key {call.key_name} may call certain rule chains only{may}. The rule chain {call.chain_name} is not "
        "among them."
    )
    return Explanation(
        cause + _changed(call, key, "permissions"),
        "Your key is not meant for the URL that you called. Compare it with the one that we gave you; if it is the "
        "right one, we will allow it for your key.",
    )


def _from_elsewhere(call: RefusedCall, key: KeyFacts) -> Explanation:
    addresses = key.past.value_at("allowed_addresses", call.at, key.addresses) or []
    may = f": {several(addresses)}" if addresses else ""
    cause = f"The key {call.key_name} may be used from certain addresses only{may}. The call came from {call.address}."
    return Explanation(
        cause + _changed(call, key, "allowed_addresses"),
        f"Your call came from {call.address}, which is not allowed for your key. If that is an address of yours, tell "
        "us, and we will allow it.",
    )


def _changed(call: RefusedCall, key: KeyFacts, field: str) -> str:
    change = key.past.changed_since(field, call.at)
    return "" if change is None else f" That was changed since, on {moment(change.at)}{by_whom(change.by)}."


def _switched_off(call: RefusedCall, field: str, was: str, is_by_now: str, *, is_on: bool) -> Explanation:
    cause = f"The rule chain {call.chain_name} {was} when the call came"
    change = None if call.chain is None else call.chain.past.last_change(field, False, call.at)
    cause += f": switched off on {moment(change.at)}{by_whom(change.by)}." if change else "."
    if is_on:
        return Explanation(f"{cause} {is_by_now}{_since(call.chain, field, call)}.", "Please repeat the call.")
    return Explanation(cause, f"What you call is switched off on our side. {_NOT_CHANGED}")


def _since(chain: ChainFacts | None, field: str, call: RefusedCall) -> str:
    change = None if chain is None else chain.past.changed_since(field, call.at)
    return "" if change is None else f", since {moment(change.at)}{by_whom(change.by)}"

"""A cURL call of a rule chain, ready to paste. The key is never part of it: it comes from `$SS_API_KEY`.

It reaches cURL through a pipe, since a command line can be read by everybody on the machine.
"""

import json
import shlex

from ss_admin.client.rule_chains import RuleChainsClient
from ss_admin.contract.rule_chains import RuleChain

__all__ = ["curl_example", "first_callable_chain"]


def curl_example(chain: RuleChain) -> str:
    """The call of `chain` with its sample payload, quoted for a POSIX shell."""
    payload = json.dumps(chain.sample_payload, indent=2, ensure_ascii=False)
    return " \\\n  ".join(
        (
            f"printf 'x-api-key: %s' \"$SS_API_KEY\" | curl -sS -X POST {shlex.quote(chain.endpoint_url)}",
            "-H @- -H 'Content-Type: application/json'",
            f"-d {shlex.quote(payload)}",
        )
    )


def first_callable_chain(rule_chains: RuleChainsClient) -> RuleChain | None:
    """The first chain that partners can call now: external and enabled. Waits for the network."""
    cursor: str | None = None
    while True:
        page = rule_chains.list_page(cursor=cursor)
        for chain in page.items:
            if chain.is_external and chain.enabled:
                return chain
        cursor = page.next_cursor
        if cursor is None:
            return None

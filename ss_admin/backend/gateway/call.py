"""A partner's call on its way through the gateway."""

import time
from collections.abc import Sequence
from typing import Any

from ss_admin.backend.gateway.answers import Header
from ss_admin.contract.api_keys import RateLimit

__all__ = ["PartnerCall"]


class PartnerCall:
    """A call on its way, and what is known of it so far. `rulechain_id`: empty where it has no id's form.

    `at_us`: when it came, microseconds since 1970; `headers`: what its answer will carry of the key's limit;
    `execution`: the run for the journal, once there is one; `used`: admissions in the key's window, this one with them.
    """

    __slots__ = (
        "address", "api_key_id", "at_us", "environ", "execution", "headers", "key_was_deleted", "limit", "request_id",
        "rulechain_id", "started_ns", "used",
    )  # fmt: skip

    def __init__(self, environ: dict[str, Any], rulechain_id: str, address: str, request_id: str, at_us: int) -> None:
        self.started_ns = time.perf_counter_ns()
        self.environ = environ
        self.rulechain_id = rulechain_id
        self.request_id = request_id
        self.at_us = at_us
        self.address = address
        self.api_key_id: str | None = None
        self.key_was_deleted = False
        self.headers: Sequence[Header] = ()
        self.execution: bytes | None = None
        self.used: int | None = None
        self.limit: RateLimit | None = None

    def __repr__(self) -> str:
        return f"<PartnerCall {self.request_id}>"

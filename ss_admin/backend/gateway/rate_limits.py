"""A limited key's window as the gateway keeps it with the key: what it decides, and what answers say of it."""

from ss_admin.backend.gateway.answers import Answer, Header, refusal
from ss_admin.backend.gateway.limits.decisions import LimitDecision, RateWindow
from ss_admin.contract.api_keys import RateLimit
from ss_admin.contract.problems import ProblemCode

__all__ = ["LimitedWindow"]


class LimitedWindow:
    """A window with all that is the same in each answer under its limit."""

    __slots__ = ("_detail", "_limit", "_policy", "decide")

    def __init__(self, window: RateWindow, limit: RateLimit) -> None:
        self.decide = window.decide
        self._policy = ("RateLimit-Policy", f'"default";q={limit.max_requests};w={limit.window_seconds}')
        self._limit = ("X-RateLimit-Limit", str(limit.max_requests))
        times = "once" if limit.max_requests == 1 else f"{limit.max_requests:,} times"
        self._detail = f"This API key may call {times} in {limit.window_seconds:,} s. Try again in "

    def headers(self, decision: LimitDecision) -> list[Header]:
        """What a limited key is told each time (draft-ietf-httpapi-ratelimit-headers, and the older X- names)."""
        remaining, reset = str(decision.remaining), str(decision.reset_seconds)
        return [
            self._policy,
            ("RateLimit", f'"default";r={remaining};t={reset}'),
            self._limit,
            ("X-RateLimit-Remaining", remaining),
            ("X-RateLimit-Reset", reset),
        ]

    def refuse(self, decision: LimitDecision, request_id: str) -> Answer:
        """429, for a call that was not admitted."""
        wait = decision.retry_after
        detail = f'"{self._detail}{wait:,} s."'.encode("ascii")
        headers = [*self.headers(decision), ("Retry-After", str(wait))]
        return refusal(ProblemCode.RATE_LIMITED, detail, request_id, headers)

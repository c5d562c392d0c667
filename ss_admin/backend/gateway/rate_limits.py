"""What answers say of a limit and of what was decided under it."""

from ss_admin.backend.gateway.answers import Answer, Header, refusal
from ss_admin.backend.gateway.limits.decisions import LimitDecision
from ss_admin.contract.problems import ProblemCode

__all__ = ["LimitTexts"]


class LimitTexts:
    """All that is the same in each answer under a limit, whatever the key: keys of one limit share it."""

    __slots__ = ("_detail", "_limit", "_policy")

    def __init__(self, max_requests: int, window_seconds: int) -> None:
        self._policy = ("RateLimit-Policy", f'"default";q={max_requests};w={window_seconds}')
        self._limit = ("X-RateLimit-Limit", str(max_requests))
        times = "once" if max_requests == 1 else f"{max_requests:,} times"
        self._detail = f"This API key may call {times} in {window_seconds:,} s. Try again in "

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
        headers = [*self.headers(decision), ("Retry-After", str(wait))]
        return refusal(ProblemCode.RATE_LIMITED, f"{self._detail}{wait:,} s.", request_id, headers)

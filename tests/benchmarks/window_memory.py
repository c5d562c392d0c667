"""`python -m tests.benchmarks.window_memory KEYS LIMIT [REDIS_URL]`: fills windows, and says what they take up.

In a process of its own, so that nothing else grows meanwhile. It prints JSON: bytes a key in this process, as Python
counts them and as the system does.
"""

import gc
import json
import os
import sys
import time
import tracemalloc
import uuid

from pydantic import SecretStr

from ss_admin.backend.gateway.limits.decisions import Limiter
from ss_admin.backend.gateway.limits.local import SlidingWindowLimiter
from ss_admin.backend.gateway.limits.shared import RedisLimiter
from ss_admin.backend.propagation.watch import LiveWorkers
from ss_admin.contract.api_keys import RateLimit
from tests.benchmarks.processes import anonymous_bytes

SMALL = 10_000
WINDOW_SECONDS = 6
_WARM_UP_KEYS = 100


def main(keys: int, limit: int, redis_url: str = "") -> None:
    """Fills the windows of `keys` keys that all have the same limit.

    A small limit is used up within a day's window. A large one is called all through a short window, so that every
    part of the window holds admissions, however coarsely they are kept.
    """
    is_small = limit <= SMALL
    rate_limit = RateLimit(max_requests=limit, window_seconds=86_400 if is_small else WINDOW_SECONDS)
    limiter = _limiter(redis_url)
    _fill(limiter, RateLimit(max_requests=5, window_seconds=86_400), [str(uuid.uuid4()) for _ in range(_WARM_UP_KEYS)])
    ids = [str(uuid.uuid4()) for _ in range(keys)]
    gc.collect()
    resident = anonymous_bytes(os.getpid())
    tracemalloc.start()
    begun, _ = tracemalloc.get_traced_memory()
    (_fill if is_small else _keep_busy)(limiter, rate_limit, ids)
    gc.collect()
    traced, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    resident = anonymous_bytes(os.getpid()) - resident
    limiter.close()
    sys.stdout.write(json.dumps({"traced": (traced - begun) / keys, "resident": resident / keys}))


def _limiter(redis_url: str) -> Limiter:
    if redis_url:
        return RedisLimiter(SecretStr(redis_url), str(uuid.uuid4()), lambda: LiveWorkers(rank=0, count=1))
    return SlidingWindowLimiter()


def _fill(limiter: Limiter, limit: RateLimit, ids: list[str]) -> None:
    """Calls with each key until it is refused."""
    for api_key_id in ids:
        window = limiter.window(api_key_id, limit)
        while window.decide().admitted:
            pass


def _keep_busy(limiter: Limiter, limit: RateLimit, ids: list[str]) -> None:
    """Calls with all keys in turn for longer than the window."""
    windows, until = [limiter.window(api_key_id, limit) for api_key_id in ids], time.monotonic() + 1.5 * WINDOW_SECONDS
    while time.monotonic() < until:
        for window in windows:
            window.decide()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])

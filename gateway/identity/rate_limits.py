"""Rate limits: one token bucket per client and kind of request, in this process; and the caps of unpaid holds."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from chassis.refusal import Refusal

MAX_CLIENTS = 50_000


# The size of a bucket, which is also the number of tokens that the bucket gains each minute.
RATES = {"public": 30, "guest": 60, "login": 10, "lookup": 10}
# The most unpaid holds per hotel: of one e-mail address, with their room-nights, and of one network address.
CAPS = {"email_holds": 3, "email_nights": 30, "address_holds": 10}
DEFAULTS = RATES | CAPS
EXAMPLE = ",".join(f"{name}={number}" for name, number in DEFAULTS.items())


def parse_limits(text: str) -> dict[str, int]:
    """Parse `off`, `on`, or changes of the defaults (`public=100,login=5`); raises `ValueError` for any other text."""
    if text.strip().lower() in {"off", "on"}:
        return dict(DEFAULTS) if text.strip().lower() == "on" else {}
    limits = dict(DEFAULTS)
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name.strip() not in DEFAULTS or not number.strip().isdigit() or int(number) < 1:
            raise ValueError(f"{part!r} is no rate limit: say off, on, or e.g. {EXAMPLE}")
        limits[name.strip()] = int(number)
    return limits


class RateLimiter:
    """The token buckets, at most `MAX_CLIENTS`: a further bucket replaces the least recently used bucket."""

    def __init__(self, limits: Mapping[str, int], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, kind: str | None, client: str) -> None:
        """Take one token; refused `RATE_LIMITED` with `retry_after` in seconds where the bucket is empty."""
        limit = self._limits.get(kind) if kind else None
        if kind is None or limit is None:
            return
        now, per_second = self._clock(), limit / 60
        tokens, updated = self._buckets.pop((kind, client), (float(limit), now))
        tokens = min(float(limit), tokens + (now - updated) * per_second)
        allowed = tokens >= 1
        self._buckets[(kind, client)] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MAX_CLIENTS:
            self._buckets.popitem(last=False)
        if not allowed:
            retry_after = max(1, math.ceil((1 - tokens) / per_second))
            raise Refusal("RATE_LIMITED", "Too many requests; try again later.", retry_after=retry_after)

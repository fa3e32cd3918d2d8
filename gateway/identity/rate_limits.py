"""Rate limits: one token bucket per network and kind of request, in this process; and the caps of unpaid holds."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping

from chassis.refusal import Refusal

MAX_BUCKETS = 50_000
FILLS_IN = 60.0  # seconds
Buckets = OrderedDict[tuple[str, str], tuple[float, float]]  # the tokens in the bucket, and when they were counted

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
    """The token buckets of networks (`network_of`), at most `MAX_BUCKETS`.

    Where there are more, the process forgets buckets that are full again, which changes nothing; then those that are at
    least half full, least recently used first; then the others. So many new clients do not make the process forget a
    limited client: each of them would have to empty half a bucket within the minute in which a bucket fills.
    """

    def __init__(self, limits: Mapping[str, int], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._fuller: Buckets = OrderedDict()
        self._emptier: Buckets = OrderedDict()

    def take(self, kind: str | None, network: str) -> None:
        """Take one token; refused `RATE_LIMITED` with `retry_after` in seconds where the bucket is empty."""
        limit = self._limits.get(kind) if kind else None
        if kind is None or limit is None:
            return
        now, per_second, key = self._clock(), limit / 60, (kind, network)
        buckets = self._emptier if key in self._emptier else self._fuller
        tokens, updated = buckets.pop(key, (float(limit), now))
        tokens = min(float(limit), tokens + (now - updated) * per_second)
        allowed = tokens >= 1
        left = tokens - 1 if allowed else tokens
        (self._fuller if left >= limit / 2 else self._emptier)[key] = (left, now)
        if len(self._fuller) + len(self._emptier) > MAX_BUCKETS:
            self._forget(now)
        if not allowed:
            retry_after = max(1, math.ceil((1 - tokens) / per_second))
            raise Refusal("RATE_LIMITED", "Too many requests; try again later.", retry_after=retry_after)

    def _forget(self, now: float) -> None:
        for buckets in (self._emptier, self._fuller):
            while buckets and next(iter(buckets.values()))[1] <= now - FILLS_IN:
                buckets.popitem(last=False)
        if len(self._fuller) + len(self._emptier) > MAX_BUCKETS:
            (self._fuller or self._emptier).popitem(last=False)

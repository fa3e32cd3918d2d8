"""Rate limits: one token bucket per client and kind of request, in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.refusal import Refusal

MOST_CLIENTS = 50_000


@dataclass(frozen=True)
class Limit:
    """So many requests at once, and as many again each minute."""

    per_minute: int


USUAL = {"public": Limit(30), "guest": Limit(60), "login": Limit(10), "lookup": Limit(10)}


def parsed(text: str) -> dict[str, Limit]:
    """`off`, `on`, or changes to the usual ones: `public=100,login=5`. Raises `ValueError`."""
    if text.strip().lower() in {"off", "on"}:
        return dict(USUAL) if text.strip().lower() == "on" else {}
    limits = dict(USUAL)
    for part in text.split(","):
        name, _, number = part.partition("=")
        if name.strip() not in USUAL or not number.strip().isdigit() or int(number) < 1:
            raise ValueError(f"{part!r} is no rate limit: say off, on, or e.g. public=30,guest=60,login=10,lookup=10")
        limits[name.strip()] = Limit(int(number))
    return limits


class Buckets:
    """Counts what each client still may. The longest unseen clients are forgotten first."""

    def __init__(self, limits: Mapping[str, Limit], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, kind: str | None, client: str) -> None:
        """One request; refused `RATE_LIMITED` with `retry_after` in seconds where none is left."""
        limit = self._limits.get(kind) if kind else None
        if kind is None or limit is None:
            return
        now, rate = self._clock(), limit.per_minute / 60
        left, seen = self._left.pop((kind, client), (float(limit.per_minute), now))
        left = min(float(limit.per_minute), left + (now - seen) * rate)
        enough = left >= 1
        self._left[(kind, client)] = (left - 1 if enough else left, now)
        if len(self._left) > MOST_CLIENTS:
            self._left.popitem(last=False)
        if not enough:
            raise Refusal(
                "RATE_LIMITED", "Too many requests; try again later.", retry_after=max(1, math.ceil((1 - left) / rate))
            )

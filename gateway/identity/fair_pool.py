"""A pool of threads for costly computations: bounded, and fair between networks."""

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

from chassis.refusal import Refusal

T = TypeVar("T")

WAITING = 128  # of all networks together
WAITING_PER_NETWORK = 8
HALVED_EVERY = 60.0  # seconds
MAX_NETWORKS = 10_000
RETRY_AFTER = 5  # seconds


class FairPool:
    """At most `at_once` have a turn; the next one is of the network with the least load.

    A network's load is the number of its turns, halved every minute. So a network that has asked for nothing lately
    waits for the running turns only, however many others wait. Among equal loads the network that came last is the
    next one, so that this is true at the beginning of a flood, too; the first ones wait for at most `WAITING` turns.
    """

    def __init__(self, at_once: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = at_once
        self._clock = clock
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="passwords")
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._loads: OrderedDict[str, tuple[float, float]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, network: str) -> AsyncIterator[None]:
        """Wait for a turn of the network, which lasts until the end of the `with` block.

        Refused `RATE_LIMITED` where too many of this network wait, and where another network takes the place of this
        one; refused `SERVICE_UNAVAILABLE` where too many wait, and no network has a greater load.
        """
        await self._turn(network)
        try:
            yield
        finally:
            self._free += 1
            self._next()

    async def compute(self, computation: Callable[[], T]) -> T:
        """The result of a computation in a thread, within a turn."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, computation)

    def forgive(self, network: str) -> None:
        """Take one turn off the load of a network."""
        self._add(network, -1)

    async def _turn(self, network: str) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._admit(network)
        self._waiting.setdefault(network, deque()).append(turn)
        self._next()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._remove(network, turn)
            elif turn.exception() is None:
                self._free += 1
                self._next()
            raise

    def _next(self) -> None:
        while self._free and self._waiting:
            network = self._choose()
            turn = self._waiting[network][0]
            self._remove(network, turn)
            if not turn.done():
                self._free -= 1
                self._add(network, 1)
                turn.set_result(None)

    def _choose(self) -> str:
        return min(reversed(self._waiting), key=self._load)

    def _admit(self, network: str) -> None:
        own = len(self._waiting.get(network, ()))
        if own >= WAITING_PER_NETWORK:
            raise _too_many()
        if sum(map(len, self._waiting.values())) < WAITING:
            return
        heaviest = max(self._waiting, key=self._load_with_waiting)
        if self._load_with_waiting(heaviest) <= self._load_with_waiting(network) + 1:
            raise Refusal("SERVICE_UNAVAILABLE", "Too many requests wait; try again shortly.", retry_after=RETRY_AFTER)
        last = self._waiting[heaviest][-1]
        self._remove(heaviest, last)
        if not last.done():
            last.set_exception(_too_many())

    def _remove(self, network: str, turn: "asyncio.Future[None]") -> None:
        turns = self._waiting.get(network, deque())
        if turn in turns:
            turns.remove(turn)
        if not turns:
            self._waiting.pop(network, None)

    def _load_with_waiting(self, network: str) -> float:
        return self._load(network) + len(self._waiting.get(network, ()))

    def _load(self, network: str) -> float:
        load, at = self._loads.get(network, (0.0, 0.0))
        return load * math.exp2((at - self._clock()) / HALVED_EVERY)

    def _add(self, network: str, number: int) -> None:
        self._loads[network] = (max(0.0, self._load(network) + number), self._clock())
        self._loads.move_to_end(network)
        if len(self._loads) > MAX_NETWORKS:
            self._loads.popitem(last=False)


def _too_many() -> Refusal:
    return Refusal("RATE_LIMITED", "Too many requests; try again later.", retry_after=RETRY_AFTER)

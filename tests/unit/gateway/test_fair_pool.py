"""Password checks run two at once, and a flood from many networks does not hold up the others."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chassis.refusal import Refusal
from gateway.identity.fair_pool import WAITING, WAITING_PER_NETWORK, FairPool

FLOOD = [f"198.51.100.{number}" for number in range(100)]
OTHER = "203.0.113.9"


class Computations:
    """Computations that end when the test says so, in the order in which they began."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock, self._go = threading.Lock(), threading.Semaphore(0)

    def of(self, network: str) -> Callable[[], str]:
        def compute() -> str:
            with self._lock:
                self.begun.append(network)
                self.at_once += 1
                self.most_at_once = max(self.most_at_once, self.at_once)
            assert self._go.acquire(timeout=10)
            with self._lock:
                self.at_once -= 1
            return network

        return compute

    def finish(self, number: int) -> None:
        self._go.release(number)


class Arrivals(FairPool):
    """The pool without its fairness: the first that waits is the next."""

    def _choose(self) -> str:
        return next(iter(self._waiting))


@contextmanager
def pool_of(kind: type[FairPool] = FairPool) -> Iterator[tuple[FairPool, Computations]]:
    yield kind(2, clock=lambda: 0.0), Computations()


async def in_turn(pool: FairPool, network: str, computations: Computations) -> str:
    async with pool.turn(network):
        return await pool.compute(computations.of(network))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def started(pool: FairPool, computations: Computations, networks: list[str]) -> list["asyncio.Task[str]"]:
    return [asyncio.ensure_future(in_turn(pool, network, computations)) for network in networks]


async def begun_before_the_other(kind: type[FairPool], *, first_turns: bool) -> int:
    """How many computations of a flood begin between the arrival and the beginning of another network's."""
    with pool_of(kind) as (pool, computations):
        flood: list[asyncio.Task[str]] = []
        if first_turns:  # each address of the flood has had a turn, and asks again at once
            flood = started(pool, computations, FLOOD)
            await asyncio.sleep(0)
            computations.finish(len(FLOOD))
            await asyncio.gather(*flood)
        flood += started(pool, computations, FLOOD)
        await until(lambda: computations.at_once == 2)
        other = asyncio.ensure_future(in_turn(pool, OTHER, computations))
        await asyncio.sleep(0)
        arrived = len(computations.begun)
        computations.finish(1_000)
        await other
        await asyncio.gather(*flood)
        return computations.begun.index(OTHER) - arrived


def run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


@pytest.mark.parametrize("first_turns", [True, False], ids=["a flood that goes on", "the beginning of a flood"])
def test_a_network_that_asked_for_nothing_lately_waits_for_the_running_computations_only(*, first_turns: bool) -> None:
    assert run(begun_before_the_other(FairPool, first_turns=first_turns)) <= 2


@pytest.mark.parametrize("first_turns", [True, False], ids=["a flood that goes on", "the beginning of a flood"])
def test_without_fairness_the_same_network_waits_for_the_whole_flood(*, first_turns: bool) -> None:
    assert run(begun_before_the_other(Arrivals, first_turns=first_turns)) > 80


def test_two_computations_run_at_once() -> None:
    async def check() -> int:
        with pool_of() as (pool, computations):
            tasks = started(pool, computations, FLOOD[:20])
            await until(lambda: len(computations.begun) == 2)
            await asyncio.sleep(0.02)
            computations.finish(20)
            await asyncio.gather(*tasks)
            return computations.most_at_once

    assert run(check()) == 2


def test_a_network_with_too_much_waiting_is_refused_and_told_when_to_come_back() -> None:
    async def check() -> list[Any]:
        with pool_of() as (pool, computations):
            tasks = started(pool, computations, [OTHER] * (2 + WAITING_PER_NETWORK + 1))
            await asyncio.sleep(0)
            computations.finish(100)
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = run(check())
    assert results[:-1] == [OTHER] * (2 + WAITING_PER_NETWORK)
    assert isinstance(results[-1], Refusal)
    assert (results[-1].code, dict(results[-1].details)) == ("RATE_LIMITED", {"retry_after": 5})


def test_a_full_queue_gives_a_place_of_the_heaviest_network_to_another() -> None:
    async def check() -> tuple[list[Any], str]:
        with pool_of() as (pool, computations):
            heavy = [network for network in FLOOD[:16] for _ in range(WAITING_PER_NETWORK)]
            tasks = started(pool, computations, [*FLOOD[:2], *heavy])
            await asyncio.sleep(0)
            assert len(heavy) == WAITING
            other = asyncio.ensure_future(in_turn(pool, OTHER, computations))
            await asyncio.sleep(0)
            computations.finish(1_000)
            return await asyncio.gather(*tasks, return_exceptions=True), await other

    results, other = run(check())
    assert other == OTHER
    assert [result.code for result in results if isinstance(result, Refusal)] == ["RATE_LIMITED"]


def test_a_full_queue_of_networks_that_wait_for_one_each_refuses_one_more_as_unavailable() -> None:
    async def check() -> None:
        with pool_of() as (pool, computations):
            networks = [f"2001:db8:{number:x}::/64" for number in range(2 + WAITING)]
            tasks = started(pool, computations, networks)
            await asyncio.sleep(0)
            with pytest.raises(Refusal, match="SERVICE_UNAVAILABLE") as refused:
                await in_turn(pool, OTHER, computations)
            assert dict(refused.value.details) == {"retry_after": 5}
            computations.finish(1_000)
            assert await asyncio.gather(*tasks) == networks

    run(check())


def test_a_cancelled_wait_gives_its_place_to_the_next() -> None:
    async def check() -> list[Any]:
        with pool_of() as (pool, computations):
            tasks = started(pool, computations, FLOOD[:5])
            await until(lambda: len(computations.begun) == 2)
            tasks[2].cancel()
            await asyncio.sleep(0)
            computations.finish(5)
            return await asyncio.gather(*tasks, return_exceptions=True)

    results = run(check())
    assert [type(result) for result in results] == [str, str, asyncio.CancelledError, str, str]


def test_a_right_password_is_no_load() -> None:
    async def check() -> list[str]:
        with pool_of() as (pool, computations):
            computations.finish(100)
            for _ in range(5):
                await in_turn(pool, OTHER, computations)
                pool.forgive(OTHER)
            await in_turn(pool, FLOOD[0], computations)
            held = Computations()
            running = started(pool, held, ["a", "b"])
            await asyncio.sleep(0)
            waiting = started(pool, held, [FLOOD[0], OTHER])
            await asyncio.sleep(0)
            held.finish(100)
            await asyncio.gather(*running, *waiting)
            return held.begun[2:]

    assert run(check()) == [OTHER, FLOOD[0]]

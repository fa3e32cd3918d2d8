"""Distributes orders to several workers: each gets the next order when it has carried out one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

Worker = TypeVar("Worker")
Order = TypeVar("Order")
Result = TypeVar("Result")


def distribute(
    workers: Sequence[Worker], orders: Iterable[Order], carry_out: Callable[[Worker, Order], Result]
) -> Iterator[Result]:
    """The results of all orders, as they come. An order is drawn from the iterable when a worker is free for it.

    `carry_out` is called in threads. Raises what it raises, and does not wait for the other workers then.
    """
    remaining, free = iter(orders), list(workers)
    running: dict[Future[Result], Worker] = {}
    threads = ThreadPoolExecutor(len(workers))
    try:
        while True:
            for worker, order in zip(free, remaining, strict=False):
                running[threads.submit(carry_out, worker, order)] = worker
            if not running:
                return
            ended = wait(running, return_when=FIRST_COMPLETED).done
            free = [running.pop(each) for each in ended]
            yield from (each.result() for each in ended)
    finally:
        threads.shutdown(wait=False)

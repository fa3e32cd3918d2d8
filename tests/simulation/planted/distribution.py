"""Distributes orders to several workers: each gets the next order when it has answered."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Mapping, Sequence
from threading import Thread
from typing import Any, Protocol


class OrderedWorker(Protocol):
    """A worker: takes an order and answers it."""

    def send(self, order: Mapping[str, Any]) -> None:
        """Give the worker an order."""

    def result(self) -> dict[str, Any]:
        """The answer to the next order; waits for it."""


def distribute(workers: Sequence[OrderedWorker], orders: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The answers to all orders, as they come. Raises what a worker raises."""
    waiting: queue.SimpleQueue[Mapping[str, Any]] = queue.SimpleQueue()
    answers: queue.SimpleQueue[dict[str, Any] | Exception] = queue.SimpleQueue()
    for order in orders:
        waiting.put(order)

    def work(worker: OrderedWorker) -> None:
        try:
            while True:
                worker.send(waiting.get_nowait())
                answers.put(worker.result())
        except queue.Empty:
            return
        except Exception as problem:
            answers.put(problem)

    for worker in workers:
        Thread(target=work, args=[worker], daemon=True).start()
    for _ in orders:
        answer = answers.get()
        if isinstance(answer, Exception):
            raise answer
        yield answer

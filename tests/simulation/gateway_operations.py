"""The gateway's operations by the asks that they send: the simulation's actors send what these would send.

Which ask an operation sends follows from the names in its endpoint, and in the functions of the API that it calls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from contracts.message import Ask
from gateway.api.routes import operations
from gateway.http.operation import Operation


def operations_that_send(kind: type[Ask[Any]]) -> Sequence[Operation]:
    """The operations that send an ask of this kind; none for the asks of operators and services."""
    return _senders().get(kind, ())


def takes_a_key(kind: type[Ask[Any]]) -> bool:
    """Whether clients can send this ask with an Idempotency-Key."""
    return any(operation.idempotency_key for operation in operations_that_send(kind))


@cache
def _senders() -> dict[type[Ask[Any]], list[Operation]]:
    senders: dict[type[Ask[Any]], list[Operation]] = {}
    for operation in operations():
        for kind in dict.fromkeys(_asks_of(operation.endpoint, set())):
            senders.setdefault(kind, []).append(operation)
    return senders


def _asks_of(function: Callable[..., Any], passed: set[Any]) -> Iterator[type[Ask[Any]]]:
    """The asks that the function names, and those of the API's functions that it names."""
    if function in passed:
        return
    passed.add(function)
    for name in function.__code__.co_names:
        named = function.__globals__.get(name)
        for each in (named, *(vars(named).values() if _is_module_of_the_api(named) else ())):
            if isinstance(each, type) and issubclass(each, Ask):
                yield each
            elif (
                hasattr(each, "__code__")
                and each.__module__.startswith("gateway.api")
                and each.__name__ in (name, *function.__code__.co_names)
            ):
                yield from _asks_of(each, passed)


def _is_module_of_the_api(named: Any) -> bool:
    return getattr(named, "__name__", "").startswith("gateway.api") and not callable(named)

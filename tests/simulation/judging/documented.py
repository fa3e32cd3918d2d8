"""The refusals that are documented for each ask: by the gateway's operations, and by the ask's own description.

Which ask an operation sends follows from the names in its endpoint, and in the functions of the API that it calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from contracts.message import Ask
from gateway.api.routes import operations
from gateway.http.operation import Operation
from gateway.openapi.responses import codes_of

CODE = re.compile(r"`([A-Z][A-Z0-9_]{3,})`")
# What any command may meet: its client's key in use, another command on the same booking, a version that has passed.
OF_EVERY_COMMAND = frozenset({"IDEMPOTENCY_IN_PROGRESS"})


@cache
def documented_refusals(kind: type[Ask[Any]]) -> frozenset[str]:
    """The codes with which an ask of this kind may be refused."""
    codes = {code for operation in _senders().get(kind, ()) for code in codes_of(operation)}
    for described in kind.__mro__:
        codes |= set(CODE.findall(described.__dict__.get("__doc__") or ""))
    return frozenset(codes) | OF_EVERY_COMMAND


@cache
def staff_only(kind: type[Ask[Any]]) -> bool:
    """Whether only operations for a hotel's own staff send this ask."""
    senders = _senders().get(kind, ())
    return bool(senders) and all(operation.audience == "staff" for operation in senders)


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

"""Counts how often a run comes to the functions that a planted fault replaces.

Runs are deterministic: a seed whose run never comes there is the same run with the fault, and cannot find it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FunctionType
from typing import Any

from tests.simulation.planted.replacing import Replacements
from tests.simulation.planted.table import FAULTS


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The calls, by the name of the fault, in the `with` block.

    A fault that replaces a statement or a constant besides functions is counted by its functions; one that replaces no
    function at all counts as reached.
    """
    calls: Counter[str] = Counter()
    counters = Replacements()
    for (owner, name), faults in _places().items():
        counters.replace(owner, name, _counting(getattr(owner, name), faults, calls))
    calls.update(name for name in FAULTS if not any(name in faults for faults in _places().values()))
    try:
        yield calls
    finally:
        counters.undo()


def _places() -> dict[tuple[Any, str], list[str]]:
    """The functions that faults replace, by the module or class and the name, each with the names of the faults."""
    places: dict[tuple[Any, str], list[str]] = {}
    for fault in FAULTS.values():
        with fault.planted() as product:
            replaced = list(product.places)
        for owner, name in replaced:
            if isinstance(vars(owner).get(name), FunctionType):
                places.setdefault((owner, name), []).append(fault.name)
    return places


def _counting(function: Callable[..., Any], faults: list[str], calls: Counter[str]) -> Callable[..., Any]:
    @wraps(function)
    def count(*args: Any, **kwargs: Any) -> Any:
        calls.update(faults)
        return function(*args, **kwargs)

    return count

"""Checks each answer by itself: refusals are documented, nothing else is raised, staff of another hotel get nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chassis.refusal import Refusal, Unavailable
from contracts.message import Query
from contracts.values import Context
from tests.simulation.judging.documented_refusals import documented_refusals, staff_only
from tests.simulation.judging.judged_world import Breach


def wrong_answer(message: Any, context: Context, outcome: Any) -> Iterator[Breach]:
    """The breaches in the answer to one ask; `outcome` is the reply or the exception."""
    kind = type(message)
    if isinstance(outcome, Refusal):
        if outcome.code not in documented_refusals(kind):
            yield Breach("undocumented", f"{kind.__name__} is refused {outcome.code}: {outcome.message}")
    elif isinstance(outcome, BaseException):
        if not isinstance(outcome, Unavailable):
            yield Breach("unexpected", f"{kind.__name__} raises {type(outcome).__name__}: {outcome}")
    elif is_foreign(message, context):
        what = "reads" if isinstance(message, Query) else "changes"
        yield Breach("foreign", f"staff of {context.caller.hotel} {what} {message.hotel} by {kind.__name__}")


def is_foreign(message: Any, context: Context) -> bool:
    """Whether staff send an ask about another hotel that only that hotel's staff may send."""
    caller, hotel = context.caller, getattr(message, "hotel", None)
    return caller.kind == "staff" and hotel is not None and hotel != caller.hotel and staff_only(type(message))
